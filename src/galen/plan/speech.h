// What in a request is not for an image-analysis step: poems and prescriptions, orders to the system, another language.
#pragma once

#include <vector>

#include "galen/language/tokens.h"
#include "galen/plan/clauses.h"
#include "galen/plan/plan.h"

namespace galen::plan {

// One thing asked for, over items [first, last).
struct SpokenAct {
  std::size_t first = 0, last = 0;
  bool to_system = false;
};

struct Speech {
  std::vector<SpokenAct> acts;
  bool other_language = false;
  DeclineReason fallback = DeclineReason::kUnclear;  // Where the request turns out to hold nothing else
};

// Takes the targets of such clauses out of the sentences: "a poem about the lungs" asks for no lungs.
Speech find_speech(const std::vector<Item>& items, const Mentions& mentions, std::vector<Sentence>& sentences,
                   const std::vector<language::Token>& tokens);

}  // namespace galen::plan
