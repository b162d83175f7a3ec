#include "galen/plan/request_items.h"

#include "galen/plan/word_kinds.h"

namespace galen::plan {

bool RequestItems::next_is_target(std::size_t i, std::size_t end) const {
  const auto passes = [&](const Item& item) {
    return is_filler(item) || one_of(item.word, {"for", "of", "if", "whether"});
  };
  while (i < end && mention_at(i) < 0 && passes(items_[i])) ++i;
  return i < end && mention_at(i) >= 0;
}

}  // namespace galen::plan
