// Sorts the mentions of a clause into targets and those that only say where or why.
#pragma once

#include "galen/plan/clauses.h"
#include "galen/plan/main_words.h"
#include "galen/plan/request_items.h"

namespace galen::plan {

// Fills in clause.mentions and clause.background.
void collect_targets(Clause& clause, const RequestItems& items, const language::Lexicon& lexicon,
                     const Background& limits);

}  // namespace galen::plan
