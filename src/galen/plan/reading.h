// Takes a request apart and puts the plan's draft together, by the reading rules of docs/planner.md.
#pragma once

#include <string>
#include <vector>

#include "galen/language/tokens.h"
#include "galen/plan/draft.h"
#include "galen/plan/linker.h"

namespace galen::plan {

// `modality`: known of the image before planning, or "".
Draft read_request(const std::vector<language::Token>& tokens, const Linker& linker, const std::string& modality);

}  // namespace galen::plan
