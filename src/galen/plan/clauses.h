// Sentences and clauses of a request, with what their words say about how to take their targets.
#pragma once

#include <string>
#include <vector>

#include "galen/plan/items.h"
#include "galen/plan/linker.h"
#include "galen/plan/mentions.h"

namespace galen::plan {

// What joins a clause to the one before it in the sentence.
enum class Join { kStart, kComma, kColon, kDash, kArrow, kParen, kAnd, kOr, kThen, kBut, kNone };

enum class Standing {
  kNone,     // Says nothing about its targets by itself
  kRequest,  // Asks for them
  kSkip,     // Asks to leave them out
  kKnown,    // Tells what is known, was done, or will be done by somebody
};

// Where a step's input or condition comes from, as the words say it.
struct MaskUse {
  bool used = false;
  bool whole = false;               // "on the whole film"
  int mention = -1;                 // Whose mask; -1: the one made last
  std::size_t first = 0, last = 0;  // Items

  bool holds(std::size_t item) const { return used && item >= first && item < last; }
};

struct ConditionWords {
  enum class Kind { kNone, kIf, kElse, kSo } kind = Kind::kNone;
  bool negative = false;    // An odd number of negations
  bool outcome = false;     // Some word of outcome ("positive", "found", "not")
  bool about_mask = false;  // "mask", "found", "empty": the outcome of a segmentation
  bool about_test = false;  // "test", "positive": that of a classification
  bool again = false;       // "too", "also"
};

struct Clause {
  std::size_t first = 0, last = 0;  // Items [first, last)
  Join join = Join::kStart;
  bool opens_with_then = false;
  Standing status = Standing::kNone;
  Intent intent = Intent::kUnknown;
  bool intent_said = false;
  bool verb_leads = false;    // A verb before the first target
  bool has_it = false;        // "it", "both"
  bool has_it_words = false;  // In a condition: "it", "that"
  bool request_words = false;
  bool only = false;
  bool excludes = false;    // "rule out", "exclude"
  bool classifies = false;  // "classify", "characterise"
  bool first_word = false;  // "first"
  bool before = false;      // "before outlining"
  bool after = false;
  bool regardless = false;
  bool everything = false;
  bool everything_structures = false;
  bool impure = false;  // Holds words beside its targets that nothing accounts for
  bool forget_site = false;
  bool in_case = false;  // The condition's own clause
  ConditionWords condition;
  MaskUse mask;
  std::vector<int> mentions;    // Targets in it, those of the mask left out
  std::vector<int> background;  // Targets that only say where or why
  std::vector<int> refers_to;   // What "it" or "both" stands for, where that is in the same sentence
};

struct Sentence {
  std::size_t first = 0, last = 0;
  bool question = false;
  bool item = false;  // One of a list
  bool closes_with_colon = false;
  std::vector<Clause> clauses;
};

std::vector<Sentence> find_sentences(const std::vector<Item>& items, const Mentions& mentions,
                                     const language::Lexicon& lexicon);

}  // namespace galen::plan
