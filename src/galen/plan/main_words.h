// What the words of a clause say of its targets: whether it asks for them, leaves them out, or only tells of them, and
// what is to be done with them.
#pragma once

#include "galen/plan/clauses.h"
#include "galen/plan/request_items.h"

namespace galen::plan {

// Where in a clause its targets stop being asked for. Items; kNone for nowhere.
struct Background {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t after = kNone;       // The reason or the history begins
  std::size_t patient_at = kNone;  // The patient is spoken of
  bool reasons = false;
};

// Of a clause that is no condition. The clause's mask is known already.
Background describe_main(Clause& clause, const Sentence& sentence, const RequestItems& items);

}  // namespace galen::plan
