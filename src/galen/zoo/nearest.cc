#include "galen/zoo/nearest.h"

#include <algorithm>
#include <set>

#include "galen/base/nearest.h"

namespace galen::zoo {
namespace {

// Longer requests are cut: only their beginning is compared.
constexpr std::size_t kMostCharacters = 100;

std::set<std::string> words(const std::string& name) {
  std::set<std::string> found;
  std::string word;
  for (const char c : name + "-") {
    if (c != '/' && c != '-' && c != ' ' && c != '_') {
      word += c;
    } else if (!word.empty()) {
      found.insert(std::move(word));
      word.clear();
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> nearest(const std::string& wanted, const std::vector<std::string>& names, std::size_t count) {
  const std::string start = wanted.substr(0, kMostCharacters);
  const std::set<std::string> wanted_words = words(start);
  std::vector<std::pair<double, std::string>> ranked;
  for (const std::string& name : names) {
    double distance = static_cast<double>(edit_distance(start, name));
    for (const std::string& word : words(name)) {
      if (wanted_words.count(word)) distance -= 4 + static_cast<double>(word.size());
    }
    ranked.emplace_back(distance, name);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < ranked.size() && i < count; ++i) result.push_back(ranked[i].second);
  return result;
}

}  // namespace galen::zoo
