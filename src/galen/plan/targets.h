// Turns the targets of a clause into steps of the draft.
#pragma once

#include <vector>

#include "galen/plan/reading_state.h"

namespace galen::plan {

// `source`: the draft step whose mask is the input, or -1. `made` gets the steps that the clause asks for.
void read_targets(Reading& reading, const Sentence& sentence, const Clause& clause, int source, std::vector<int>& made);
// "everything", "all structures": each entry that fits the image. Returns the steps.
std::vector<int> add_everything(Reading& reading, const Clause& clause, int source);

}  // namespace galen::plan
