#include "galen/plan/condition_words.h"

#include <string_view>

#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

namespace {

bool ends_with(const Item& item, std::string_view word) {
  return item.word.size() > word.size() && item.word.compare(item.word.size() - word.size(), word.size(), word) == 0;
}

}  // namespace

void describe_condition(Clause& clause, const RequestItems& items, const language::Lexicon& lexicon) {
  ConditionWords& words = clause.condition;
  const Item& head = items[clause.first];
  const bool alone = clause.last == clause.first + 1;
  words.kind = head.has(Tag::kElse) && alone ? ConditionWords::Kind::kElse
               : head.has(Tag::kSo) && alone ? ConditionWords::Kind::kSo
                                             : ConditionWords::Kind::kIf;
  clause.has_it_words = head.word.find(" it ") != std::string::npos;  // "if it is" is one phrase
  bool negative = false;
  const auto flip = [&] { negative = !negative; };
  if (head.has(Tag::kUnless)) {
    flip();
    if (head.word != "unless") words.outcome = true;
  }
  if (words.kind == ConditionWords::Kind::kIf && head.has(Tag::kElse)) flip();  // "if not TB"
  const bool opener = head.has(Tag::kIf) || head.has(Tag::kUnless) || head.has(Tag::kElse) || head.has(Tag::kSo) ||
                      head.word == "should";
  std::size_t start = opener ? clause.first + 1 : clause.first;
  bool negative_word = false;
  // "on a positive", "following a negative": the opener carries the outcome itself.
  if (opener && head.count > 1) {
    // Their last word is the outcome's.
    if (ends_with(head, "negative")) {
      flip();
      words.outcome = true;
    } else if (ends_with(head, "positive")) {
      words.outcome = true;
    }
  }
  for (std::size_t i = start; i < clause.last; ++i) {
    const Item& item = items[i];
    if (clause.mask.holds(i)) continue;
    if (item.has(Tag::kDecideNoun) && !item.has(Tag::kPositive)) words.about_test = true;
    if (item.has(Tag::kDrawNoun) || item.has(Tag::kDraw) || item.has(Tag::kMaskRegion)) words.about_mask = true;
    if (item.has(Tag::kAlso)) words.again = true;
    if (one_of(item.word, {"it", "that", "this"})) clause.has_it_words = true;
    if (items.mention_at(i) >= 0 && !(item.has(Tag::kNegative) && one_of(item.word, {"normal", "healthy"}))) {
      if (item.quality >= 0 && lexicon.concept_at(item.quality).name == "normal") negative_word = true;
      continue;
    }
    if (item.has(Tag::kFlip)) {
      words.outcome = true;
      continue;
    }
    if (item.has(Tag::kNegative)) {
      // "no evidence of", "not found": one negation; "negative" and "not" together cancel out.
      flip();
      words.outcome = true;
      if (one_of(item.word, {"none", "empty", "nothing", "blank", "nil"}))
        words.about_mask = words.about_mask || item.word != "nil";
      if (one_of(item.word, {"negative", "neg"})) words.about_test = true;
    } else if (item.has(Tag::kPositive)) {
      words.outcome = true;
      if (one_of(item.word, {"found", "something", "anything", "any", "one", "some"})) words.about_mask = true;
      if (one_of(item.word, {"positive", "pos", "yes", "confirmed"})) words.about_test = true;
    } else if (item.has(Tag::kSkip) && (item.word == "without")) {
      flip();
    }
  }
  if (negative_word) flip();
  words.negative = negative;
}

}  // namespace galen::plan
