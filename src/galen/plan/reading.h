// Takes a request apart and puts the draft of its plan together.
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
