#include "galen/plan/clauses.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace galen::plan {

using language::ConceptKind;
using language::Lexicon;
using language::Tag;

namespace {

bool one_of(const std::string& word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_article(const Item& item) {
  return item.count == 1 && one_of(item.word, {"the", "a", "an", "this", "that", "my", "your", "his", "her", "its", "their", "our", "any", "no", "another", "each", "same"});
}

bool is_copula(const Item& item) {
  return (item.count == 1 && one_of(item.word, {"is", "are", "was", "were", "be", "been", "being", "has", "have", "comes", "come", "came", "turns", "turn", "turned",
                                               "gets", "looks", "shows", "returns", "reads", "proves", "remains", "should", "would", "could", "can", "will", "may", "might", "does", "do", "did"})) ||
         one_of(item.word, {"comes back", "come back", "came back", "coming back", "comes back as"});
}

// Splits a request at its full stops, question marks, line ends and list items.
class Splitter {
 public:
  Splitter(const std::vector<Item>& items, const Mentions& mentions, const Lexicon& lexicon)
      : items_(items), mentions_(mentions), lexicon_(lexicon) {}

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
      if (mark == "#" || is_step_number(i)) {
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
  bool is_step_number(std::size_t) const { return false; }

  bool is_abbreviation(std::size_t dot) const {
    if (dot == 0) return false;
    const std::string& word = items_[dot - 1].word;
    return one_of(word, {"dr", "mr", "mrs", "ms", "prof", "vs", "eg", "ie", "approx", "fig", "no", "st", "etc"}) && dot + 1 < items_.size() &&
           items_[dot + 1].mark.empty() && word != "no" && word != "etc";
  }

  int mention_at(std::size_t i) const { return mentions_.mention_of[i]; }
  bool starts_mention(std::size_t i) const {
    return mention_at(i) >= 0 && mentions_.all[static_cast<std::size_t>(mention_at(i))].first == i;
  }

  // An item that tells the outcome of a step.
  bool tells_outcome(std::size_t i) const {
    const Item& item = items_[i];
    return item.has(Tag::kPositive) || item.has(Tag::kNegative) || item.has(Tag::kFlip) || mention_at(i) >= 0;
  }

  bool is_boundary(std::size_t i, std::size_t end) const {
    return i >= end || items_[i].mark == "," || items_[i].mark == ":" || items_[i].mark == "-" || items_[i].mark == "->" || items_[i].mark == "(" || items_[i].mark == ")";
  }

  bool is_lead_verb(std::size_t i, std::size_t begin) const {
    const Item& item = items_[i];
    if (mention_at(i) >= 0) return false;
    const bool verb = item.has(Tag::kDraw) || item.has(Tag::kDecide) || item.has(Tag::kEstimate) || item.has(Tag::kMeasureVerb) || item.has(Tag::kDo);
    if (!verb) return false;
    if (i > begin && is_article(items_[i - 1])) return false;
    return true;
  }

  // Whether an if-word opens a condition here.
  bool opens_condition(std::size_t i, std::size_t begin, std::size_t end) const {
    const Item& item = items_[i];
    if (item.has(Tag::kElse)) {
      if (item.word == "otherwise" && i + 1 < end && one_of(items_[i + 1].word, {"healthy", "well", "fit", "normal", "asymptomatic", "unremarkable"})) return false;
      if (item.word == "else" && i > begin && one_of(items_[i - 1].word, {"anything", "nothing", "something", "everything"})) return false;
      return true;
    }
    if (item.has(Tag::kSo)) return true;
    if (item.has(Tag::kUnless)) return condition_has_content(i + 1, end);
    if (item.has(Tag::kIf)) {
      if (item.word == "where" || item.word == "given that") return condition_has_content(i + 1, end);
      return condition_has_content(i + 1, end);
    }
    // "for a glioma outline the tumour"
    if (item.word == "for" && i == begin && i + 2 < end && one_of(items_[i + 1].word, {"a", "an", "any"}) && starts_mention(i + 2)) {
      std::size_t k = mentions_.all[static_cast<std::size_t>(mention_at(i + 2))].last;
      if (k < end && items_[k].mark == ",") ++k;
      return k < end && (items_[k].has(Tag::kDraw) || items_[k].has(Tag::kDecide) || items_[k].has(Tag::kMeasureVerb)) && next_is_target(k + 1, end);
    }
    // "should it be confirmed"
    if (item.word == "should" && (i == begin || !items_[i - 1].mark.empty() || one_of(items_[i - 1].word, {"and", "but", "or", "only", "then"}))) {
      if (i + 1 < end && one_of(items_[i + 1].word, {"i", "we", "you"})) return false;
      return condition_has_content(i + 1, end);
    }
    return false;
  }

  bool condition_has_content(std::size_t i, std::size_t end) const {
    // A condition says soon what it is about; the bound keeps a long run of ifs cheap.
    for (std::size_t k = i; k < end && k < i + 60; ++k) {
      if (k > i && (items_[k].mark == "," || items_[k].mark == ":" || items_[k].mark == "->")) break;
      if (tells_outcome(k)) return true;
      // "supposing it is, ..."
      if (k + 1 < end && one_of(items_[k].word, {"it", "that", "this", "they", "so", "there", "i", "he", "she", "you", "one"}) && is_copula(items_[k + 1]) && is_boundary(k + 2, end)) return true;
    }
    return false;
  }

  // "positive -> segment", "yes: segment", "TB negative -> pneumonia": an outcome that a mark follows.
  bool outcome_before_mark(std::size_t i, std::size_t end) const {
    bool outcome = false;
    std::size_t k = i;
    for (; k < end && k < i + 8; ++k) {
      const std::string& mark = items_[k].mark;
      if (mark == ":" || mark == "->" || mark == "-") break;
      if (!mark.empty()) return false;
      const Item& item = items_[k];
      if (one_of(item.word, {"without", "excluding", "except", "exclude"})) return false;
      if (mention_at(k) >= 0) {
        const Mention& m = mentions_.all[static_cast<std::size_t>(mention_at(k))];
        if (m.quality_only()) outcome = true;
        continue;
      }
      if (item.has(Tag::kNegative) || (item.has(Tag::kPositive) && !item.has(Tag::kDecide) && !item.has(Tag::kIt) && !item.has(Tag::kDo))) {
        outcome = true;
      } else if (!is_filler(item) && !is_copula(item) && !item.has(Tag::kAlso) && !item.has(Tag::kDecideNoun) && !item.has(Tag::kOnly) && !item.has(Tag::kIt)) {
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

  // One past the condition's last item.
  std::size_t end_of_condition(std::size_t begin, std::size_t end) const {
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
      if (content && (item.has(Tag::kElse) || item.has(Tag::kSo)) && mention_at(i) < 0) return i;
      if (content && opens_plain_if(i)) return i;
      if (content && mention_at(i) < 0 && starts_main(i, begin, end)) return i;
      if (mention_at(i) >= 0) {
        content = true;
        if (mentions_.all[static_cast<std::size_t>(mention_at(i))].quality_only()) outcome = true;
      } else if (item.has(Tag::kPositive) || item.has(Tag::kNegative) || item.has(Tag::kFlip)) {
        content = true;
        if (item.word != "no" && item.word != "there" && item.word != "any" && item.word != "not" && item.word != "something" && item.word != "anything") outcome = true;
      }
    }
    return end;
  }

  bool opens_plain_if(std::size_t i) const { return items_[i].has(Tag::kIf) && items_[i].word == "if"; }

  // After "if not", "if there is": whether the condition's content follows.
  bool continues(std::size_t i, std::size_t end) const {
    while (i < end && (is_filler(items_[i]) || is_copula(items_[i])) && mention_at(i) < 0 && !items_[i].has(Tag::kPositive)) ++i;
    if (is_boundary(i, end)) return false;
    const Item& item = items_[i];
    if (mention_at(i) >= 0) return true;
    if (item.has(Tag::kThen)) return false;
    if (item.has(Tag::kPositive) || item.has(Tag::kNegative) || item.has(Tag::kFlip)) return !item.has(Tag::kDo);
    // "if no sign of TB"
    if (item.has(Tag::kDecide) && item.word.ends_with(" of") && i + 1 < end) return true;
    return item.has(Tag::kIt);
  }

  bool list_goes_on(std::size_t i, std::size_t end) const {
    bool target = false;
    for (std::size_t k = i; k < end; ++k) {
      if (mention_at(k) >= 0) target = true;
      else if (items_[k].mark == "," && target) continue;
      else if (items_[k].word == "or" || items_[k].word == "and" || is_filler(items_[k])) continue;
      else return target && (is_copula(items_[k]) || items_[k].has(Tag::kPositive) || items_[k].has(Tag::kNegative));
    }
    return false;
  }

  // Whether the main clause begins here, inside the run of words of a condition that has its content.
  bool starts_main(std::size_t i, std::size_t begin, std::size_t end) const {
    const Item& item = items_[i];
    const Item& before = items_[i - 1];
    if (one_of(item.word, {"i", "we", "please", "pls", "plz", "just", "give", "kindly"})) return i > begin + 1;
    if (item.has(Tag::kPolite)) return true;
    if (item.count > 1 && item.has(Tag::kAsk) && !item.has(Tag::kIt)) return true;
    if (is_article(before) || before.word == "to" || is_copula(before)) return false;
    const bool verb = item.has(Tag::kDraw) || item.has(Tag::kMeasureVerb) || item.has(Tag::kEstimate) || (item.has(Tag::kSkip) && !item.has(Tag::kNegative));
    const bool test = item.has(Tag::kDecide) || item.has(Tag::kDo);
    if (!verb && !test) return false;
    if (item.has(Tag::kPositive) && !(i + 1 < end && starts_object(i + 1, end))) return false;
    // "TB test positive", "the lesion segmentation finds one": a noun.
    if (i + 1 < end && (is_copula(items_[i + 1]) || items_[i + 1].has(Tag::kPositive) || items_[i + 1].has(Tag::kNegative)) && !starts_mention(i + 1) &&
        !items_[i + 1].has(Tag::kIt) && items_[i + 1].word != "any") {
      return false;
    }
    if (item.has(Tag::kDecideNoun) && mention_at(i - 1) >= 0 && i + 1 >= end) return false;
    if (item.has(Tag::kDrawNoun) && !item.has(Tag::kDraw)) return false;
    return true;
  }
  bool starts_object(std::size_t i, std::size_t end) const {
    while (i < end && is_filler(items_[i])) ++i;
    return i < end && (mention_at(i) >= 0 || items_[i].has(Tag::kDrawNoun));
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
      const bool keeps = at == begin && next == Join::kComma && (join == Join::kAnd || join == Join::kThen || join == Join::kBut);
      if (!keeps) join = next;
      if (at > begin) then = false;
      target = verb = false;
    };
    for (std::size_t i = sentence.first; i < end; ++i) {
      const Item& item = items_[i];
      const bool inside = mention_at(i) >= 0 && !starts_mention(i);
      if (inside) continue;
      if (!item.mark.empty()) {
        const Join next = item.mark == "," ? Join::kComma : item.mark == ":" ? Join::kColon : item.mark == "-" ? Join::kDash : item.mark == "->" ? Join::kArrow
                          : item.mark == "(" || item.mark == ")" ? Join::kParen : item.mark == "/" || item.mark == "|" ? Join::kOr
                          : item.mark == "+" || item.mark == "&" ? Join::kAnd : Join::kNone;
        if (next == Join::kNone) continue;
        close(i, next);
        begin = i + 1;
        continue;
      }
      const bool at_start = i == begin;
      if (opens_condition(i, begin, end) || ((at_start || join == Join::kStart) && at_start && outcome_before_mark(i, end))) {
        const bool bare = !opens_condition(i, begin, end);
        std::size_t from = i;
        // "only if", "and if": the word before belongs to the condition.
        if (from > begin) close(from, Join::kNone);
        std::size_t stop = bare ? i : end_of_condition(i, end);
        if (bare) {
          while (stop < end && items_[stop].mark != ":" && items_[stop].mark != "->" && items_[stop].mark != "-") ++stop;
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
      if (item.count > 0 && item.has(Tag::kThen) && mention_at(i) < 0) {
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
      const bool skips = item.has(Tag::kSkip) && !item.has(Tag::kSkipAfter) && mention_at(i) < 0;
      if (skips && target && i > begin && (item.word != "no" && item.word != "not" && item.word != "never" ? true : verb || next_is_target(i + 1, end))) {
        close(i, Join::kNone);
        begin = i;
        verb = true;
        continue;
      }
      if (is_lead_verb(i, begin) && target && verb && i > begin && next_is_target(i + 1, end) &&
          !(item.has(Tag::kDrawNoun) && mention_at(i - 1) >= 0 && !next_is_target(i + 1, end)) && !one_of(items_[i - 1].word, {"to", "be"}) && !is_copula(items_[i - 1])) {
        close(i, Join::kNone);
        begin = i;
      }
      if (is_lead_verb(i, begin)) verb = true;
      if (mention_at(i) >= 0 || item.has(Tag::kEverything)) target = true;
    }
    close(end, Join::kNone);
  }

  bool next_is_target(std::size_t i, std::size_t end) const {
    while (i < end && mention_at(i) < 0 && (is_filler(items_[i]) || one_of(items_[i].word, {"for", "of", "if", "whether"}))) ++i;
    return i < end && mention_at(i) >= 0;
  }

  const std::vector<Item>& items_;
  const Mentions& mentions_;
  const Lexicon& lexicon_;
};

// Fills in what a clause's words say.
class Describer {
 public:
  Describer(const std::vector<Item>& items, const Mentions& mentions, const Lexicon& lexicon)
      : items_(items), mentions_(mentions), lexicon_(lexicon) {}

  void describe(Clause& clause, const Sentence& sentence) {
    find_mask(clause);
    if (clause.in_case) describe_condition(clause);
    else describe_main(clause, sentence);
    collect(clause);
  }

 private:
  int mention_at(std::size_t i) const { return mentions_.mention_of[i]; }
  const Mention& mention(int index) const { return mentions_.all[static_cast<std::size_t>(index)]; }

  bool in_mask(const Clause& clause, std::size_t i) const { return clause.mask.used && i >= clause.mask.first && i < clause.mask.last; }

  static bool is_step_word(const std::string& word) {
    return one_of(word, {"in", "on", "to", "at", "from", "using", "with", "of", "by", "into", "over", "for", "through", "use", "via", "feed", "take", "onto", "input"});
  }

  // "inside the lungs", "on the segmented lungs", "in that region", "using the lung mask"
  void find_mask(Clause& clause) {
    bool restricts = false;
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      const Item& item = items_[i];
      if (item.has(Tag::kWhole)) {
        clause.mask.whole = true;
        continue;
      }
      if (mention_at(i) >= 0 && mention(mention_at(i)).first != i) continue;
      // "restrict the check to them"
      if (one_of(item.word, {"restrict", "limit", "confine", "constrain", "restricting", "limiting", "confining", "narrow", "restricted", "limited", "confined"})) restricts = true;
      const bool strong = item.has(Tag::kInside) || (restricts && item.word == "to");
      const bool weak = !strong && item.count == 1 && is_step_word(item.word);
      if (!strong && !weak) continue;
      std::size_t k = i + 1;
      bool masked = false, pointed = false;
      int target = -1;
      std::size_t stop = k;
      bool region = false;
      bool strong_region = false;
      bool again = false;
      for (int steps = 0; k < clause.last && steps < 9; ++k, ++steps) {
        const Item& next = items_[k];
        if (mention_at(k) >= 0) {
          if (target >= 0) {
            if (mention_at(k) == target) continue;
            break;
          }
          const Mention& m = mention(mention_at(k));
          if (m.senses.empty() && m.entries.empty()) break;
          target = mention_at(k);
          stop = k + 1;
          continue;
        }
        if (one_of(next.word, {"that", "this", "same", "those", "these", "said", "resulting", "it", "there", "them", "its"})) {
          pointed = true;
          if (one_of(next.word, {"it", "there", "them", "those", "that"})) stop = k + 1;
          continue;
        }
        if (next.word == "within" || next.word == "inside" || next.word == "in") {
          if (target >= 0) break;
          continue;
        }
        if (next.has(Tag::kMaskRegion)) {
          // "in the masked area outline the opacity": the verb of what follows.
          if (next.has(Tag::kDraw) && (region || masked)) break;
          region = true;
          strong_region = strong_region || !one_of(next.word, {"region", "area", "zone", "shape", "border", "borders", "boundary", "perimeter", "output"});
          if (next.has(Tag::kMasked)) masked = true;
          stop = k + 1;
          if (target >= 0) break;
          continue;
        }
        if (next.has(Tag::kMasked)) {
          masked = true;
          stop = k + 1;
          continue;
        }
        if (next.word == "result" && (item.word.starts_with("feed") || item.word == "use" || item.word == "using")) {
          region = strong_region = true;
          stop = k + 1;
          continue;
        }
        if (next.word == "of" && region && target < 0) continue;
        if (next.has(Tag::kIt) && !next.has(Tag::kMasked) && target < 0 && !region) {
          pointed = true;
          stop = k + 1;
          again = true;
          continue;
        }
        if (is_filler(next) || next.word == "only" || next.word == "just" || next.word == "part" || next.word == "previous" || next.word == "obtained") continue;
        break;
      }
      (void)again;
      const bool finding_only = target >= 0 && weak && !masked && !region;
      if (finding_only) continue;
      const bool ends = i + 1 == clause.last && (one_of(item.word, {"inside", "within", "inside only", "within only"}) || item.word.find(" inside") != std::string::npos);
      bool used = false;
      if (strong && ends) used = true;
      else if (strong) used = target >= 0 || region || masked || (pointed && stop > i + 1);
      else used = (masked && (target >= 0 || region)) || (target >= 0 && strong_region) || (region && target < 0 && (pointed || strong_region));
      if (weak && one_of(item.word, {"of", "for"}) && !masked) used = false;  // "outline of the lung mask": still the target
      if (weak && item.word == "for" && masked) used = false;
      if (weak && region && target < 0 && !masked && !pointed && one_of(item.word, {"with", "of", "for", "to", "by", "take", "use"}) && item.word != "use") used = false;
      if (weak && region && target < 0 && !masked && !strong_region && !pointed) used = false;
      // "look for TB in there"
      if (weak && pointed && target < 0 && !region && i + 1 < clause.last && one_of(items_[i + 1].word, {"there", "it", "them", "that"}) && one_of(item.word, {"in", "on"}) && stop == i + 2 &&
          clause_has_target_before(clause, i)) {
        used = true;
      }
      if (!used) continue;
      if (strong && target >= 0 && !masked && !region && is_only_phrase(item) && !names_structure(target)) continue;
      // "only on the chest film": what the picture is, not a mask.
      if (target >= 0 && (mention(target).beside_modality || mention(target).region_only) && !masked && !region) continue;
      clause.mask.used = true;
      clause.mask.mention = target;
      clause.mask.first = i;
      clause.mask.last = stop;
      if (!clause_has_target_outside(clause) && weak && !masked && target < 0 && !pointed && !strong_region) clause.mask.used = false;
      if (clause.mask.used) return;
    }
  }
  bool is_only_phrase(const Item& item) const { return item.has(Tag::kInside) && item.has(Tag::kOnly); }
  bool names_structure(int target) const { return !mention(target).senses.empty() || !mention(target).entries.empty(); }
  bool clause_has_target_before(const Clause& clause, std::size_t i) const {
    for (std::size_t k = clause.first; k < i; ++k) {
      if (mention_at(k) >= 0) return true;
    }
    return true;
  }
  bool clause_has_target_outside(const Clause& clause) const {
    for (std::size_t k = clause.first; k < clause.last; ++k) {
      if (mention_at(k) >= 0 && !in_mask(clause, k)) return true;
    }
    return false;
  }

  void describe_condition(Clause& clause) {
    ConditionWords& words = clause.condition;
    const Item& head = items_[clause.first];
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
    const bool opener = head.has(Tag::kIf) || head.has(Tag::kUnless) || head.has(Tag::kElse) || head.has(Tag::kSo) || head.word == "should";
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
      const Item& item = items_[i];
      if (in_mask(clause, i)) continue;
      if (item.has(Tag::kDecideNoun) && !item.has(Tag::kPositive)) words.about_test = true;
      if (item.has(Tag::kDrawNoun) || item.has(Tag::kDraw) || item.has(Tag::kMaskRegion)) words.about_mask = true;
      if (item.has(Tag::kAlso)) words.again = true;
      if (one_of(item.word, {"it", "that", "this"})) clause.has_it_words = true;
      if (mention_at(i) >= 0 && !(item.has(Tag::kNegative) && one_of(item.word, {"normal", "healthy"}))) {
        if (item.quality >= 0 && lexicon_.concept_at(item.quality).name == "normal") negative_word = true;
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
        if (one_of(item.word, {"none", "empty", "nothing", "blank", "nil"})) words.about_mask = words.about_mask || item.word != "nil";
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

  static bool ends_with(const Item& item, std::string_view word) {
    return item.word.size() > word.size() && item.word.compare(item.word.size() - word.size(), word.size(), word) == 0;
  }

  bool is_verb_here(const Clause& clause, std::size_t i) const {
    return !(i > clause.first && is_article(items_[i - 1])) && mention_at(i) < 0;
  }

  void describe_main(Clause& clause, const Sentence& sentence) {
    // "exclude the heart from the masks"
    const bool from_mask = clause.mask.used && clause.mask.mention < 0 && items_[clause.mask.first].word == "from";
    bool seen_target = false;
    bool draw = false, decide = false, estimate = false, noun = false, measure = false, skip = false, skip_after = false, known = false, self = false, reason = false;
    bool patient = false, firmly_known = false, past_passive = false;
    bool other_words = false;
    int loose = 0;
    std::size_t known_at = clause.last, reason_at = clause.last, patient_at = clause.last;
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      const Item& item = items_[i];
      if (in_mask(clause, i)) continue;
      if (mention_at(i) >= 0) {
        if (item.measure >= 0) measure = true;
        seen_target = true;
        continue;
      }
      if (item.measure >= 0) measure = true;
      if (item.has(Tag::kDraw) && is_verb_here(clause, i)) {
        draw = true;
        if (!seen_target) clause.verb_leads = true;
      }
      if (item.has(Tag::kDrawNoun)) noun = true, draw = true;
      if (item.has(Tag::kDecide) && (is_verb_here(clause, i) || item.count > 1)) {
        decide = true;
        if (!seen_target) clause.verb_leads = true;
        if (has_excluding_word(item)) clause.excludes = true;
      }
      if (item.has(Tag::kDecideNoun)) decide = true, noun = true;
      if (item.has(Tag::kEstimate)) {
        estimate = true;
        if (!seen_target) clause.verb_leads = true;
      }
      if (item.has(Tag::kMeasureVerb)) {
        measure = true;
        if (!seen_target) clause.verb_leads = true;
      }
      if ((item.has(Tag::kDo) || (item.has(Tag::kAsk) && item.word != "you" && item.word != "u"))) {
        clause.request_words = true;
        if (!seen_target) clause.verb_leads = true;
      }
      if (item.has(Tag::kPolite)) clause.request_words = true;
      if (item.has(Tag::kSkipAfter) && seen_target) skip_after = true;
      if (item.has(Tag::kSkip) && !(item.has(Tag::kSkipAfter) && item.has(Tag::kSkip) && false)) {
        const bool plain_no = one_of(item.word, {"no", "not", "never", "nor", "neither"});
        // "after excluding TB" is a test, not an omission.
        if (clause.after && item.word == "excluding") clause.excludes = decide = true;
        else if (!(plain_no && (sentence.question || decide))) skip = true;
      }
      // "disc yes, cup no"
      if (seen_target && i + 1 == clause.last && item.word == "no" && !decide && !sentence.question) skip_after = true;
      if (seen_target && i + 1 == clause.last && item.word == "yes") clause.request_words = true;
      if (item.has(Tag::kOnly)) clause.only = true;
      if (item.has(Tag::kFirst)) clause.first_word = true;
      if (item.has(Tag::kBefore)) clause.before = true;
      if (item.has(Tag::kAfter)) clause.after = true;
      if (item.has(Tag::kRegardless)) clause.regardless = true;
      if (item.has(Tag::kEverything)) clause.everything = true;
      if (item.has(Tag::kEverythingStructures)) clause.everything_structures = true;
      if (item.has(Tag::kIt)) clause.has_it = true;
      if ((item.has(Tag::kKnown) || item.has(Tag::kHistory)) && !known) known = true, known_at = i;
      if (item.has(Tag::kKnown)) firmly_known = true;
      if (item.has(Tag::kSelf) || item.has(Tag::kFuture)) self = true;
      if (one_of(item.word, {"classify", "classifying", "characterise", "characterize", "categorise", "categorize", "subtype"})) clause.classifies = true;
      if (one_of(item.word, {"was", "were", "been"}) && seen_target && !clause.verb_leads && !sentence.question) past_passive = true;
      if (clause.excludes && item.word == "from" && seen_target) skip = true;
      if (item.has(Tag::kReason) && !reason) reason = true, reason_at = i;
      if (item.has(Tag::kPatient) && !patient) patient = true, patient_at = i;
      const bool neutral = is_filler(item) || item.names_modality() || item.has(Tag::kIn) || is_copula(item) || item.measure >= 0 || item.tags.any() ||
                           one_of(item.word, {"image", "picture", "scan", "film", "frame", "i", "me", "with", "as", "there", "here"});
      if (!neutral || item.has(Tag::kPatient) || item.word == "with") ++loose, other_words = true;
    }
    (void)other_words;
    clause.impure = loose > 0;
    for (std::size_t i = clause.first; i < clause.last; ++i) decide = decide || (items_[i].facet >= 0 && !in_mask(clause, i) && !draw && !measure);
    clause.intent_said = draw || decide || estimate || measure;
    if (draw || measure) clause.intent = Intent::kSegment;
    else if (decide) clause.intent = Intent::kClassify;
    else if (estimate) clause.intent = Intent::kPrognose;
    (void)noun;
    const bool asks = clause.intent_said || clause.request_words || clause.only || clause.first_word || clause.everything || clause.everything_structures;
    if (asks) clause.status = Standing::kRequest;
    if (clause.excludes && from_mask) skip = true;
    background_after_ = reason_at;
    reasons_ = reason;
    patient_at_ = patient_at;
    if (skip || skip_after) clause.status = Standing::kSkip;
    else if (self) clause.status = Standing::kKnown;
    else if (known) {
      // A question about what stands before ("pneumothorax post line insertion?") remains one.
      bool target_before = false;
      for (std::size_t i = clause.first; i < known_at; ++i) target_before = target_before || mention_at(i) >= 0;
      // "prostate contour for the biopsy list": the words of history only add to a request.
      const bool command = clause.intent_said && (clause.verb_leads || (target_before && !firmly_known && !past_passive));
      if (command || (sentence.question && target_before)) background_after_ = std::min(background_after_, known_at);
      else clause.status = Standing::kKnown;
    }
  }
  static bool has_excluding_word(const Item& item) { return item.has(Tag::kDecide) && item.has(Tag::kNegative); }

  // Sorts the clause's mentions into targets and those that only say where or why.
  void collect(Clause& clause) {
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      const int index = mention_at(i);
      if (index < 0 || mention(index).first != i || in_mask(clause, i)) continue;
      const Mention& m = mention(index);
      bool background = !clause.in_case && i > background_after_;
      if (m.beside_modality || (m.region_only && !clause.in_case)) background = true;
      if (!clause.in_case && i > patient_at_ && stands_with(patient_at_, i)) background = true;
      // "prognosis for this cancer", "it is an HRCT for ILD"
      if (!clause.in_case && (follows_for(i, clause) || is_place(i, clause) || follows_of(i, clause))) {
        if (!clause.intent_said && !clause.request_words && clause.mentions.empty() && reasons_) background = background || follows_for(i, clause);
        if (!clause.mentions.empty() && is_survival(mention(clause.mentions.back()))) background = true;
      }
      // "liver mask for the transplant": what it is for. "check the lungs for TB": where to look.
      if (!clause.in_case && !clause.mentions.empty() && follows_for(i, clause)) {
        if (clause.intent == Intent::kSegment) {
          background = true;
        } else if (!is_structure(m) && std::all_of(clause.mentions.begin(), clause.mentions.end(), [&](int other) { return is_structure(mention(other)); })) {
          clause.background.insert(clause.background.end(), clause.mentions.begin(), clause.mentions.end());
          clause.mentions.clear();
        }
      }
      // "in the lungs", "on the calf": a place, where there is another target.
      if (!clause.in_case && i > clause.first && is_place(i, clause) && !clause.mentions.empty() && is_structure(m) && !has_ratio(clause)) background = true;
      (background ? clause.background : clause.mentions).push_back(index);
    }
    background_after_ = patient_at_ = static_cast<std::size_t>(-1);
  }
  bool is_structure(const Mention& m) const {
    return !m.senses.empty() && m.senses[0].head >= 0 && lexicon_.concept_at(m.senses[0].head).kind == ConceptKind::kStructure;
  }
  // "the ratio of the lungs to the heart"
  bool has_ratio(const Clause& clause) const {
    for (std::size_t k = clause.first; k < clause.last; ++k) {
      if (items_[k].measure >= 0 && lexicon_.concept_at(items_[k].measure).name == "ratio") return true;
    }
    return false;
  }
  // "a patient with cirrhosis"
  bool stands_with(std::size_t from, std::size_t to) const {
    for (std::size_t k = from; k < to; ++k) {
      if (one_of(items_[k].word, {"with", "who", "has", "having", "lady with", "man with"})) return true;
    }
    return false;
  }
  bool is_survival(const Mention& m) const { return !m.senses.empty() && m.senses[0].head < 0 && m.senses[0].facet >= 0 && lexicon_.concept_at(m.senses[0].facet).name == "survival"; }
  bool follows_of(std::size_t i, const Clause& clause) const {
    std::size_t k = i;
    while (k > clause.first && is_filler(items_[k - 1])) --k;
    return k > clause.first && items_[k - 1].word == "of";
  }
  bool follows_for(std::size_t i, const Clause& clause) const {
    std::size_t k = i;
    while (k > clause.first && is_filler(items_[k - 1])) --k;
    return k > clause.first && items_[k - 1].word == "for";
  }
  bool is_place(std::size_t i, const Clause& clause) const {
    std::size_t k = i;
    while (k > clause.first && is_filler(items_[k - 1])) --k;
    return k > clause.first && items_[k - 1].count == 1 && items_[k - 1].has(Tag::kIn) && items_[k - 1].word != "of" && items_[k - 1].word != "for";
  }

  const std::vector<Item>& items_;
  const Mentions& mentions_;
  const Lexicon& lexicon_;
  std::size_t background_after_ = static_cast<std::size_t>(-1);
  std::size_t patient_at_ = static_cast<std::size_t>(-1);
  bool reasons_ = false;
};

}  // namespace

std::vector<Sentence> find_sentences(const std::vector<Item>& items, const Mentions& mentions, const Lexicon& lexicon) {
  std::vector<Sentence> sentences = Splitter(items, mentions, lexicon).run();
  Describer describer(items, mentions, lexicon);
  for (Sentence& sentence : sentences) {
    for (Clause& clause : sentence.clauses) describer.describe(clause, sentence);
  }
  return sentences;
}

}  // namespace galen::plan
