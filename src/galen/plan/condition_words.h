// What the words of a condition's own clause say: its outcome, its negations, and what kind of step it is about.
#pragma once

#include "galen/plan/clauses.h"
#include "galen/plan/request_items.h"

namespace galen::plan {

// Fills in clause.condition. The clause's mask is known already.
void describe_condition(Clause& clause, const RequestItems& items, const language::Lexicon& lexicon);

}  // namespace galen::plan
