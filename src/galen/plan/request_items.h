// The items of a request together with the mentions that they make up.
#pragma once

#include <vector>

#include "galen/plan/items.h"
#include "galen/plan/mentions.h"

namespace galen::plan {

class RequestItems {
 public:
  RequestItems(const std::vector<Item>& items, const Mentions& mentions) : items_(items), mentions_(mentions) {}

  const Item& operator[](std::size_t i) const { return items_[i]; }
  std::size_t size() const { return items_.size(); }

  // Index of the mention that item i belongs to, or -1.
  int mention_at(std::size_t i) const { return mentions_.mention_of[i]; }
  const Mention& mention(int index) const { return mentions_.all[static_cast<std::size_t>(index)]; }
  bool starts_mention(std::size_t i) const { return mention_at(i) >= 0 && mention(mention_at(i)).first == i; }

  // Whether a target follows behind words that may stand before one.
  bool next_is_target(std::size_t i, std::size_t end) const;

 private:
  const std::vector<Item>& items_;
  const Mentions& mentions_;
};

}  // namespace galen::plan
