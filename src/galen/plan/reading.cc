#include "galen/plan/reading.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "galen/plan/conditions.h"
#include "galen/plan/draft_steps.h"
#include "galen/plan/settle_modality.h"
#include "galen/plan/speech.h"
#include "galen/plan/standing.h"
#include "galen/plan/targets.h"

namespace galen::plan {

using language::Token;

namespace {

bool has_content(const Clause& clause) {
  if (clause.in_case || clause.status == Standing::kKnown || clause.status == Standing::kSkip) return false;
  return clause.status == Standing::kRequest && (!clause.mentions.empty() || clause.everything ||
                                                 clause.everything_structures || (clause.has_it && clause.intent_said));
}

// Behind clause `c`.
bool content_follows(const Sentence& sentence, std::size_t c) {
  return std::any_of(sentence.clauses.begin() + static_cast<std::ptrdiff_t>(c) + 1, sentence.clauses.end(),
                     has_content);
}

// "..., and, using just that region, predict ...": the mask of what follows.
bool leads_on(const Sentence& sentence, std::size_t c) {
  const Join join = sentence.clauses[c].join;
  if (join == Join::kThen || join == Join::kStart || join == Join::kAnd || join == Join::kBut) return true;
  return c + 1 < sentence.clauses.size() && sentence.clauses[c + 1].verb_leads &&
         sentence.clauses[c + 1].join == Join::kComma;
}

class Reader {
 public:
  Reader(const std::vector<Token>& tokens, const Linker& linker, const std::string& modality)
      : reading_(tokens, linker), given_modality_(modality) {}

  Draft run() {
    const Speech speech = find_speech(reading_.items, reading_.mentions, reading_.sentences, reading_.tokens);
    for (const SpokenAct& act : speech.acts) decline(reading_, DeclineReason::kNotImaging, act.first, act.last);
    if (speech.other_language) {
      decline(reading_, DeclineReason::kUnclear, 0, reading_.items.size());
      return std::move(reading_.draft);
    }
    settle_standing(reading_.sentences, reading_.items, reading_.mentions, reading_.linker, false);
    if (!anything_asked()) {
      settle_standing(reading_.sentences, reading_.items, reading_.mentions, reading_.linker, true);
    }
    settle_modality(reading_, given_modality_);
    for (Sentence& sentence : reading_.sentences) read_sentence(sentence);
    drop_excluded();
    const bool any_step = std::any_of(reading_.draft.steps.begin(), reading_.draft.steps.end(),
                                      [](const DraftStep& step) { return !step.removed; });
    if (reading_.draft.declined.empty() && !any_step) decline(reading_, speech.fallback, 0, reading_.items.size());
    return std::move(reading_.draft);
  }

 private:
  bool anything_asked() const {
    for (const Sentence& sentence : reading_.sentences) {
      for (const Clause& clause : sentence.clauses) {
        if (clause.in_case && !clause.mentions.empty()) return true;
        if (clause.status == Standing::kRequest &&
            (!clause.mentions.empty() || clause.everything || clause.everything_structures))
          return true;
      }
    }
    return false;
  }

  void read_sentence(const Sentence& sentence) {
    const bool under_header = sentence.item && header_condition_;
    if (!sentence.item) header_condition_.reset();
    reading_.scope = under_header ? header_condition_ : carried_;
    reading_.scope_is_outer = reading_.scope.has_value() && reading_.scope->step >= 0;
    carried_.reset();
    input_scope_ = -1;
    reading_.group.clear();
    for (std::size_t c = 0; c < sentence.clauses.size(); ++c) {
      if (sentence.clauses[c].in_case) read_condition(sentence, c);
      else read_main(sentence, c);
    }
    if (sentence.closes_with_colon && !sentence.clauses.empty() && sentence.clauses.back().in_case)
      header_condition_ = reading_.scope;
    if (carry_after_) carried_ = carry_after_;
    carry_after_.reset();
  }

  void read_condition(const Sentence& sentence, std::size_t c) {
    const Clause& clause = sentence.clauses[c];
    const std::optional<StepCondition> condition = evaluate(reading_, clause);
    if (!condition) return;
    reading_.last_condition = condition;
    if (governs_what_follows(sentence, c)) {
      reading_.scope = condition;
      reading_.scope_is_outer = false;
      reading_.group.clear();
      const bool nothing_follows = !content_follows(sentence, c);
      if (nothing_follows && !sentence.closes_with_colon) carry_after_.reset();
    } else {
      for (const int index : reading_.group) {
        if (index == condition->step) continue;
        if (condition->impossible) {
          reading_.step(index).removed = true;
        } else if (!depends_on(reading_, condition->step, index)) {
          reading_.step(index).cause = condition->step;
          reading_.step(index).outcome = condition->outcome;
        }
      }
      reading_.group.clear();
    }
  }

  void read_main(const Sentence& sentence, std::size_t c) {
    const Clause& clause = sentence.clauses[c];
    if (clause.regardless) reading_.scope.reset();
    if (clause.mask.whole) input_scope_ = -1;
    const bool new_group =
        clause.verb_leads || clause.join == Join::kThen || clause.join == Join::kStart || clause.join == Join::kColon;
    if (new_group && (has_content(clause))) reading_.group.clear();
    if (clause.status == Standing::kSkip) {
      for (const int index : clause.mentions) excluded_.push_back(index);
      return;
    }
    note_measurements(clause);
    if (clause.status != Standing::kRequest && !clause.mask.used) return;
    if (reading_.scope && reading_.scope->impossible) return;

    const int source = clause.mask.used ? mask_for(reading_, clause) : clause.mask.whole ? -1 : input_scope_;
    const std::vector<int> before = reading_.group;
    std::vector<int> made;
    if (clause.status == Standing::kRequest) {
      if (clause.everything || clause.everything_structures) made = add_everything(reading_, clause, source);
      read_targets(reading_, sentence, clause, source, made);
    }
    if (clause.mask.used && source >= 0) {
      if (made.empty()) {
        // By itself: what follows in the sentence, or, where nothing does, what stands before.
        const bool more = content_follows(sentence, c);
        if (more && (before.empty() || leads_on(sentence, c))) {
          input_scope_ = source;
        } else {
          const std::vector<int>& targets = before.empty() ? last_group_ : before;
          for (const int index : targets) set_input(reading_, index, source);
          if (targets.empty()) input_scope_ = source;
        }
      } else if (!clause.verb_leads &&
                 (clause.join == Join::kAnd || clause.join == Join::kOr || clause.join == Join::kComma) &&
                 !clause.intent_said) {
        // "TB and pneumonia inside the lungs": the whole list.
        for (const int index : before) {
          if (reading_.step(index).input < 0) set_input(reading_, index, source);
        }
      }
    }
    reading_.group.insert(reading_.group.end(), made.begin(), made.end());
    if (!made.empty()) last_group_ = reading_.group;
    rule_out(sentence, c, made);
  }

  // "Rule out X first, then Y": Y where X is negative.
  void rule_out(const Sentence& sentence, std::size_t c, const std::vector<int>& made) {
    const Clause& clause = sentence.clauses[c];
    if (made.empty() || !clause.excludes) return;
    bool first = clause.first_word || clause.before || clause.after;
    if (c + 1 < sentence.clauses.size()) {
      const Clause& next = sentence.clauses[c + 1];
      first = first || (next.mentions.empty() && next.first_word && !next.in_case);
    }
    if (c > 0 && sentence.clauses[c - 1].before && !sentence.clauses[c - 1].mentions.empty()) return;
    if (c > 0 && sentence.clauses[c - 1].first_word && sentence.clauses[c - 1].mentions.empty()) first = true;
    if (!first) return;
    const StepCondition condition{made.back(), "negative"};
    if (!checked(reading_, condition)) return;
    reading_.scope = condition;
    reading_.last_condition = condition;
    carry_after_ = condition;
    reading_.group.clear();
  }

  // What was asked to be left out is not part of "everything", and not of a list that named it before.
  void drop_excluded() {
    for (const int index : excluded_) {
      const std::vector<Candidate> candidates = reading_.linker.candidates(reading_.mention(index));
      for (std::size_t i = 0; i < reading_.draft.steps.size(); ++i) {
        DraftStep& s = reading_.draft.steps[i];
        if (!s.part_of_everything) continue;
        for (const Candidate& c : candidates) {
          if (c.entry == s.entry && c.score >= 2) s.removed = true;
        }
      }
    }
  }

  void note_measurements(const Clause& clause) {
    if (clause.status == Standing::kKnown) return;
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      if (reading_.items[i].measure < 0) continue;
      const std::string& name = reading_.lexicon.concept_at(reading_.items[i].measure).name;
      if (std::find(reading_.draft.measurements.begin(), reading_.draft.measurements.end(), name) ==
          reading_.draft.measurements.end())
        reading_.draft.measurements.push_back(name);
    }
  }

  // Whether the condition governs what follows it, rather than what stands before.
  bool governs_what_follows(const Sentence& sentence, std::size_t c) const {
    const Clause& condition = sentence.clauses[c];
    std::size_t next = c + 1;
    while (next < sentence.clauses.size() && !has_content(sentence.clauses[next]) && !sentence.clauses[next].in_case)
      ++next;
    const bool follows = next < sentence.clauses.size() && has_content(sentence.clauses[next]);
    if (!follows && condition.condition.kind != ConditionWords::Kind::kIf && c + 1 < sentence.clauses.size())
      return true;
    if (!follows) return reading_.group.empty();
    if (reading_.group.empty()) return true;
    if (condition.condition.kind != ConditionWords::Kind::kIf) return true;
    const Join after = sentence.clauses[c + 1].join;
    if (condition.join == Join::kNone)
      return after != Join::kComma && after != Join::kAnd && after != Join::kBut && after != Join::kOr &&
             after != Join::kParen;
    return true;
  }

  Reading reading_;
  const std::string given_modality_;
  // Conditions for the next sentence, to be that at the end of this one, and of the heading of a list.
  std::optional<StepCondition> carried_, carry_after_, header_condition_;
  int input_scope_ = -1;  // The step whose mask is the input of what follows in the sentence
  std::vector<int> last_group_;
  std::vector<int> excluded_;  // Mentions
};

}  // namespace

Draft read_request(const std::vector<Token>& tokens, const Linker& linker, const std::string& modality) {
  return Reader(tokens, linker, modality).run();
}

}  // namespace galen::plan
