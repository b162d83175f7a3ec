// Which catalogue entries a mention can mean.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "galen/plan/items.h"
#include "galen/plan/mentions.h"
#include "galen/plan/senses.h"
#include "galen/zoo/catalogue.h"

namespace galen::plan {

// What the request wants of a target, as far as its words say.
enum class Intent { kUnknown, kSegment, kClassify, kPrognose };

// A class of a classification entry that some word may mean.
struct ClassName {
  int entry = -1;
  int index = -1;
};

// A candidate for a mention. Higher scores are better readings.
struct Candidate {
  int entry = -1;
  int score = 0;  // 4 word for word, 3 the same target, 2 a kind of it, 1 a generic noun that may mean it
};

class Linker {
 public:
  Linker(const zoo::Catalogue& catalogue, const language::Lexicon& lexicon);

  const CataloguePhrases& phrases() const { return phrases_; }
  const zoo::Catalogue& catalogue() const { return catalogue_; }
  const language::Lexicon& lexicon() const { return lexicon_; }
  const zoo::Entry& entry(int index) const { return catalogue_.entries[static_cast<std::size_t>(index)]; }
  int size() const { return static_cast<int>(catalogue_.entries.size()); }

  // All entries that the mention can mean, best first; of any modality.
  std::vector<Candidate> candidates(const Mention& mention) const;
  // Of these, what fits the intent: masks for drawing, classes for deciding, the other kind where there is nothing
  // else.
  std::vector<Candidate> fitting(const Mention& mention, Intent intent, const std::set<std::string>& modalities) const;

  // Classes that the words of the mention can name, of any entry.
  std::vector<ClassName> classes_of(const Mention& mention) const;

  // The catalogue's codes that a modality of the request agrees with; empty where the catalogue has none.
  std::set<std::string> codes_for(const Item& item) const;

  // What the entry is about.
  const Sense& sense(int entry) const { return senses_[static_cast<std::size_t>(entry)].front(); }
  int site_of_entry(int entry) const;
  bool is_binary(int entry) const;  // A classification of one normal class and one other
  bool about_modality(int entry) const;

 private:
  int score(const Sense& meant, int entry) const;

  const zoo::Catalogue& catalogue_;
  const language::Lexicon& lexicon_;
  CataloguePhrases phrases_;
  std::vector<std::vector<Sense>> senses_;                     // The target's first, then the aliases'
  std::vector<int> target_senses_;                             // How many of them are the target's own
  std::vector<std::vector<std::vector<int>>> class_concepts_;  // [entry][class]: concepts and qualities of its name
  std::map<std::string, std::set<int>> code_concepts_;
  std::vector<int> regions_;
};

}  // namespace galen::plan
