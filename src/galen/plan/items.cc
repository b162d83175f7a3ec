#include "galen/plan/items.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace galen::plan {

using language::Clue;
using language::ConceptKind;
using language::Lexicon;
using language::Tag;
using language::Token;
using language::TokenKind;

namespace {

// How far apart a description's words may stand.
constexpr std::size_t kClueReach = 9;

bool ends_clue(const Token& token, const Lexicon& lexicon, const std::vector<Token>& tokens, std::size_t at) {
  if (token.kind == TokenKind::kMark) return token.text != "\"" && token.text != "/";
  static constexpr std::array<std::string_view, 10> words = {"and",  "or",  "if",   "unless",    "then",
                                                             "plus", "but", "when", "otherwise", "not"};
  if (std::find(words.begin(), words.end(), token.text) != words.end()) return true;
  const auto match = lexicon.words().longest(tokens, at);
  return match.length > 0 &&
         std::find(match.values->begin(), match.values->end(), static_cast<int>(Tag::kDraw)) != match.values->end() &&
         token.text != "label" && token.text != "map" && token.text != "colour";
}

struct Found {
  std::size_t length = 0;
  int concept_id = -1;
};

// The description that starts at tokens[at]: all stems of a clue within reach, the first of them here.
Found clue_at(const std::vector<Token>& tokens, std::size_t at, const Lexicon& lexicon) {
  Found best;
  if (tokens[at].kind != TokenKind::kWord) return best;
  const std::vector<Clue>& clues = lexicon.clues_for(tokens[at].stem);
  if (clues.empty()) return best;
  std::size_t limit = at + 1;
  while (limit < tokens.size() && limit < at + kClueReach && !ends_clue(tokens[limit], lexicon, tokens, limit)) ++limit;
  for (const Clue& clue : clues) {
    std::size_t last = at;
    bool all = true;
    for (const std::string& stem : clue.stems) {
      std::size_t i = at;
      while (i < limit && tokens[i].stem != stem) ++i;
      if (i == limit) {
        all = false;
        break;
      }
      last = std::max(last, i);
    }
    if (all && last - at + 1 > best.length) best = {last - at + 1, clue.concept_id};
  }
  return best;
}

// "us" is ultrasound next to what it shows or is shown by, and a pronoun elsewhere.
bool is_pronoun_us(const std::vector<Token>& tokens, std::size_t at) {
  if (!tokens[at].is("us")) return false;
  static constexpr std::array<std::string_view, 22> before = {
      "give",  "tell",  "let",   "show",  "send", "help", "for",  "of",    "to",   "with", "by",
      "asked", "gives", "allow", "makes", "get",  "from", "want", "wants", "told", "gave", "bring"};
  return at > 0 && std::find(before.begin(), before.end(), tokens[at - 1].text) != before.end() &&
         !(at >= 2 && tokens[at - 1].is("of") && tokens[at - 2].is("frame"));
}

// "Dr Smith" is a person; "grade the DR" is not.
bool is_title_dr(const std::vector<Token>& tokens, std::size_t at, const Lexicon& lexicon) {
  if (!tokens[at].is("dr")) return false;
  if (at > 0 && (tokens[at - 1].is("dear") || tokens[at - 1].is("hi") || tokens[at - 1].is("hello") ||
                 tokens[at - 1].is("thanks")))
    return true;
  if (at + 1 >= tokens.size() || tokens[at + 1].kind != TokenKind::kWord) {
    return at + 1 < tokens.size() && tokens[at + 1].is(".") && at + 2 < tokens.size() && tokens[at + 2].capital &&
           !lexicon.knows(tokens[at + 2].text);
  }
  return !lexicon.knows(tokens[at + 1].text) && !lexicon.knows_stem(tokens[at + 1].stem) && tokens[at + 1].space_before;
}

}  // namespace

std::vector<Item> find_items(const std::vector<Token>& tokens, const Lexicon& lexicon,
                             const CataloguePhrases& catalogue) {
  std::vector<Item> items;
  items.reserve(tokens.size());
  for (std::size_t at = 0; at < tokens.size();) {
    Item item;
    item.first = at;
    const Token& token = tokens[at];
    const auto phrase = lexicon.phrases().longest(tokens, at);
    const auto exact = lexicon.exact_phrases().longest(tokens, at);
    const auto word = lexicon.words().longest(tokens, at);
    const auto target = catalogue.targets.longest(tokens, at);
    const auto modality = catalogue.modalities.longest(tokens, at);
    const Found clue = clue_at(tokens, at, lexicon);
    const std::size_t length =
        std::max({phrase.length, exact.length, word.length, target.length, modality.length, clue.length});
    if (length == 0) {
      if (token.kind == TokenKind::kMark) item.mark = token.text;
      else item.word = token.text;
      item.number = token.kind == TokenKind::kNumber;
      item.plain = token.kind == TokenKind::kWord;
      items.push_back(std::move(item));
      ++at;
      continue;
    }
    item.count = length;
    for (std::size_t k = at; k < at + length; ++k) {
      if (k > at) item.word += ' ';
      item.word += tokens[k].text;
    }
    if (clue.length == length) {
      const bool facet = lexicon.concept_at(clue.concept_id).kind == ConceptKind::kFacet;
      if (facet) item.facet = clue.concept_id;
      else item.concepts.push_back(clue.concept_id);
    }
    if (word.length == length) {
      for (const int tag : *word.values) item.tags.set(static_cast<std::size_t>(tag));
    }
    if (target.length == length) item.entries = *target.values;
    if (modality.length == length) {
      for (const int code : *modality.values) item.codes.push_back(catalogue.codes[static_cast<std::size_t>(code)]);
    }
    if (exact.length == length) item.facet = exact.values->front() / 2;
    if (phrase.length == length) {
      const bool skip = length == 1 && (is_pronoun_us(tokens, at) || is_title_dr(tokens, at, lexicon));
      if (skip) item.codes.clear();
      for (const int value : skip ? std::vector<int>{} : *phrase.values) {
        const int id = value / 2;
        switch (lexicon.concept_at(id).kind) {
          case ConceptKind::kModality:
            item.modalities.push_back(id);
            item.hint = item.hint || value % 2 == 1;
            break;
          case ConceptKind::kStructure:
          case ConceptKind::kFinding:
            if (std::find(item.concepts.begin(), item.concepts.end(), id) == item.concepts.end())
              item.concepts.push_back(id);
            break;
          case ConceptKind::kFacet:
            item.facet = id;
            break;
          case ConceptKind::kQuality:
            item.quality = id;
            break;
          case ConceptKind::kMeasure:
            item.measure = id;
            break;
        }
      }
    }
    at += length;
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace galen::plan
