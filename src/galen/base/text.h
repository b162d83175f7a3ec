// Small changes to text.
#pragma once

#include <algorithm>
#include <string>

namespace galen {

// ASCII letters only; other bytes stay as they are.
inline std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

}  // namespace galen
