// Small sets of words that several readers of a request need.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "galen/plan/items.h"

namespace galen::plan {

inline bool one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Articles, and what stands in their place: "my", "any", "no".
bool is_article(const Item& item);
// Forms of "be" and verbs that tell a state like it: "has", "looks", "comes back", "should".
bool is_copula(const Item& item);

}  // namespace galen::plan
