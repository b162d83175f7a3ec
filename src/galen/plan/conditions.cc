#include "galen/plan/conditions.h"

#include <algorithm>

#include "galen/plan/draft_steps.h"
#include "galen/plan/resolution.h"

namespace galen::plan {

using language::Tag;
using zoo::Task;

namespace {

std::string opposite(const Reading& reading, const StepCondition& condition) {
  if (condition.outcome == "positive") return "negative";
  if (condition.outcome == "negative") return "positive";
  const zoo::Entry& entry = reading.entry_of(condition.step);
  // With two classes, what is not the one is the other.
  if (entry.classes.size() == 2) return entry.classes[0] == condition.outcome ? entry.classes[1] : entry.classes[0];
  return "negative";
}

// The step that "if positive" speaks of: the last one that can be either.
int last_tested(const Reading& reading, const ConditionWords& words) {
  int finding = -1, mask = -1, test = -1, any = -1;
  for (int i = static_cast<int>(reading.draft.steps.size()) - 1; i >= 0; --i) {
    const DraftStep& s = reading.step(i);
    if (s.removed) continue;
    const Task task = reading.linker.entry(s.entry).task;
    if (task == Task::kPrognose) continue;
    if (any < 0) any = i;
    if (task == Task::kSegment && mask < 0) mask = i;
    if (task == Task::kClassify && test < 0) test = i;
    if (is_finding_step(reading, i) && finding < 0) finding = i;
  }
  if (words.about_test && !words.about_mask && test >= 0) return test;
  if (words.about_mask && !words.about_test && mask >= 0) {
    // "if anything is found" after a classification is about that.
    if (finding > mask && reading.entry_of(finding).task == Task::kClassify && !is_finding_step(reading, mask))
      return finding;
    return mask;
  }
  return finding >= 0 ? finding : any;
}

bool points_back(const Reading& reading, const Clause& clause) {
  for (std::size_t i = clause.first; i < clause.last; ++i) {
    if (reading.items[i].word == "that" && i + 1 < clause.last &&
        (reading.items[i + 1].has(Tag::kMaskRegion) || reading.items[i + 1].has(Tag::kDecideNoun)))
      return true;
  }
  return false;
}

bool opens_with_that_case(const Reading& reading, const Clause& clause) {
  const std::string& word = reading.items[clause.first].word;
  return word == "in that case" || word == "in this case" || word == "in such a case" || word == "in which case";
}

std::optional<StepCondition> class_condition(Reading& reading, const Mention& m, bool negative) {
  const std::vector<ClassName> classes = reading.linker.classes_of(m);
  const bool malignant = has_quality(reading, m, "malignant");
  int step_index = -1, class_index = -1;
  for (int i = static_cast<int>(reading.draft.steps.size()) - 1; i >= 0 && step_index < 0; --i) {
    const DraftStep& s = reading.step(i);
    if (s.removed) continue;
    for (const ClassName& c : classes) {
      if (c.entry == s.entry) {
        step_index = i;
        class_index = c.index;
        break;
      }
    }
    // "if malignant" of a classification that calls it by another name
    if (step_index < 0 && malignant && reading.linker.entry(s.entry).task == Task::kClassify &&
        has_normal_class(reading, i)) {
      return StepCondition{i, negative ? "negative" : "positive"};
    }
  }
  if (step_index < 0 && !classes.empty() && step_about(reading, m) < 0) {
    // No such step yet: the classification that has this class is needed.
    std::vector<Candidate> judges;
    for (const ClassName& c : classes) {
      if (is_plain_normal(reading, m)) continue;
      if (fits_image(reading, c.entry)) judges.push_back({c.entry, 3});
    }
    const Resolution found = choose(reading, judges);
    if (found.entry < 0) return std::nullopt;
    step_index = add_step(reading, found.entry, std::nullopt, -1, range(reading, m.first, m.last));
    for (const ClassName& c : classes) {
      if (c.entry == found.entry) class_index = c.index;
    }
  }
  if (step_index < 0 || class_index < 0) return std::nullopt;
  const zoo::Entry& entry = reading.entry_of(step_index);
  note(reading, step_index, m);
  StepCondition result{step_index, entry.classes[static_cast<std::size_t>(class_index)]};
  // The only normal class is the negative; of several, the one that was named is meant.
  if (entry.normal[static_cast<std::size_t>(class_index)] &&
      std::count(entry.normal.begin(), entry.normal.end(), true) == 1)
    result.outcome = "negative";
  if (negative) result.outcome = opposite(reading, result);
  return result;
}

// "otherwise", "if not"
std::optional<StepCondition> otherwise(const Reading& reading) {
  StepCondition result;
  if (reading.last_condition && reading.last_condition->impossible) return reading.last_condition;
  if (reading.last_condition && reading.last_condition->step >= 0) {
    result = *reading.last_condition;
    result.outcome = opposite(reading, *reading.last_condition);
    return checked(reading, result);
  }
  result.step = last_tested(reading, {});
  result.outcome = "negative";
  if (result.step < 0) return std::nullopt;
  return checked(reading, result);
}

// "if so", "in that case"
std::optional<StepCondition> if_so(const Reading& reading, const Clause& clause) {
  StepCondition result;
  if (opens_with_that_case(reading, clause) && reading.last_condition) return reading.last_condition;
  result.step = last_tested(reading, {});
  result.outcome = "positive";
  if (result.step < 0) return std::nullopt;
  const std::string& asked = reading.step(result.step).asked_class;
  if (!asked.empty() && asked != "-") result.outcome = asked;
  return checked(reading, result);
}

// On the target that the condition names: the step that is there, or one that is added. None where it names no target.
std::optional<StepCondition> named_condition(Reading& reading, const Clause& clause) {
  const ConditionWords& words = clause.condition;
  StepCondition result;
  result.outcome = words.negative ? "negative" : "positive";
  bool named = false;
  // "if the mole turns out to be a melanoma": what is decided comes before what it is decided of.
  std::vector<int> ordered = clause.mentions;
  std::stable_partition(ordered.begin(), ordered.end(), [&](int index) {
    return !is_structure(reading.lexicon, reading.mention(index)) && has_own_class(reading, reading.mention(index));
  });
  for (const int index : ordered) {
    const Mention& m = reading.mention(index);
    if (m.quality_only() || m.measure >= 0) continue;
    if (m.region_only && ordered.size() > 1) continue;
    named = true;
    const int existing = step_about(reading, m);
    // "outline the opacity if covid is positive": the disease, not its outline.
    const bool other_test = existing >= 0 && !is_structure(reading.lexicon, m) && !words.about_mask &&
                            has_own_class(reading, m) && reading.entry_of(existing).task == Task::kSegment;
    if (existing >= 0 && !other_test) {
      result.step = existing;
      note(reading, existing, m);
      return result;
    }
  }
  if (!named) return std::nullopt;
  for (const int index : ordered) {
    const Mention& m = reading.mention(index);
    if (m.quality_only() || (m.region_only && ordered.size() > 1)) continue;
    Resolution found = resolve(reading, m, Intent::kUnknown);
    if (found.nothing) continue;
    if (found.entry < 0) {
      decline_mention(reading, m, found);
      result.impossible = true;
      return result;
    }
    // Under "rule out X first" this test, too, waits for X.
    result.step = add_step(reading, found.entry, reading.scope_is_outer ? reading.scope : std::nullopt,
                           mask_for(reading, clause), range(reading, m.first, m.last));
    reading.last_mention = index;
    return result;
  }
  return std::nullopt;
}

// "if positive": on the last thing tested, or, where the wording turns round, on what the last condition was about.
std::optional<StepCondition> bare_condition(Reading& reading, const Clause& clause) {
  const ConditionWords& words = clause.condition;
  StepCondition result;
  result.outcome = words.negative ? "negative" : "positive";
  const std::string& opener = reading.items[clause.first].word;
  const bool branch = opener == "no" || opener == "yes" || opener == "negative" || opener == "positive";
  const std::optional<StepCondition> turned = branch && reading.last_bare ? reading.last_bare : reading.last_condition;
  // "check pneumonia and if it is positive ...": what has just been asked for.
  const bool just_asked = clause.has_it_words && !reading.group.empty() &&
                          reading.entry_of(reading.group.back()).task == Task::kClassify && clause.join == Join::kAnd;
  if (turned && turned->step >= 0 && !words.again && !just_asked && !points_back(reading, clause)) {
    const bool was_negative = turned->outcome == "negative";
    const bool plain = turned->outcome == "negative" || turned->outcome == "positive";
    const int latest = last_tested(reading, words);
    const bool newer_mask = words.about_mask && !words.about_test && latest > turned->step &&
                            is_finding_step(reading, latest) && reading.entry_of(latest).task == Task::kSegment;
    if (plain && was_negative != words.negative && !newer_mask) {
      result.step = turned->step;
      reading.last_bare = result;
      return checked(reading, result);
    }
  }
  result.step = last_tested(reading, words);
  if (result.step < 0) return std::nullopt;
  reading.last_bare = result;
  return checked(reading, result);
}

}  // namespace

std::optional<StepCondition> checked(const Reading& reading, StepCondition condition) {
  if (condition.step < 0) return condition;
  if (!has_normal_class(reading, condition.step) &&
      (condition.outcome == "positive" || condition.outcome == "negative"))
    return std::nullopt;
  return condition;
}

std::optional<StepCondition> evaluate(Reading& reading, const Clause& clause) {
  const ConditionWords& words = clause.condition;
  if (words.kind == ConditionWords::Kind::kElse) return otherwise(reading);
  if (words.kind == ConditionWords::Kind::kSo) return if_so(reading, clause);
  // A class by name: "if viral", "if it is a meningioma".
  for (const int index : clause.mentions) {
    // "normal" was counted as a negation already.
    const bool negative = is_plain_normal(reading, reading.mention(index)) ? !words.negative : words.negative;
    if (const std::optional<StepCondition> by_class = class_condition(reading, reading.mention(index), negative))
      return checked(reading, *by_class);
  }
  if (const std::optional<StepCondition> named = named_condition(reading, clause)) return checked(reading, *named);
  return bare_condition(reading, clause);
}

}  // namespace galen::plan
