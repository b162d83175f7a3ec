// What the commands that run networks share.
#pragma once

#include <memory>

#include "galen/cli/command.h"
#include "galen/runtime/predictor.h"

namespace galen::cli {

// A predictor over the zoo, with --threads and --precision as typed.
Result<std::unique_ptr<runtime::Predictor>> open_predictor(const Arguments& arguments);

// The card of a TASK that was typed. Unknown ids are wrong use, and so is a card of another kind of task.
Result<zoo::Card> typed_task(const zoo::Zoo& zoo, const std::string& id, zoo::Task task);

}  // namespace galen::cli
