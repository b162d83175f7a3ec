// The closest of some names to a misspelt one, for messages that say "did you mean".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace galen {

// Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other
// (optimal string alignment distance), in bytes.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The name with the smallest distance, where that is at most a third of the word's length; else "".
std::string nearest(std::string_view word, const std::vector<std::string>& names);

}  // namespace galen
