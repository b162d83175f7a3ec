#include "galen/language/spelling.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "galen/language/embedded.h"
#include "galen/language/stem.h"

namespace galen::language {
namespace {

// Looking a word up among all others takes some microseconds; a request of nothing but unknown words must stay cheap.
constexpr int kMaxLookups = 300;

std::uint32_t letters_of(std::string_view word) {
  std::uint32_t letters = 0;
  for (const char c : word) {
    if (c >= 'a' && c <= 'z') letters |= std::uint32_t{1} << (c - 'a');
  }
  return letters;
}

struct Known {
  std::string_view word;
  std::uint32_t letters;
  int rank;  // 0: the catalogue's, 1: the field's, 2: others
};

// What one error can be undone to: short words must keep their first letter, long ones may have two errors.
int errors_allowed(std::size_t length) { return length >= 8 ? 2 : length >= 4 ? 1 : 0; }

class Nearest {
 public:
  Nearest(const Lexicon& lexicon, const std::vector<std::string>& own_words) {
    for (const std::string& word : own_words) add(word, 0);
    for (const std::string& word : lexicon.field_words()) add(word, 1);
    for (const std::string& word : lexicon.other_words()) add(word, 2);
  }

  std::string_view of(std::string_view word) const {
    const std::uint32_t letters = letters_of(word);
    const int allowed = errors_allowed(word.size());
    std::string_view best;
    int best_cost = 1 << 20;
    const std::size_t low = word.size() - static_cast<std::size_t>(allowed);
    for (std::size_t length = low;
         length <= word.size() + static_cast<std::size_t>(allowed) && length < by_length_.size(); ++length) {
      for (const Known& known : by_length_[length]) {
        if (__builtin_popcount(known.letters ^ letters) > 2 * allowed) continue;
        const int distance = edit_distance(word, known.word, allowed);
        if (distance > allowed) continue;
        const bool first = known.word.front() == word.front();
        if (word.size() <= 5 && !first) continue;
        if (word.size() == 4 && known.rank == 2) continue;
        const int cost = distance * 100 + (first ? 0 : 10) + known.rank;
        if (cost < best_cost) {
          best_cost = cost;
          best = known.word;
        }
      }
    }
    return best;
  }

 private:
  void add(const std::string& word, int rank) {
    if (word.size() < 4) return;
    if (by_length_.size() <= word.size()) by_length_.resize(word.size() + 1);
    by_length_[word.size()].push_back({word, letters_of(word), rank});
  }

  std::vector<std::vector<Known>> by_length_;
};

}  // namespace

int edit_distance(std::string_view a, std::string_view b, int limit) {
  constexpr std::size_t kMost = 40;
  if (a.size() > kMost || b.size() > kMost) return a == b ? 0 : limit + 1;
  std::array<std::array<int, kMost + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& twice_above = rows[(i + 1) % 3];
    row[0] = static_cast<int>(i);
    int smallest = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], twice_above[j - 2] + 1);
      smallest = std::min(smallest, row[j]);
    }
    if (smallest > limit) return limit + 1;
  }
  return rows[a.size() % 3][b.size()];
}

bool is_english(const std::string& stem) {
  static const std::vector<std::string_view> stems = [] {
    std::vector<std::string_view> list;
    std::string_view rest = kEnglishStemsText;
    while (!rest.empty()) {
      const std::size_t at = rest.find('\n');
      if (rest.front() != '#' && at > 0) list.push_back(rest.substr(0, at));
      if (at == std::string_view::npos) break;
      rest.remove_prefix(at + 1);
    }
    return list;
  }();
  return std::binary_search(stems.begin(), stems.end(), std::string_view(stem));
}

void correct_spelling(std::vector<Token>& tokens, const Lexicon& lexicon, const std::vector<std::string>& own_words) {
  std::unordered_map<std::string, std::string> done;
  std::optional<Nearest> nearest;
  int lookups = 0;
  for (Token& token : tokens) {
    if (token.kind != TokenKind::kWord || !token.latin) continue;
    if (const auto slip = lexicon.typos().find(token.text); slip != lexicon.typos().end()) {
      token.text = slip->second;
      token.stem = stem(token.text);
      continue;
    }
    const std::string& word = token.text;
    if (word.size() < 4 || word.size() > 30 || lexicon.knows(word) || lexicon.knows_stem(token.stem) ||
        is_english(token.stem))
      continue;
    if (!std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) continue;
    if (std::find(own_words.begin(), own_words.end(), word) != own_words.end()) continue;
    auto [at, fresh] = done.try_emplace(word, word);
    if (fresh && lookups < kMaxLookups) {
      ++lookups;
      if (!nearest) nearest.emplace(lexicon, own_words);
      if (const std::string_view better = nearest->of(word); !better.empty()) at->second = better;
    }
    if (at->second != word) {
      token.text = at->second;
      token.stem = stem(token.text);
    }
  }
}

}  // namespace galen::language
