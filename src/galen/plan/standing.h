// Settles which clauses ask for their targets: a clause takes after its neighbours where it says nothing itself.
#pragma once

#include <vector>

#include "galen/plan/clauses.h"
#include "galen/plan/linker.h"

namespace galen::plan {

// `lenient`: the request as a whole asks for nothing in so many words ("TB", "chest film, ?effusion, cough"); then what
// it names is asked for. Call first with false.
void settle_standing(std::vector<Sentence>& sentences, const std::vector<Item>& items, const Mentions& mentions,
                     const Linker& linker, bool lenient);

}  // namespace galen::plan
