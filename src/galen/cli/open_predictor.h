// What the commands that run networks share.
#pragma once

#include <memory>

#include "galen/cli/command.h"
#include "galen/runtime/predictor.h"

namespace galen::cli {

// A predictor over the zoo, with --threads and --precision as typed. `images`: how many will be run; for many its
// networks work on several side by side.
Result<std::unique_ptr<runtime::Predictor>> make_predictor(const Arguments& arguments, std::size_t images = 1);

// The same, kept until the process ends: freeing its networks one by one would take as long as loading them did.
Result<runtime::Predictor*> open_predictor(const Arguments& arguments, std::size_t images = 1);

// The card of a TASK that was typed. Unknown ids are wrong use, and so is a card of another kind of task.
Result<zoo::Card> typed_task(const zoo::Zoo& zoo, const std::string& id, zoo::Task task);

}  // namespace galen::cli
