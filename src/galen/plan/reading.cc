#include "galen/plan/reading.h"

#include <algorithm>
#include <optional>

#include "galen/plan/clauses.h"
#include "galen/plan/image_modality.h"
#include "galen/plan/speech.h"
#include "galen/plan/standing.h"

namespace galen::plan {

using language::ConceptKind;
using language::Lexicon;
using language::Tag;
using language::Token;
using zoo::Task;

namespace {

struct Condition_ {
  int step = -1;
  std::string outcome;
  bool impossible = false;  // On something that cannot be decided: nothing may depend on it
};

class Reader {
 public:
  Reader(const std::vector<Token>& tokens, const Linker& linker, const std::string& modality)
      : tokens_(tokens), linker_(linker), lexicon_(linker.lexicon()), items_(find_items(tokens, lexicon_, linker.phrases())),
        mentions_(find_mentions(items_, lexicon_)), sentences_(find_sentences(items_, mentions_, lexicon_)), known_modality_(modality) {}

  Draft run() {
    const Speech speech = find_speech(items_, mentions_, sentences_, tokens_);
    for (const SpokenAct& act : speech.acts) decline(DeclineReason::kNotImaging, act.first, act.last);
    if (speech.other_language) {
      decline(DeclineReason::kUnclear, 0, items_.size());
      return std::move(draft_);
    }
    settle_standing(sentences_, items_, mentions_, linker_, false);
    if (!anything_asked()) settle_standing(sentences_, items_, mentions_, linker_, true);
    settle_modality();
    for (std::size_t s = 0; s < sentences_.size(); ++s) read_sentence(s);
    drop_excluded();
    if (draft_.declined.empty() && std::none_of(draft_.steps.begin(), draft_.steps.end(), [](const DraftStep& step) { return !step.removed; })) {
      decline(speech.fallback, 0, items_.size());
    }
    return std::move(draft_);
  }

 private:
  const Mention& mention(int index) const { return mentions_.all[static_cast<std::size_t>(index)]; }
  DraftStep& step(int index) { return draft_.steps[static_cast<std::size_t>(index)]; }

  TextRange range(std::size_t first, std::size_t last) const {
    while (last > first && last <= items_.size() && !items_[last - 1].mark.empty()) --last;
    if (first >= last || tokens_.empty()) return {};
    return {tokens_[items_[first].first].begin, tokens_[items_[last - 1].first + items_[last - 1].count - 1].end};
  }

  void decline(DeclineReason reason, std::size_t first, std::size_t last, const Sense& target = {}, std::vector<int> near = {}) {
    const bool is_target = target.head >= 0 || target.facet >= 0;
    for (DraftDecline& known : draft_.declined) {
      if (is_target && known.target == target && known.reason == reason) {
        known.from.push_back(range(first, last));
        return;
      }
    }
    draft_.declined.push_back({reason, {range(first, last)}, target, std::move(near)});
  }

  bool anything_asked() const {
    for (const Sentence& sentence : sentences_) {
      for (const Clause& clause : sentence.clauses) {
        if (clause.in_case && !clause.mentions.empty()) return true;
        if (clause.status == Standing::kRequest && (!clause.mentions.empty() || clause.everything || clause.everything_structures)) return true;
      }
    }
    return false;
  }

  // --- What the image is -------------------------------------------------------------------------------------------

  void settle_modality() {
    const ImageModality found = find_modality(items_, sentences_, tokens_, linker_, known_modality_);
    draft_.modalities = found.codes;
    draft_.modality_conflict = found.conflict;
    draft_.named_modality = found.named;
    known_ = found.known;
    if (known_ || !draft_.modalities.empty()) return;
    // Nothing is said: the one modality that all targets have in common is meant.
    std::set<std::string> common = found.hints;
    bool any = !common.empty();
    for (const bool generic : {false, true}) {
      for (const Sentence& sentence : sentences_) {
        for (const Clause& clause : sentence.clauses) {
          if (clause.status != Standing::kRequest && !clause.in_case) continue;
          for (const int index : clause.mentions) {
            for (const Mention& wanted : targets_of(index)) {
              const bool is_gen = !wanted.senses.empty() && is_generic(lexicon_, wanted.senses[0].head);
              if (is_gen != generic) continue;
              std::set<std::string> mine;
              for (const Candidate& c : linker_.fitting(wanted, clause.intent, {})) mine.insert(linker_.entry(c.entry).modality);
              for (const ClassName& c : linker_.classes_of(wanted)) {
                if (wanted.senses.empty()) mine.insert(linker_.entry(c.entry).modality);
              }
              mine.erase("any");
              if (mine.empty()) continue;
              if (!any) {
                common = mine;
                any = true;
                continue;
              }
              std::set<std::string> both;
              std::set_intersection(common.begin(), common.end(), mine.begin(), mine.end(), std::inserter(both, both.end()));
              if (!both.empty()) common = both;
            }
          }
        }
      }
    }
    if (common.size() == 1) draft_.modalities = common;
  }

  bool in_modality(int entry) const {
    const std::string& code = linker_.entry(entry).modality;
    return code == "any" || draft_.modalities.contains(code);
  }
  bool modality_known() const { return known_ || !draft_.modalities.empty(); }

  // --- Targets -----------------------------------------------------------------------------------------------------

  // A measurement that names its own structures stands for each of them.
  std::vector<Mention> targets_of(int index) const {
    const Mention& m = mention(index);
    std::vector<Mention> targets;
    if (m.measure >= 0) {
      for (const int structure : lexicon_.concept_at(m.measure).structures) {
        Mention one = m;
        one.senses = {{-1, structure, -1}};
        one.entries.clear();
        one.measure = -1;
        // The structures of a ratio are named by its words, not by the catalogue's.
        targets.push_back(std::move(one));
      }
      if (!targets.empty()) return targets;
    }
    targets.push_back(m);
    return targets;
  }

  struct Resolution {
    int entry = -1;
    DeclineReason reason = DeclineReason::kUnclear;
    bool nothing = false;  // Neither an entry nor a refusal
    std::vector<int> near;
  };

  // Which of equally good entries the rest of the request singles out.
  std::vector<int> single_out(std::vector<int> entries) const {
    const auto keep = [&](const auto& condition) {
      std::vector<int> kept;
      std::copy_if(entries.begin(), entries.end(), std::back_inserter(kept), condition);
      if (!kept.empty()) entries = std::move(kept);
    };
    if (entries.size() > 1) {
      keep([&](int entry) {
        return std::any_of(draft_.steps.begin(), draft_.steps.end(), [&](const DraftStep& s) { return !s.removed && s.entry == entry; });
      });
    }
    if (entries.size() > 1) {
      // Of the place that the plan is about already.
      keep([&](int entry) {
        const int site = linker_.site_of_entry(entry);
        return site >= 0 && std::any_of(draft_.steps.begin(), draft_.steps.end(), [&](const DraftStep& s) {
          const int there = linker_.site_of_entry(s.entry);
          return !s.removed && there >= 0 && (lexicon_.is_a(there, site) || lexicon_.is_a(site, there));
        });
      });
    }
    if (entries.size() > 1) {
      // Named elsewhere in the request, word for word or by its site.
      keep([&](int entry) {
        return std::any_of(mentions_.all.begin(), mentions_.all.end(), [&](const Mention& m) {
          return std::any_of(m.senses.begin(), m.senses.end(), [&](const Sense& sense) {
            return sense.head >= 0 && !is_generic(lexicon_, sense.head) && sense.facet < 0 && sense.head == linker_.sense(entry).head;
          });
        });
      });
    }
    if (entries.size() > 1) {
      keep([&](int entry) {
        const int site = linker_.site_of_entry(entry);
        return site >= 0 && std::any_of(mentions_.all.begin(), mentions_.all.end(), [&](const Mention& m) {
          return std::any_of(m.senses.begin(), m.senses.end(), [&](const Sense& sense) {
            const int there = sense.site >= 0 ? sense.site : lexicon_.site_of(sense.head);
            return there >= 0 && (lexicon_.is_a(there, site) || lexicon_.is_a(site, there));
          });
        });
      });
    }
    return entries;
  }

  Resolution choose(const std::vector<Candidate>& candidates) const {
    Resolution result;
    if (candidates.empty()) {
      result.reason = DeclineReason::kNoWeights;
      return result;
    }
    for (const Candidate& c : candidates) result.near.push_back(c.entry);
    if (draft_.modality_conflict) {
      result.reason = DeclineReason::kWrongModality;
      return result;
    }
    std::vector<int> here;
    for (const Candidate& c : candidates) {
      if (!modality_known() || in_modality(c.entry)) here.push_back(c.entry);
    }
    if (here.empty()) {
      result.reason = DeclineReason::kWrongModality;
      return result;
    }
    if (here.size() > 1) here = single_out(here);
    if (here.size() == 1) result.entry = here.front();
    else result.reason = DeclineReason::kUnclear;
    return result;
  }

  bool is_lesion_like(const Mention& m) const {
    return std::any_of(m.senses.begin(), m.senses.end(), [&](const Sense& sense) {
      return sense.head >= 0 && sense.facet < 0 && lexicon_.is_a(sense.head, lexicon_.find("lesion"));
    });
  }

  Resolution resolve(const Mention& wanted, Intent intent) const {
    // "viral or bacterial?", "is it a glioma?": the classification that has such classes.
    const bool by_class = wanted.senses.empty() && wanted.entries.empty();
    if (by_class || (intent != Intent::kSegment && intent != Intent::kPrognose)) {
      const std::vector<ClassName> classes = linker_.classes_of(wanted);
      std::vector<Candidate> judges;
      for (const ClassName& c : classes) {
        if (by_class && linker_.entry(c.entry).normal[static_cast<std::size_t>(c.index)] && is_plain_normal(wanted)) continue;
        judges.push_back({c.entry, 3});
      }
      // "malignant?" also asks a classification that has only its opposite by name.
      if (by_class && has_quality(wanted, "malignant")) {
        Mention facet;
        facet.senses.push_back({lexicon_.find("malignancy"), -1, -1});
        for (const Candidate& c : linker_.candidates(facet)) judges.push_back({c.entry, 2});
      }
      if (by_class) {
        Resolution result;
        if (judges.empty()) {
          result.nothing = true;
          return result;
        }
        std::vector<Candidate> fit = judges;
        std::vector<Candidate> here;
        std::copy_if(fit.begin(), fit.end(), std::back_inserter(here), [&](const Candidate& c) { return !modality_known() || in_modality(c.entry); });
        if (!here.empty()) fit = here;
        std::sort(fit.begin(), fit.end(), [](const Candidate& a, const Candidate& b) { return a.entry < b.entry; });
        fit.erase(std::unique(fit.begin(), fit.end(), [](const Candidate& a, const Candidate& b) { return a.entry == b.entry; }), fit.end());
        return choose(fit);
      }
      if (intent == Intent::kClassify && !judges.empty() && !has_own_class(wanted)) {
        std::vector<Candidate> here;
        std::copy_if(judges.begin(), judges.end(), std::back_inserter(here), [&](const Candidate& c) { return !modality_known() || in_modality(c.entry); });
        std::sort(here.begin(), here.end(), [](const Candidate& a, const Candidate& b) { return a.entry < b.entry; });
        here.erase(std::unique(here.begin(), here.end(), [](const Candidate& a, const Candidate& b) { return a.entry == b.entry; }), here.end());
        if (!here.empty()) return choose(here);
      }
    }
    return choose(linker_.fitting(wanted, intent, draft_.modalities));
  }
  bool has_quality(const Mention& m, std::string_view name) const {
    return std::any_of(m.qualities.begin(), m.qualities.end(), [&](int id) { return lexicon_.concept_at(id).name == name; });
  }
  bool is_plain_normal(const Mention& m) const { return has_quality(m, "normal"); }
  // Whether a classification is about the mention itself, rather than having it as one of its classes.
  bool has_own_class(const Mention& m) const {
    for (const Candidate& c : linker_.candidates(m)) {
      if (linker_.entry(c.entry).task == Task::kClassify && c.score >= 3 && (!modality_known() || in_modality(c.entry))) return true;
    }
    return false;
  }

  // Adds a step, or finds the one that is there already.
  int add_step(int entry, const std::optional<Condition_>& when, int input, const TextRange& from) {
    DraftStep made;
    made.entry = entry;
    made.input = input;
    if (when) {
      made.cause = when->step;
      made.outcome = when->outcome;
    }
    for (std::size_t i = 0; i < draft_.steps.size(); ++i) {
      DraftStep& old = draft_.steps[i];
      if (old.entry != entry || old.removed) continue;
      if (made.cause == static_cast<int>(i)) made.cause = -1;
      const bool same_when = old.cause == made.cause && old.outcome == made.outcome;
      const bool looser = made.cause < 0 || old.cause < 0;
      const bool same_input = old.input == made.input || made.input < 0 || old.input < 0;
      if (!(same_when || looser) || !same_input) continue;
      if (old.cause >= 0 && made.cause < 0 && !referring_) old.cause = -1, old.outcome.clear();
      if (old.input < 0 && made.input >= 0 && made.input != static_cast<int>(i)) old.input = made.input;
      if (from.end > from.begin && std::none_of(old.from.begin(), old.from.end(), [&](const TextRange& r) { return r.begin == from.begin; })) old.from.push_back(from);
      return static_cast<int>(i);
    }
    if (from.end > from.begin) made.from.push_back(from);
    draft_.steps.push_back(std::move(made));
    return static_cast<int>(draft_.steps.size()) - 1;
  }

  // --- Sentences ---------------------------------------------------------------------------------------------------

  void read_sentence(std::size_t s) {
    Sentence& sentence = sentences_[s];
    const bool under_header = sentence.item && header_condition_;
    if (!sentence.item) header_condition_.reset();
    scope_ = under_header ? header_condition_ : carried_;
    scope_is_outer_ = scope_.has_value() && scope_->step >= 0;
    carried_.reset();
    input_scope_ = -1;
    group_.clear();
    for (std::size_t c = 0; c < sentence.clauses.size(); ++c) {
      if (sentence.clauses[c].in_case) read_condition(sentence, c);
      else read_main(sentence, c);
    }
    if (sentence.closes_with_colon && !sentence.clauses.empty() && sentence.clauses.back().in_case) header_condition_ = scope_;
    if (carry_after_) carried_ = carry_after_;
    carry_after_.reset();
  }

  bool has_content(const Clause& clause) const {
    if (clause.in_case || clause.status == Standing::kKnown || clause.status == Standing::kSkip) return false;
    return (clause.status == Standing::kRequest && (!clause.mentions.empty() || clause.everything || clause.everything_structures || (clause.has_it && clause.intent_said)));
  }

  // Whether the condition governs what follows it, rather than what stands before.
  bool governs_what_follows(const Sentence& sentence, std::size_t c) const {
    const Clause& condition = sentence.clauses[c];
    std::size_t next = c + 1;
    while (next < sentence.clauses.size() && !has_content(sentence.clauses[next]) && !sentence.clauses[next].in_case) ++next;
    const bool follows = next < sentence.clauses.size() && has_content(sentence.clauses[next]);
    if (!follows && condition.condition.kind != ConditionWords::Kind::kIf && c + 1 < sentence.clauses.size()) return true;
    if (!follows) return group_.empty();
    if (group_.empty()) return true;
    if (condition.condition.kind != ConditionWords::Kind::kIf) return true;
    const Join after = sentence.clauses[c + 1].join;
    if (condition.join == Join::kNone) return after != Join::kComma && after != Join::kAnd && after != Join::kBut && after != Join::kOr && after != Join::kParen;
    return true;
  }

  void read_condition(Sentence& sentence, std::size_t c) {
    const Clause& clause = sentence.clauses[c];
    const std::optional<Condition_> condition = evaluate(clause);
    if (!condition) return;
    last_condition_ = condition;
    if (governs_what_follows(sentence, c)) {
      scope_ = condition;
      scope_is_outer_ = false;
      group_.clear();
      const bool nothing_follows = std::none_of(sentence.clauses.begin() + static_cast<std::ptrdiff_t>(c) + 1, sentence.clauses.end(), [&](const Clause& k) { return has_content(k); });
      if (nothing_follows && !sentence.closes_with_colon) carry_after_ = {};
    } else {
      for (const int index : group_) {
        if (index == condition->step) continue;
        if (condition->impossible) {
          step(index).removed = true;
        } else if (!depends_on(condition->step, index)) {
          step(index).cause = condition->step;
          step(index).outcome = condition->outcome;
        }
      }
      group_.clear();
    }
  }

  bool depends_on(int index, int other) const {
    for (int guard = 0; index >= 0 && guard < 64; ++guard) {
      if (index == other) return true;
      const DraftStep& s = draft_.steps[static_cast<std::size_t>(index)];
      if (s.input >= 0 && s.input == other) return true;
      index = s.cause;
    }
    return false;
  }

  // --- Conditions --------------------------------------------------------------------------------------------------

  bool is_finding_step(int index) const {
    const DraftStep& s = draft_.steps[static_cast<std::size_t>(index)];
    if (linker_.entry(s.entry).task != Task::kSegment) return true;
    const int head = linker_.sense(s.entry).head;
    return head >= 0 && lexicon_.concept_at(head).kind == ConceptKind::kFinding;
  }

  // The step that "if positive" speaks of: the last one that can be either.
  int last_tested(const ConditionWords& words) const {
    int finding = -1, mask = -1, test = -1, any = -1;
    for (int i = static_cast<int>(draft_.steps.size()) - 1; i >= 0; --i) {
      const DraftStep& s = draft_.steps[static_cast<std::size_t>(i)];
      if (s.removed) continue;
      const Task task = linker_.entry(s.entry).task;
      if (task == Task::kPrognose) continue;
      if (any < 0) any = i;
      if (task == Task::kSegment && mask < 0) mask = i;
      if (task == Task::kClassify && test < 0) test = i;
      if (is_finding_step(i) && finding < 0) finding = i;
    }
    if (words.about_test && !words.about_mask && test >= 0) return test;
    if (words.about_mask && !words.about_test && mask >= 0) {
      // "if anything is found" after a classification is about that.
      if (finding > mask && linker_.entry(draft_.steps[static_cast<std::size_t>(finding)].entry).task == Task::kClassify && !is_finding_step(mask)) return finding;
      return mask;
    }
    return finding >= 0 ? finding : any;
  }

  std::string opposite(const Condition_& condition) const {
    if (condition.outcome == "positive") return "negative";
    if (condition.outcome == "negative") return "positive";
    const zoo::Entry& entry = linker_.entry(draft_.steps[static_cast<std::size_t>(condition.step)].entry);
    // With two classes, what is not the one is the other.
    if (entry.classes.size() == 2) return entry.classes[0] == condition.outcome ? entry.classes[1] : entry.classes[0];
    std::size_t others = 0;
    for (std::size_t i = 0; i < entry.classes.size(); ++i) others += !entry.normal[i];
    return others == 1 ? "negative" : "negative";
  }

  bool has_normal_class(int index) const {
    const zoo::Entry& entry = linker_.entry(draft_.steps[static_cast<std::size_t>(index)].entry);
    return entry.task == Task::kSegment || std::find(entry.normal.begin(), entry.normal.end(), true) != entry.normal.end();
  }

  // The existing step that a mention in a condition speaks of.
  int step_about(const Mention& m) const {
    int best = -1, best_score = 0;
    const std::vector<Candidate> candidates = linker_.candidates(m);
    for (int i = 0; i < static_cast<int>(draft_.steps.size()); ++i) {
      if (draft_.steps[static_cast<std::size_t>(i)].removed) continue;
      for (const Candidate& c : candidates) {
        if (c.entry != draft_.steps[static_cast<std::size_t>(i)].entry) continue;
        if (linker_.entry(c.entry).task == Task::kPrognose) continue;
        if (c.score >= best_score) {
          best = i;
          best_score = c.score;
        }
      }
    }
    // "if there is no tumour" of a classification of tumours
    for (int i = static_cast<int>(draft_.steps.size()) - 1; i >= 0 && best < 0; --i) {
      const DraftStep& s = draft_.steps[static_cast<std::size_t>(i)];
      const Sense& about = linker_.sense(s.entry);
      if (s.removed || about.facet < 0 || about.head < 0 || linker_.entry(s.entry).task != Task::kClassify || !has_normal_class(i)) continue;
      for (const Sense& sense : m.senses) {
        if (sense.head >= 0 && (lexicon_.is_a(about.head, sense.head) || lexicon_.is_a(sense.head, about.head))) best = i;
      }
    }
    return best;
  }

  std::optional<Condition_> evaluate(const Clause& clause) {
    const ConditionWords& words = clause.condition;
    Condition_ result;
    if (words.kind == ConditionWords::Kind::kElse) {
      if (last_condition_ && last_condition_->impossible) return last_condition_;
      if (last_condition_ && last_condition_->step >= 0) {
        result = *last_condition_;
        result.outcome = opposite(*last_condition_);
        return checked(result);
      }
      result.step = last_tested({});
      result.outcome = "negative";
      if (result.step < 0) return std::nullopt;
      return checked(result);
    }
    if (words.kind == ConditionWords::Kind::kSo) {
      if (clause_starts_with_that_case(clause) && last_condition_) return last_condition_;
      result.step = last_tested({});
      result.outcome = "positive";
      if (result.step < 0) return std::nullopt;
      const std::string& asked = step(result.step).asked_class;
      if (!asked.empty() && asked != "-") result.outcome = asked;
      return checked(result);
    }
    result.outcome = words.negative ? "negative" : "positive";
    // A class by name: "if viral", "if it is a meningioma".
    for (const int index : clause.mentions) {
      // "normal" was counted as a negation already.
      const bool negative = is_plain_normal(mention(index)) ? !words.negative : words.negative;
      if (const std::optional<Condition_> by_class = class_condition(mention(index), negative)) return checked(*by_class);
    }
    bool named = false;
    // "if the mole turns out to be a melanoma": what is decided comes before what it is decided of.
    std::vector<int> ordered = clause.mentions;
    std::stable_partition(ordered.begin(), ordered.end(), [&](int index) { return !is_structure(mention(index)) && has_own_class(mention(index)); });
    for (const int index : ordered) {
      const Mention& m = mention(index);
      if (m.quality_only() || m.measure >= 0) continue;
      if (m.region_only && ordered.size() > 1) continue;
      named = true;
      const int existing = step_about(m);
      // "outline the opacity if covid is positive": the disease, not its outline.
      const bool other_test = existing >= 0 && !is_structure(m) && !words.about_mask && has_own_class(m) &&
                              linker_.entry(draft_.steps[static_cast<std::size_t>(existing)].entry).task == Task::kSegment;
      if (existing >= 0 && !other_test) {
        result.step = existing;
        note(existing, m);
        return checked(result);
      }
    }
    if (named) {
      for (const int index : ordered) {
        const Mention& m = mention(index);
        if (m.quality_only() || (m.region_only && ordered.size() > 1)) continue;
        Resolution found = resolve(m, Intent::kUnknown);
        if (found.nothing) continue;
        if (found.entry < 0) {
          decline_mention(m, found);
          result.impossible = true;
          return result;
        }
        // Under "rule out X first" this test, too, waits for X.
        result.step = add_step(found.entry, scope_is_outer_ ? scope_ : std::nullopt, mask_for(clause), range(m.first, m.last));
        last_mention_ = index;
        return checked(result);
      }
    }
    // Without a name: the last thing tested, or, where the wording turns round, what the last condition was about.
    const bool branch = items_[clause.first].word == "no" || items_[clause.first].word == "yes" || items_[clause.first].word == "negative" || items_[clause.first].word == "positive";
    const std::optional<Condition_> turned = branch && last_bare_ ? last_bare_ : last_condition_;
    // "check pneumonia and if it is positive ...": what has just been asked for.
    const bool just_asked = clause.has_it_words && !group_.empty() && linker_.entry(draft_.steps[static_cast<std::size_t>(group_.back())].entry).task == Task::kClassify &&
                            clause.join == Join::kAnd;
    if (turned && turned->step >= 0 && !words.again && !just_asked && !clause_points(clause)) {
      const bool was_negative = turned->outcome == "negative";
      const bool plain = turned->outcome == "negative" || turned->outcome == "positive";
      const int latest = last_tested(words);
      const bool newer_mask = words.about_mask && !words.about_test && latest > turned->step && is_finding_step(latest) &&
                              linker_.entry(draft_.steps[static_cast<std::size_t>(latest)].entry).task == Task::kSegment;
      if (plain && was_negative != words.negative && !newer_mask) {
        result.step = turned->step;
        last_bare_ = result;
        return checked(result);
      }
    }
    result.step = last_tested(words);
    if (result.step < 0) return std::nullopt;
    last_bare_ = result;
    return checked(result);
  }

  bool clause_points(const Clause& clause) const {
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      if (items_[i].word == "that" && i + 1 < clause.last && (items_[i + 1].has(Tag::kMaskRegion) || items_[i + 1].has(Tag::kDecideNoun))) return true;
    }
    return false;
  }
  bool clause_starts_with_that_case(const Clause& clause) const {
    const std::string& word = items_[clause.first].word;
    return word == "in that case" || word == "in this case" || word == "in such a case" || word == "in which case";
  }

  // A condition must be on an outcome that its step can have.
  std::optional<Condition_> checked(Condition_ condition) const {
    if (condition.step < 0) return condition;
    if (!has_normal_class(condition.step) && (condition.outcome == "positive" || condition.outcome == "negative")) return std::nullopt;
    return condition;
  }

  std::optional<Condition_> class_condition(const Mention& m, bool negative) {
    const std::vector<ClassName> classes = linker_.classes_of(m);
    const bool malignant = has_quality(m, "malignant");
    int step_index = -1, class_index = -1;
    for (int i = static_cast<int>(draft_.steps.size()) - 1; i >= 0 && step_index < 0; --i) {
      const DraftStep& s = draft_.steps[static_cast<std::size_t>(i)];
      if (s.removed) continue;
      for (const ClassName& c : classes) {
        if (c.entry == s.entry) {
          step_index = i;
          class_index = c.index;
          break;
        }
      }
      // "if malignant" of a classification that calls it by another name
      if (step_index < 0 && malignant && linker_.entry(s.entry).task == Task::kClassify && has_normal_class(i)) {
        return Condition_{i, negative ? "negative" : "positive"};
      }
    }
    if (step_index < 0 && !classes.empty() && step_about(m) < 0) {
      // No such step yet: the classification that has this class is needed.
      std::vector<Candidate> judges;
      for (const ClassName& c : classes) {
        if (is_plain_normal(m)) continue;
        if (!modality_known() || in_modality(c.entry)) judges.push_back({c.entry, 3});
      }
      const Resolution found = choose(judges);
      if (found.entry < 0) return std::nullopt;
      step_index = add_step(found.entry, std::nullopt, -1, range(m.first, m.last));
      for (const ClassName& c : classes) {
        if (c.entry == found.entry) class_index = c.index;
      }
    }
    if (step_index < 0 || class_index < 0) return std::nullopt;
    const zoo::Entry& entry = linker_.entry(draft_.steps[static_cast<std::size_t>(step_index)].entry);
    note(step_index, m);
    Condition_ result{step_index, entry.classes[static_cast<std::size_t>(class_index)]};
    // The only normal class is the negative; of several, the one that was named is meant.
    if (entry.normal[static_cast<std::size_t>(class_index)] && std::count(entry.normal.begin(), entry.normal.end(), true) == 1) result.outcome = "negative";
    if (negative) result.outcome = opposite(result);
    return result;
  }

  void note(int index, const Mention& m) {
    const TextRange words = range(m.first, m.last);
    DraftStep& s = step(index);
    if (std::none_of(s.from.begin(), s.from.end(), [&](const TextRange& r) { return r.begin == words.begin; })) s.from.push_back(words);
  }

  // --- Main clauses ------------------------------------------------------------------------------------------------

  // The mask that the clause restricts its input to, as a draft step; -1 for none.
  int mask_for(const Clause& clause) {
    if (!clause.mask.used || clause.mask.whole) return -1;
    if (clause.mask.mention < 0) return last_mask();
    const Mention& m = mention(clause.mask.mention);
    const Resolution found = resolve(m, Intent::kSegment);
    if (found.entry < 0) {
      const int existing = step_about(m);
      if (existing >= 0 && linker_.entry(draft_.steps[static_cast<std::size_t>(existing)].entry).task == Task::kSegment) return existing;
      if (!found.nothing) decline_mention(m, found);
      return -1;
    }
    if (linker_.entry(found.entry).task != Task::kSegment) return last_mask();
    referring_ = true;
    const int index = add_step(found.entry, std::nullopt, -1, range(m.first, m.last));
    referring_ = false;
    return index;
  }

  int last_mask() const {
    for (int i = static_cast<int>(draft_.steps.size()) - 1; i >= 0; --i) {
      const DraftStep& s = draft_.steps[static_cast<std::size_t>(i)];
      if (!s.removed && linker_.entry(s.entry).task == Task::kSegment) return i;
    }
    return -1;
  }

  void decline_mention(const Mention& m, const Resolution& found) {
    Sense target = m.senses.empty() ? Sense{} : m.senses.front();
    if (is_generic(lexicon_, target.head) && target.site < 0) target = {-1, -2, static_cast<int>(m.first)};
    target.facet = -1;
    decline(found.reason, m.first, m.last, target, found.near);
  }

  void set_input(int index, int source) {
    if (source < 0 || index == source || depends_on(source, index)) return;
    if (linker_.entry(step(source).entry).task != Task::kSegment) return;
    step(index).input = source;
  }

  void read_main(Sentence& sentence, std::size_t c) {
    Clause& clause = sentence.clauses[c];
    if (clause.regardless) scope_.reset();
    if (clause.mask.whole) input_scope_ = -1;
    const bool new_group = clause.verb_leads || clause.join == Join::kThen || clause.join == Join::kStart || clause.join == Join::kColon;
    if (new_group && (has_content(clause))) group_.clear();
    if (clause.status == Standing::kSkip) {
      for (const int index : clause.mentions) excluded_.push_back(index);
      return;
    }
    note_measurements(clause);
    if (clause.status != Standing::kRequest && !clause.mask.used) return;
    if (scope_ && scope_->impossible) return;

    const int source = clause.mask.used ? mask_for(clause) : clause.mask.whole ? -1 : input_scope_;
    const std::vector<int> before = group_;
    std::vector<int> made;
    if (clause.status == Standing::kRequest) {
      if (clause.everything || clause.everything_structures) made = add_everything(clause, source);
      read_targets(sentence, clause, source, made);
    }
    if (clause.mask.used && source >= 0) {
      if (made.empty()) {
        // By itself: what follows in the sentence, or, where nothing does, what stands before.
        const bool more = std::any_of(sentence.clauses.begin() + static_cast<std::ptrdiff_t>(c) + 1, sentence.clauses.end(), [&](const Clause& k) { return has_content(k); });
        if (more && (before.empty() || leads_on(sentence, c))) {
          input_scope_ = source;
        } else {
          const std::vector<int>& targets = before.empty() ? last_group_ : before;
          for (const int index : targets) set_input(index, source);
          if (targets.empty()) input_scope_ = source;
        }
      } else if (!clause.verb_leads && (clause.join == Join::kAnd || clause.join == Join::kOr || clause.join == Join::kComma) && !clause.intent_said) {
        // "TB and pneumonia inside the lungs": the whole list.
        for (const int index : before) {
          if (step(index).input < 0) set_input(index, source);
        }
      }
    }
    group_.insert(group_.end(), made.begin(), made.end());
    if (!made.empty()) last_group_ = group_;
    rule_out(sentence, c, made);
  }

  // "..., and, using just that region, predict ...": the mask of what follows.
  static bool leads_on(const Sentence& sentence, std::size_t c) {
    const Join join = sentence.clauses[c].join;
    if (join == Join::kThen || join == Join::kStart || join == Join::kAnd || join == Join::kBut) return true;
    return c + 1 < sentence.clauses.size() && sentence.clauses[c + 1].verb_leads && sentence.clauses[c + 1].join == Join::kComma;
  }

  // "Rule out X first, then Y": Y where X is negative.
  void rule_out(const Sentence& sentence, std::size_t c, const std::vector<int>& made) {
    const Clause& clause = sentence.clauses[c];
    if (made.empty()) return;
    if (!clause.excludes) return;
    bool first = clause.first_word || clause.before || clause.after;
    if (c + 1 < sentence.clauses.size()) {
      const Clause& next = sentence.clauses[c + 1];
      first = first || (next.mentions.empty() && next.first_word && !next.in_case);
    }
    if (c > 0 && sentence.clauses[c - 1].before && !sentence.clauses[c - 1].mentions.empty()) {
      for (const int index : last_before_) {
        if (index == made.back()) continue;
        step(index).cause = made.back();
        step(index).outcome = "negative";
      }
      return;
    }
    if (c > 0 && sentence.clauses[c - 1].first_word && sentence.clauses[c - 1].mentions.empty()) first = true;
    if (!first) return;
    const Condition_ condition{made.back(), "negative"};
    if (!checked(condition)) return;
    scope_ = condition;
    last_condition_ = condition;
    carry_after_ = condition;
    group_.clear();
  }

  std::vector<int> add_everything(const Clause& clause, int source) {
    std::vector<int> made;
    const bool masks = clause.everything_structures || clause.intent == Intent::kSegment;
    if (!modality_known() || draft_.modality_conflict) {
      decline(draft_.modality_conflict ? DeclineReason::kWrongModality : DeclineReason::kUnclear, clause.first, clause.last);
      return made;
    }
    std::vector<int> entries;
    for (int index = 0; index < linker_.size(); ++index) {
      if (!in_modality(index) || linker_.entry(index).modality == "any") continue;
      if (masks ? linker_.entry(index).task == Task::kSegment : linker_.is_binary(index)) entries.push_back(index);
    }
    if (entries.empty() && !masks) {
      for (int index = 0; index < linker_.size(); ++index) {
        const zoo::Entry& entry = linker_.entry(index);
        const bool judges = entry.task == Task::kClassify && std::find(entry.normal.begin(), entry.normal.end(), true) != entry.normal.end();
        if (in_modality(index) && judges && linker_.sense(index).facet < 0) entries.push_back(index);
      }
    }
    if (entries.empty()) decline(DeclineReason::kNoWeights, clause.first, clause.last);
    for (const int index : entries) {
      const int added = add_step(index, scope_, source, range(clause.first, clause.last));
      step(added).part_of_everything = true;
      made.push_back(added);
    }
    return made;
  }

  void note_measurements(const Clause& clause) {
    if (clause.status == Standing::kKnown) return;
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      if (items_[i].measure < 0) continue;
      const std::string& name = lexicon_.concept_at(items_[i].measure).name;
      if (std::find(draft_.measurements.begin(), draft_.measurements.end(), name) == draft_.measurements.end()) draft_.measurements.push_back(name);
    }
  }

  void read_targets(const Sentence& sentence, Clause& clause, int source, std::vector<int>& made) {
    std::vector<int> wanted = clause.mentions;
    const Intent intent = clause.intent;
    // "is the mass malignant?": the mass is what is judged, not a second target.
    int judged = -1;
    if (intent != Intent::kSegment) {
      bool judges = false;
      for (const int index : wanted) judges = judges || mention(index).quality_only() || mention(index).facet_only();
      if (judges) {
        for (const int index : wanted) {
          if (judged < 0 && (is_lesion_like(mention(index)) || is_generic_target(mention(index)))) judged = index;
        }
      }
      // "which organism is behind this pneumonia?": the pneumonia is what is asked about.
      for (const int index : wanted) {
        for (const int other : wanted) {
          if (index == other || judged >= 0 || !mention(index).facet_only()) continue;
          for (const Sense& sense : mention(other).senses) {
            if (sense.facet < 0 && sense.head >= 0 && has_entry_about(mention(index).senses[0].facet, sense.head)) judged = other;
          }
        }
      }
      // "is this mass a meningioma?"
      for (std::size_t k = 1; k < wanted.size() && !judges && intent == Intent::kClassify; ++k) {
        const bool decided = !linker_.classes_of(mention(wanted[k])).empty() || has_own_class(mention(wanted[k]));
        if (decided && !has_own_class(mention(wanted[k - 1])) && is_lesion_like(mention(wanted[k - 1])) && linker_.classes_of(mention(wanted[k - 1])).empty() &&
            is_kind_of(mention(wanted[k]), mention(wanted[k - 1]))) {
          judged = wanted[k - 1];
        }
      }
    }
    // A bare verb with "it": what was spoken of last.
    const bool in_branch = &clause != &sentence.clauses.front() && (&clause - 1)->in_case;
    if (wanted.empty() && (clause.has_it || in_branch) && clause.intent_said && !clause.mask.used) {
      refer_back(sentence, clause, source, made);
      return;
    }
    for (const int index : wanted) {
      if (index == judged && wanted.size() > 1) continue;
      const Mention& m = mention(index);
      if (m.quality_only() && intent == Intent::kSegment && clause.intent_said && wanted.size() > 1) continue;
      for (Mention target : targets_of(index)) {
        if (judged >= 0 && (m.quality_only() || m.facet_only())) target = joined(target, mention(judged));
        Intent how = m.measure >= 0 ? Intent::kSegment : intent;
        // A disease in a list of outlines keeps its own kind of answer.
        if (!clause.intent_said && how == Intent::kSegment && m.measure < 0 && !is_structure(m) && has_own_class(m)) how = Intent::kUnknown;
        if (how != Intent::kSegment && compares_classes(sentence, index)) how = Intent::kClassify;
        if (m.quality_only() || (!m.senses.empty() && m.senses[0].facet >= 0)) how = Intent::kClassify;
        if (!m.senses.empty() && m.senses[0].facet >= 0 && lexicon_.concept_at(m.senses[0].facet).name == "survival") how = Intent::kPrognose;
        if (m.facet_only() && absorbed_by_class(clause, index)) continue;
        if (clause.classifies && how == Intent::kClassify && target.senses.size() > 0 && target.senses[0].facet < 0) target = classified(target);
        // "nodule outline, thyroid": where the nodule is.
        if (!clause.intent_said && is_structure(m) && linker_.candidates(m).empty() && is_site_of_a_step(m.senses[0].head)) continue;
        take(target, index, how, source, made);
      }
      last_mention_ = index;
    }
    if (judged >= 0) last_mention_ = judged;
  }

  bool is_structure(const Mention& m) const {
    return !m.senses.empty() && m.senses[0].head >= 0 && lexicon_.concept_at(m.senses[0].head).kind == ConceptKind::kStructure;
  }

  // "meningioma or glioma": two classes of one classification in a sentence ask for it.
  bool compares_classes(const Sentence& sentence, int index) const {
    const std::vector<ClassName> mine = linker_.classes_of(mention(index));
    if (mine.empty()) return false;
    for (const Clause& clause : sentence.clauses) {
      if (clause.in_case) continue;
      for (const int other : clause.mentions) {
        if (other == index) continue;
        for (const ClassName& theirs : linker_.classes_of(mention(other))) {
          for (const ClassName& c : mine) {
            if (c.entry == theirs.entry && c.index != theirs.index) return true;
          }
        }
      }
    }
    return false;
  }

  bool is_site_of_a_step(int structure) const {
    return std::any_of(draft_.steps.begin(), draft_.steps.end(), [&](const DraftStep& s) { return !s.removed && linker_.site_of_entry(s.entry) == structure; });
  }

  bool has_entry_about(int facet, int head) const {
    for (int index = 0; index < linker_.size(); ++index) {
      const Sense& about = linker_.sense(index);
      if (about.facet == facet && about.head >= 0 && (lexicon_.is_a(about.head, head) || lexicon_.is_a(head, about.head))) return true;
    }
    return false;
  }

  // "classify the tumour": its type, or whether it is malignant, where the catalogue can tell.
  Mention classified(const Mention& target) const {
    if (has_own_class(target) || !linker_.classes_of(target).empty()) return target;
    for (const char* facet : {"type", "malignancy", "grade"}) {
      Mention asked = target;
      asked.entries.clear();
      for (Sense& sense : asked.senses) sense.facet = lexicon_.find(facet);
      for (const Candidate& c : linker_.candidates(asked)) {
        if (linker_.entry(c.entry).task == Task::kClassify && (!modality_known() || in_modality(c.entry))) return asked;
      }
    }
    return target;
  }

  bool is_kind_of(const Mention& one, const Mention& other) const {
    for (const Sense& a : one.senses) {
      for (const Sense& b : other.senses) {
        if (a.head >= 0 && b.head >= 0 && lexicon_.is_a(a.head, b.head)) return true;
      }
    }
    return false;
  }

  bool is_generic_target(const Mention& m) const { return !m.senses.empty() && is_generic(lexicon_, m.senses[0].head); }

  // "malignant" said of "the liver lesion" asks for a judge of liver lesions.
  Mention joined(const Mention& judge, const Mention& of) const {
    Mention both = judge;
    const bool malignancy = has_quality(judge, "malignant") || has_quality(judge, "benign") || judge.facet_only();
    if (!malignancy) return both;
    const int facet = judge.facet_only() ? judge.senses[0].facet : lexicon_.find("malignancy");
    if (lexicon_.concept_at(facet).name == "survival") return both;
    both.qualities.clear();
    both.senses.clear();
    for (const Sense& sense : of.senses) {
      if (is_generic(lexicon_, sense.head) && sense.site < 0) both.senses.push_back({facet, -1, -1});
      else both.senses.push_back({facet, sense.head, sense.site});
    }
    return both;
  }

  // A bare "type" or "grade" beside a target that has its own is that target's.
  bool absorbed_by_class(const Clause& clause, int index) const {
    const std::string& name = lexicon_.concept_at(mention(index).senses[0].facet).name;
    if (name != "grade" && name != "type" && name != "cause" && name != "malignancy") return false;
    (void)clause;
    const std::vector<Candidate> candidates = linker_.candidates(mention(index));
    return std::none_of(candidates.begin(), candidates.end(), [&](const Candidate& c) { return !modality_known() || in_modality(c.entry); });
  }

  void take(const Mention& target, int index, Intent how, int source, std::vector<int>& made) {
    const Resolution found = resolve(target, how);
    if (found.nothing) return;
    if (found.entry < 0) {
      decline_mention(target, found);
      return;
    }
    if (scope_ && scope_->step >= 0 && draft_.steps[static_cast<std::size_t>(scope_->step)].entry == found.entry) {
      // "Is there a polyp? If so, outline it": one step answers both.
      note(scope_->step, mention(index));
      return;
    }
    const int source_entry = source >= 0 ? step(source).entry : -1;
    const int added = add_step(found.entry, scope_, source_entry == found.entry ? -1 : source, range(target.first, target.last));
    note_asked_class(added, target);
    if (std::find(made.begin(), made.end(), added) == made.end()) made.push_back(added);
  }

  // "Is it a glioma?": what "if so" will mean.
  void note_asked_class(int index, const Mention& target) {
    DraftStep& made = step(index);
    const zoo::Entry& entry = linker_.entry(made.entry);
    if (entry.task != Task::kClassify || entry.classes.size() < 3) return;
    for (const ClassName& c : linker_.classes_of(target)) {
      if (c.entry != made.entry || entry.normal[static_cast<std::size_t>(c.index)]) continue;
      const std::string& name = entry.classes[static_cast<std::size_t>(c.index)];
      made.asked_class = made.asked_class.empty() || made.asked_class == name ? name : "-";
    }
  }

  void refer_back(const Sentence& sentence, Clause& clause, int source, std::vector<int>& made) {
    (void)sentence;
    if (clause.refers_to.empty() && last_mention_ < 0) return;
    std::vector<int> targets = clause.refers_to;
    if (targets.empty()) targets.push_back(last_mention_);
    for (const int index : targets) {
      for (Mention target : targets_of(index)) {
        // "is the mass malignant? If so, outline it": the mass.
        if (clause.intent == Intent::kSegment) {
          for (Sense& sense : target.senses) {
            if (sense.head >= 0) sense.facet = -1;
          }
        }
        take(target, index, clause.intent, source, made);
      }
    }
  }

  // What was asked to be left out is not part of "everything", and not of a list that named it before.
  void drop_excluded() {
    for (const int index : excluded_) {
      const std::vector<Candidate> candidates = linker_.candidates(mention(index));
      for (std::size_t i = 0; i < draft_.steps.size(); ++i) {
        DraftStep& s = draft_.steps[i];
        if (!s.part_of_everything) continue;
        for (const Candidate& c : candidates) {
          if (c.entry == s.entry && c.score >= 2) s.removed = true;
        }
      }
    }
  }

  const std::vector<Token>& tokens_;
  const Linker& linker_;
  const Lexicon& lexicon_;
  std::vector<Item> items_;
  Mentions mentions_;
  std::vector<Sentence> sentences_;
  std::string known_modality_;

  Draft draft_;
  bool known_ = false;
  bool referring_ = false;
  bool scope_is_outer_ = false;  // The condition in force comes from the sentence before
  std::optional<Condition_> scope_, carried_, carry_after_, header_condition_, last_condition_, last_bare_;
  int input_scope_ = -1;
  std::vector<int> group_, last_group_, last_before_;
  std::vector<int> excluded_;
  int last_mention_ = -1;
};

}  // namespace

Draft read_request(std::string_view, const std::vector<Token>& tokens, const Linker& linker, const std::string& modality) {
  return Reader(tokens, linker, modality).run();
}

}  // namespace galen::plan
