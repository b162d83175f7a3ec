// The words of galen's field and how they hang together: read from lexicon.txt, which is built into the program.
#pragma once

#include <bitset>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "galen/base/result.h"
#include "galen/language/phrases.h"
#include "galen/language/tokens.h"

namespace galen::language {

enum class ConceptKind { kModality, kStructure, kFinding, kFacet, kQuality, kMeasure };

struct Concept {
  std::string name;
  ConceptKind kind = ConceptKind::kStructure;
  std::vector<int> parents;     // What it is part or kind of
  int site = -1;                // Findings: the structure it sits in, -1 where the lexicon does not say
  std::vector<int> shows;       // Findings: what it looks like on an image
  std::vector<int> structures;  // Measures: what is measured; empty where the request must name it
};

// The roles that a word may play in a request: one a line of the lexicon's section [words].
enum class Tag {
  kDraw,
  kDrawNoun,
  kDecide,
  kDecideNoun,
  kEstimate,
  kMeasureVerb,
  kDo,
  kPolite,
  kAsk,
  kIf,
  kUnless,
  kElse,
  kSo,
  kFirst,
  kBefore,
  kAfter,
  kThen,
  kRegardless,
  kAlso,
  kPositive,
  kNegative,
  kFlip,
  kSkip,
  kSkipAfter,
  kOnly,
  kBut,
  kKnown,
  kHistory,
  kSelf,
  kFuture,
  kIt,
  kInside,
  kMaskRegion,
  kMasked,
  kIn,
  kWhole,
  kUnmask,
  kEverything,
  kEverythingStructures,
  kChat,
  kChatNoun,
  kSystem,
  kGreeting,
  kHelp,
  kForeign,
  kPatient,
  kReason,
  kCount
};
using Tags = std::bitset<static_cast<std::size_t>(Tag::kCount)>;
inline bool has(const Tags& tags, Tag tag) { return tags.test(static_cast<std::size_t>(tag)); }

// A set of stems that mean a concept when they stand close together.
struct Clue {
  int concept_id = -1;
  std::vector<std::string> stems;
};

class Lexicon {
 public:
  // The one built into the program.
  static const Lexicon& builtin();
  // Fails naming the line.
  static Result<Lexicon> parse(std::string_view text);

  const std::vector<Concept>& concepts() const { return concepts_; }
  const Concept& concept_at(int id) const { return concepts_[static_cast<std::size_t>(id)]; }
  // -1 where there is none of that name.
  int find(std::string_view name) const;
  // Whether `id` is `ancestor` or a part or kind of it.
  bool is_a(int id, int ancestor) const;
  // The site of a finding: its own or that of what it is a kind of; a structure is its own site. -1 where none is
  // known.
  int site_of(int id) const;

  // Values are concept * 2, plus 1 for a phrase that only hints.
  const Phrases& phrases() const { return phrases_; }
  // The facets' phrases, matched letter by letter ("kindly" is no kind, an organ no organism).
  const Phrases& exact_phrases() const { return exact_phrases_; }
  // Values are Tag numbers.
  const Phrases& words() const { return words_; }
  const std::vector<Clue>& clues_for(const std::string& stem) const;
  const std::map<std::string, std::string, std::less<>>& typos() const { return typos_; }

  bool knows(const std::string& word) const { return vocabulary_.contains(word); }
  bool knows_stem(const std::string& stem) const { return stems_.contains(stem); }
  // Words of anatomy, findings and images, for which a misspelt word may be meant.
  const std::vector<std::string>& field_words() const { return field_words_; }
  const std::vector<std::string>& other_words() const { return other_words_; }

 private:
  Lexicon() : phrases_(PhraseKey::kStem), exact_phrases_(PhraseKey::kText), words_(PhraseKey::kText) {}
  friend class LexiconReader;

  std::vector<Concept> concepts_;
  std::unordered_map<std::string, int> by_name_;
  Phrases phrases_;
  Phrases exact_phrases_;
  Phrases words_;
  std::unordered_map<std::string, std::vector<Clue>> clues_;
  std::map<std::string, std::string, std::less<>> typos_;
  std::unordered_set<std::string> vocabulary_, stems_;
  std::vector<std::string> field_words_, other_words_;
};

}  // namespace galen::language
