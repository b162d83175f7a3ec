// Phrases of several words, found in a token sequence by one walk: a trie over word keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "galen/language/tokens.h"

namespace galen::language {

enum class PhraseKey { kText, kStem };

class Phrases {
 public:
  explicit Phrases(PhraseKey key) : key_(key) {}

  // Several values may share a phrase. Phrases without a word are ignored.
  void add(const std::vector<Token>& phrase, int value);

  // Makes room for so many words of phrases.
  void reserve(std::size_t words);

  struct Match {
    std::size_t length = 0;  // In tokens; 0 where nothing matches
    const std::vector<int>* values = nullptr;
  };
  // The longest phrase that starts at tokens[at].
  Match longest(const std::vector<Token>& tokens, std::size_t at) const;

 private:
  std::string_view key_of(const Token& token) const;
  static std::uint64_t edge(std::uint32_t node, std::string_view word);

  PhraseKey key_;
  std::uint32_t nodes_ = 1;
  std::unordered_map<std::uint64_t, std::uint32_t> edges_;
  std::unordered_map<std::uint32_t, std::vector<int>> values_;
};

}  // namespace galen::language
