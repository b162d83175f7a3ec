#include "galen/plan/split_sentences.h"

#include <algorithm>
#include <utility>

#include "galen/plan/condition_bounds.h"
#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

namespace {

// kNone where the mark joins nothing.
Join join_of(const std::string& mark) {
  if (mark == ",") return Join::kComma;
  if (mark == ":") return Join::kColon;
  if (mark == "-") return Join::kDash;
  if (mark == "->") return Join::kArrow;
  if (mark == "(" || mark == ")") return Join::kParen;
  if (mark == "/" || mark == "|") return Join::kOr;
  if (mark == "+" || mark == "&") return Join::kAnd;
  return Join::kNone;
}

class Splitter {
 public:
  explicit Splitter(const RequestItems& items) : items_(items), conditions_(items) {}

  std::vector<Sentence> run() {
    std::vector<Sentence> sentences;
    std::size_t begin = 0;
    bool next_is_item = false;
    const auto close = [&](std::size_t end, bool question) {
      if (end > begin) {
        Sentence sentence;
        sentence.first = begin;
        sentence.last = end;
        sentence.question = question;
        sentence.item = next_is_item;
        if (items_[end - 1].mark == ":") sentence.closes_with_colon = true;
        sentences.push_back(std::move(sentence));
        next_is_item = false;
      }
    };
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const std::string& mark = items_[i].mark;
      if (mark.empty()) continue;
      if (mark == "#") {
        close(i, false);
        next_is_item = true;
        begin = i + 1;
      } else if (mark[0] == '?') {
        close(i, true);
        begin = i + 1;
      } else if (mark[0] == '!' || mark[0] == ';' || mark[0] == '\n' || (mark[0] == '.' && !is_abbreviation(i))) {
        close(i, false);
        begin = i + 1;
      }
    }
    close(items_.size(), false);
    for (Sentence& sentence : sentences) split_clauses(sentence);
    return sentences;
  }

 private:
  bool is_abbreviation(std::size_t dot) const {
    if (dot == 0) return false;
    const std::string& word = items_[dot - 1].word;
    return one_of(word, {"dr", "mr", "mrs", "ms", "prof", "vs", "eg", "ie", "approx", "fig", "no", "st", "etc"}) &&
           dot + 1 < items_.size() && items_[dot + 1].mark.empty() && word != "no" && word != "etc";
  }

  bool is_lead_verb(std::size_t i, std::size_t begin) const {
    const Item& item = items_[i];
    if (items_.mention_at(i) >= 0) return false;
    const bool verb = item.has(Tag::kDraw) || item.has(Tag::kDecide) || item.has(Tag::kEstimate) ||
                      item.has(Tag::kMeasureVerb) || item.has(Tag::kDo);
    if (!verb) return false;
    if (i > begin && is_article(items_[i - 1])) return false;
    return true;
  }

  void push(Sentence& sentence, std::size_t begin, std::size_t end, Join join, bool then, bool in_case) {
    if (begin >= end) return;
    Clause clause;
    clause.first = begin;
    clause.last = end;
    clause.join = join;
    clause.opens_with_then = then;
    clause.in_case = in_case;
    sentence.clauses.push_back(clause);
  }

  void split_clauses(Sentence& sentence) {
    std::size_t begin = sentence.first;
    Join join = Join::kStart;
    bool then = false;
    bool target = false, verb = false;
    const std::size_t end = sentence.last;
    const auto close = [&](std::size_t at, Join next) {
      push(sentence, begin, at, join, then, false);
      const bool keeps =
          at == begin && next == Join::kComma && (join == Join::kAnd || join == Join::kThen || join == Join::kBut);
      if (!keeps) join = next;
      if (at > begin) then = false;
      target = verb = false;
    };
    for (std::size_t i = sentence.first; i < end; ++i) {
      const Item& item = items_[i];
      const bool inside = items_.mention_at(i) >= 0 && !items_.starts_mention(i);
      if (inside) continue;
      if (!item.mark.empty()) {
        const Join next = join_of(item.mark);
        if (next == Join::kNone) continue;
        close(i, next);
        begin = i + 1;
        continue;
      }
      const bool at_start = i == begin;
      if (conditions_.opens(i, begin, end) ||
          ((at_start || join == Join::kStart) && at_start && conditions_.outcome_before_mark(i, end))) {
        const bool bare = !conditions_.opens(i, begin, end);
        std::size_t from = i;
        // "only if", "and if": the word before belongs to the condition.
        if (from > begin) close(from, Join::kNone);
        std::size_t stop = bare ? i : conditions_.end_of(i, end);
        if (bare) {
          while (stop < end && items_[stop].mark != ":" && items_[stop].mark != "->" && items_[stop].mark != "-")
            ++stop;
        }
        push(sentence, i, std::max(stop, i + 1), join, then, true);
        then = false;
        begin = std::max(stop, i + 1);
        join = Join::kNone;
        i = begin - 1;
        target = verb = false;
        continue;
      }
      if (one_of(item.word, {"and", "or", "nor", "versus", "vs", "v"}) && item.count == 1) {
        close(i, item.word == "and" || item.word == "nor" ? Join::kAnd : Join::kOr);
        begin = i + 1;
        continue;
      }
      if (item.count > 0 && item.has(Tag::kThen) && items_.mention_at(i) < 0) {
        close(i, Join::kThen);
        begin = i + 1;
        then = true;
        join = Join::kThen;
        continue;
      }
      if (item.has(Tag::kBut) && item.word == "but") {
        close(i, Join::kBut);
        begin = i + 1;
        continue;
      }
      const bool skips = item.has(Tag::kSkip) && !item.has(Tag::kSkipAfter) && items_.mention_at(i) < 0;
      if (skips && target && i > begin &&
          (item.word != "no" && item.word != "not" && item.word != "never"
               ? true
               : verb || items_.next_is_target(i + 1, end))) {
        close(i, Join::kNone);
        begin = i;
        verb = true;
        continue;
      }
      if (is_lead_verb(i, begin) && target && verb && i > begin && items_.next_is_target(i + 1, end) &&
          !(item.has(Tag::kDrawNoun) && items_.mention_at(i - 1) >= 0 && !items_.next_is_target(i + 1, end)) &&
          !one_of(items_[i - 1].word, {"to", "be"}) && !is_copula(items_[i - 1])) {
        close(i, Join::kNone);
        begin = i;
      }
      if (is_lead_verb(i, begin)) verb = true;
      if (items_.mention_at(i) >= 0 || item.has(Tag::kEverything)) target = true;
    }
    close(end, Join::kNone);
  }

  const RequestItems& items_;
  const ConditionBounds conditions_;
};

}  // namespace

std::vector<Sentence> split_sentences(const RequestItems& items) { return Splitter(items).run(); }

}  // namespace galen::plan
