// Finds the mask that a clause restricts its input to: "inside the lungs", "on the segmented lungs", "in that region".
#pragma once

#include "galen/plan/clauses.h"
#include "galen/plan/request_items.h"

namespace galen::plan {

// Fills in clause.mask.
void find_mask(Clause& clause, const RequestItems& items);

}  // namespace galen::plan
