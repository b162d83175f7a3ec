#include "galen/plan/condition_bounds.h"

#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

bool ConditionBounds::opens(std::size_t i, std::size_t begin, std::size_t end) const {
  const Item& item = items_[i];
  if (item.has(Tag::kElse)) {
    if (item.word == "otherwise" && i + 1 < end &&
        one_of(items_[i + 1].word, {"healthy", "well", "fit", "normal", "asymptomatic", "unremarkable"}))
      return false;
    if (item.word == "else" && i > begin &&
        one_of(items_[i - 1].word, {"anything", "nothing", "something", "everything"}))
      return false;
    return true;
  }
  if (item.has(Tag::kSo)) return true;
  if (item.has(Tag::kUnless) || item.has(Tag::kIf)) return has_content(i + 1, end);
  // "for a glioma outline the tumour"
  if (item.word == "for" && i == begin && i + 2 < end && one_of(items_[i + 1].word, {"a", "an", "any"}) &&
      items_.starts_mention(i + 2)) {
    std::size_t k = items_.mention(items_.mention_at(i + 2)).last;
    if (k < end && items_[k].mark == ",") ++k;
    return k < end && (items_[k].has(Tag::kDraw) || items_[k].has(Tag::kDecide) || items_[k].has(Tag::kMeasureVerb)) &&
           items_.next_is_target(k + 1, end);
  }
  // "should it be confirmed"
  if (item.word == "should" &&
      (i == begin || !items_[i - 1].mark.empty() || one_of(items_[i - 1].word, {"and", "but", "or", "only", "then"}))) {
    if (i + 1 < end && one_of(items_[i + 1].word, {"i", "we", "you"})) return false;
    return has_content(i + 1, end);
  }
  return false;
}

bool ConditionBounds::outcome_before_mark(std::size_t i, std::size_t end) const {
  bool outcome = false;
  std::size_t k = i;
  for (; k < end && k < i + 8; ++k) {
    const std::string& mark = items_[k].mark;
    if (mark == ":" || mark == "->" || mark == "-") break;
    if (!mark.empty()) return false;
    const Item& item = items_[k];
    if (one_of(item.word, {"without", "excluding", "except", "exclude"})) return false;
    if (items_.mention_at(k) >= 0) {
      const Mention& m = items_.mention(items_.mention_at(k));
      if (m.quality_only()) outcome = true;
      continue;
    }
    if (item.has(Tag::kNegative) ||
        (item.has(Tag::kPositive) && !item.has(Tag::kDecide) && !item.has(Tag::kIt) && !item.has(Tag::kDo))) {
      outcome = true;
    } else if (!is_filler(item) && !is_copula(item) && !item.has(Tag::kAlso) && !item.has(Tag::kDecideNoun) &&
               !item.has(Tag::kOnly) && !item.has(Tag::kIt)) {
      return false;
    }
  }
  if (!outcome || k >= end || k == i) return false;
  const std::string& mark = items_[k].mark;
  if (mark != ":" && mark != "->" && mark != "-") return false;
  // A question is no outcome, and something has to follow.
  for (std::size_t n = k + 1; n < end; ++n) {
    if (items_[n].mark.empty()) return true;
  }
  return false;
}

std::size_t ConditionBounds::end_of(std::size_t begin, std::size_t end) const {
  const Item& head = items_[begin];
  // "on a positive result": the opener tells the outcome.
  const bool told = head.has(Tag::kIf) && (head.word.ends_with(" positive") || head.word.ends_with(" negative"));
  bool content = told;
  bool outcome = told;
  if (head.has(Tag::kElse) || head.has(Tag::kSo)) {
    // "if not" alone is a whole condition; "if not TB" and "if there is TB" are only the start of one.
    if (!head.word.starts_with("if") || !continues(begin + 1, end)) return begin + 1;
  }
  for (std::size_t i = begin + 1; i < end; ++i) {
    const Item& item = items_[i];
    if (item.mark == ",") {
      // A list inside the condition: "if TB, covid or pneumonia is found"
      if (content && !outcome && list_goes_on(i + 1, end)) continue;
      return i;
    }
    if (is_boundary(i, end)) return i;
    if (item.has(Tag::kThen) && content) return i;
    if (content && (item.has(Tag::kElse) || item.has(Tag::kSo)) && items_.mention_at(i) < 0) return i;
    if (content && (items_[i].has(Tag::kIf) && items_[i].word == "if")) return i;
    if (content && items_.mention_at(i) < 0 && starts_main(i, begin, end)) return i;
    if (items_.mention_at(i) >= 0) {
      content = true;
      if (items_.mention(items_.mention_at(i)).quality_only()) outcome = true;
    } else if (item.has(Tag::kPositive) || item.has(Tag::kNegative) || item.has(Tag::kFlip)) {
      content = true;
      if (item.word != "no" && item.word != "there" && item.word != "any" && item.word != "not" &&
          item.word != "something" && item.word != "anything")
        outcome = true;
    }
  }
  return end;
}

bool ConditionBounds::has_content(std::size_t i, std::size_t end) const {
  // A condition says soon what it is about; the bound keeps a long run of ifs cheap.
  for (std::size_t k = i; k < end && k < i + 60; ++k) {
    if (k > i && (items_[k].mark == "," || items_[k].mark == ":" || items_[k].mark == "->")) break;
    if (tells_outcome(k)) return true;
    // "supposing it is, ..."
    if (k + 1 < end &&
        one_of(items_[k].word, {"it", "that", "this", "they", "so", "there", "i", "he", "she", "you", "one"}) &&
        is_copula(items_[k + 1]) && is_boundary(k + 2, end))
      return true;
  }
  return false;
}

// An item that tells the outcome of a step.
bool ConditionBounds::tells_outcome(std::size_t i) const {
  const Item& item = items_[i];
  return item.has(Tag::kPositive) || item.has(Tag::kNegative) || item.has(Tag::kFlip) || items_.mention_at(i) >= 0;
}

bool ConditionBounds::is_boundary(std::size_t i, std::size_t end) const {
  return i >= end || items_[i].mark == "," || items_[i].mark == ":" || items_[i].mark == "-" ||
         items_[i].mark == "->" || items_[i].mark == "(" || items_[i].mark == ")";
}

// After "if not", "if there is": whether the condition's content follows.
bool ConditionBounds::continues(std::size_t i, std::size_t end) const {
  while (i < end && (is_filler(items_[i]) || is_copula(items_[i])) && items_.mention_at(i) < 0 &&
         !items_[i].has(Tag::kPositive))
    ++i;
  if (is_boundary(i, end)) return false;
  const Item& item = items_[i];
  if (items_.mention_at(i) >= 0) return true;
  if (item.has(Tag::kThen)) return false;
  if (item.has(Tag::kPositive) || item.has(Tag::kNegative) || item.has(Tag::kFlip)) return !item.has(Tag::kDo);
  // "if no sign of TB"
  if (item.has(Tag::kDecide) && item.word.ends_with(" of") && i + 1 < end) return true;
  return item.has(Tag::kIt);
}

bool ConditionBounds::list_goes_on(std::size_t i, std::size_t end) const {
  bool target = false;
  for (std::size_t k = i; k < end; ++k) {
    if (items_.mention_at(k) >= 0) target = true;
    else if (items_[k].mark == "," && target) continue;
    else if (items_[k].word == "or" || items_[k].word == "and" || is_filler(items_[k])) continue;
    else return target && (is_copula(items_[k]) || items_[k].has(Tag::kPositive) || items_[k].has(Tag::kNegative));
  }
  return false;
}

// Whether the main clause begins here, inside the run of words of a condition that has its content.
bool ConditionBounds::starts_main(std::size_t i, std::size_t begin, std::size_t end) const {
  const Item& item = items_[i];
  const Item& before = items_[i - 1];
  if (one_of(item.word, {"i", "we", "please", "pls", "plz", "just", "give", "kindly"})) return i > begin + 1;
  if (item.has(Tag::kPolite)) return true;
  if (item.count > 1 && item.has(Tag::kAsk) && !item.has(Tag::kIt)) return true;
  if (is_article(before) || before.word == "to" || is_copula(before)) return false;
  const bool verb = item.has(Tag::kDraw) || item.has(Tag::kMeasureVerb) || item.has(Tag::kEstimate) ||
                    (item.has(Tag::kSkip) && !item.has(Tag::kNegative));
  const bool test = item.has(Tag::kDecide) || item.has(Tag::kDo);
  if (!verb && !test) return false;
  if (item.has(Tag::kPositive) && !(i + 1 < end && starts_object(i + 1, end))) return false;
  // "TB test positive", "the lesion segmentation finds one": a noun.
  if (i + 1 < end &&
      (is_copula(items_[i + 1]) || items_[i + 1].has(Tag::kPositive) || items_[i + 1].has(Tag::kNegative)) &&
      !items_.starts_mention(i + 1) && !items_[i + 1].has(Tag::kIt) && items_[i + 1].word != "any") {
    return false;
  }
  if (item.has(Tag::kDecideNoun) && items_.mention_at(i - 1) >= 0 && i + 1 >= end) return false;
  if (item.has(Tag::kDrawNoun) && !item.has(Tag::kDraw)) return false;
  return true;
}

bool ConditionBounds::starts_object(std::size_t i, std::size_t end) const {
  while (i < end && is_filler(items_[i])) ++i;
  return i < end && (items_.mention_at(i) >= 0 || items_[i].has(Tag::kDrawNoun));
}

}  // namespace galen::plan
