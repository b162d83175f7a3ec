// The names that a mistyped one may stand for.
#pragma once

#include <string>
#include <vector>

namespace galen::zoo {

// The `count` names nearest to `wanted`, nearest first: by edit distance, words that both have counting most.
std::vector<std::string> nearest(const std::string& wanted, const std::vector<std::string>& names, std::size_t count);

}  // namespace galen::zoo
