#include "galen/language/phrases.h"

#include <algorithm>

namespace galen::language {

std::string_view Phrases::key_of(const Token& token) const {
  return key_ == PhraseKey::kStem && token.kind == TokenKind::kWord ? std::string_view(token.stem) : token.text;
}

// FNV-1a over the word, started from the node; 64 bits make a collision between our few thousand edges negligible.
std::uint64_t Phrases::edge(std::uint32_t node, std::string_view word) {
  std::uint64_t hash = 14695981039346656037ULL ^ (node * 0x9e3779b97f4a7c15ULL);
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash ^ (hash >> 29);
}

void Phrases::add(const std::vector<Token>& phrase, int value) {
  if (phrase.empty()) return;
  std::uint32_t node = 0;
  for (const Token& token : phrase) {
    const auto [at, fresh] = edges_.try_emplace(edge(node, key_of(token)), nodes_);
    if (fresh) ++nodes_;
    node = at->second;
  }
  std::vector<int>& values = values_[node];
  if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

void Phrases::reserve(std::size_t words) {
  edges_.reserve(words);
  values_.reserve(words);
}

Phrases::Match Phrases::longest(const std::vector<Token>& tokens, std::size_t at) const {
  Match best;
  std::uint32_t node = 0;
  for (std::size_t i = at; i < tokens.size(); ++i) {
    const auto next = edges_.find(edge(node, key_of(tokens[i])));
    if (next == edges_.end()) break;
    node = next->second;
    if (const auto values = values_.find(node); values != values_.end()) best = {i - at + 1, &values->second};
  }
  return best;
}

}  // namespace galen::language
