// Splits a request into sentences and these into clauses.
#pragma once

#include <vector>

#include "galen/plan/clauses.h"
#include "galen/plan/request_items.h"

namespace galen::plan {

// At full stops, question marks, line ends and list items; then at commas, conjunctions, verbs that begin anew, and
// around conditions. What the clauses say is left open.
std::vector<Sentence> split_sentences(const RequestItems& items);

}  // namespace galen::plan
