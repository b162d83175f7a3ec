// A request as items: the longest phrases that the lexicon or the catalogue knows, with all that each can mean.
#pragma once

#include <string>
#include <vector>

#include "galen/language/lexicon.h"
#include "galen/language/phrases.h"
#include "galen/language/tokens.h"

namespace galen::plan {

struct Item {
  std::size_t first = 0;  // Tokens [first, first + count)
  std::size_t count = 1;
  language::Tags tags;
  std::vector<int> concepts;  // Structures and findings
  int facet = -1;
  int quality = -1;
  int measure = -1;
  std::vector<int> modalities;     // Of the lexicon
  std::vector<std::string> codes;  // Of the catalogue, by its own names
  bool hint = false;               // The modality is only hinted at
  std::vector<int> entries;        // Catalogue entries of which it is the target or an alias
  std::string mark;                // Of a mark: its text
  std::string word;                // Its words, one space between them; empty for a mark
  bool number = false;
  bool plain = false;  // A word that nothing knows a role for

  bool has(language::Tag tag) const { return language::has(tags, tag); }
  bool names_target() const { return !concepts.empty() || !entries.empty(); }
  bool names_modality() const { return !modalities.empty() || !codes.empty(); }
};

// The catalogue's own phrases; values as given to add().
struct CataloguePhrases {
  language::Phrases targets{language::PhraseKey::kStem};     // Entry indices
  language::Phrases modalities{language::PhraseKey::kStem};  // Indices of `codes`
  std::vector<std::string> codes;
  std::vector<std::string> words;  // All words in them, for spelling
};

std::vector<Item> find_items(const std::vector<language::Token>& tokens, const language::Lexicon& lexicon,
                             const CataloguePhrases& catalogue);

}  // namespace galen::plan
