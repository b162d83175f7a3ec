// Where a condition begins and ends in a sentence.
#pragma once

#include "galen/plan/request_items.h"

namespace galen::plan {

// All places are items; `end` is one past the sentence's last.
class ConditionBounds {
 public:
  explicit ConditionBounds(const RequestItems& items) : items_(items) {}

  // Whether an if-word opens a condition at i, in a clause that begins at `begin`.
  bool opens(std::size_t i, std::size_t begin, std::size_t end) const;
  // "positive -> segment", "yes: segment", "TB negative -> pneumonia": an outcome that a mark follows.
  bool outcome_before_mark(std::size_t i, std::size_t end) const;
  // One past the last item of the condition that opens at `begin`.
  std::size_t end_of(std::size_t begin, std::size_t end) const;

 private:
  bool has_content(std::size_t i, std::size_t end) const;
  bool tells_outcome(std::size_t i) const;
  bool is_boundary(std::size_t i, std::size_t end) const;
  bool continues(std::size_t i, std::size_t end) const;
  bool list_goes_on(std::size_t i, std::size_t end) const;
  bool starts_main(std::size_t i, std::size_t begin, std::size_t end) const;
  bool starts_object(std::size_t i, std::size_t end) const;

  const RequestItems& items_;
};

}  // namespace galen::plan
