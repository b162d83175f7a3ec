#include "galen/plan/draft_steps.h"

#include <algorithm>

namespace galen::plan {

using language::ConceptKind;
using zoo::Task;

namespace {

int last_mask(const Reading& reading) {
  for (int i = static_cast<int>(reading.draft.steps.size()) - 1; i >= 0; --i) {
    const DraftStep& s = reading.step(i);
    if (!s.removed && reading.linker.entry(s.entry).task == Task::kSegment) return i;
  }
  return -1;
}

}  // namespace

TextRange range(const Reading& reading, std::size_t first, std::size_t last) {
  while (last > first && last <= reading.items.size() && !reading.items[last - 1].mark.empty()) --last;
  if (first >= last || reading.tokens.empty()) return {};
  return {reading.tokens[reading.items[first].first].begin,
          reading.tokens[reading.items[last - 1].first + reading.items[last - 1].count - 1].end};
}

void decline(Reading& reading, DeclineReason reason, std::size_t first, std::size_t last, const Sense& target,
             std::vector<int> near) {
  const bool is_target = target.head >= 0 || target.facet >= 0;
  for (DraftDecline& known : reading.draft.declined) {
    if (is_target && known.target == target && known.reason == reason) {
      known.from.push_back(range(reading, first, last));
      return;
    }
  }
  reading.draft.declined.push_back({reason, {range(reading, first, last)}, target, std::move(near)});
}

void decline_mention(Reading& reading, const Mention& m, const Resolution& found) {
  Sense target = m.senses.empty() ? Sense{} : m.senses.front();
  if (is_generic(reading.lexicon, target.head) && target.site < 0) target = {-1, -2, static_cast<int>(m.first)};
  target.facet = -1;
  decline(reading, found.reason, m.first, m.last, target, found.near);
}

int add_step(Reading& reading, int entry, const std::optional<StepCondition>& when, int input, const TextRange& from,
             bool keeps_condition) {
  DraftStep made;
  made.entry = entry;
  made.input = input;
  if (when) {
    made.cause = when->step;
    made.outcome = when->outcome;
  }
  for (std::size_t i = 0; i < reading.draft.steps.size(); ++i) {
    DraftStep& old = reading.draft.steps[i];
    if (old.entry != entry || old.removed) continue;
    if (made.cause == static_cast<int>(i)) made.cause = -1;
    const bool same_when = old.cause == made.cause && old.outcome == made.outcome;
    const bool looser = made.cause < 0 || old.cause < 0;
    const bool same_input = old.input == made.input || made.input < 0 || old.input < 0;
    if (!(same_when || looser) || !same_input) continue;
    if (old.cause >= 0 && made.cause < 0 && !keeps_condition) old.cause = -1, old.outcome.clear();
    if (old.input < 0 && made.input >= 0 && made.input != static_cast<int>(i)) old.input = made.input;
    if (from.end > from.begin &&
        std::none_of(old.from.begin(), old.from.end(), [&](const TextRange& r) { return r.begin == from.begin; }))
      old.from.push_back(from);
    return static_cast<int>(i);
  }
  if (from.end > from.begin) made.from.push_back(from);
  reading.draft.steps.push_back(std::move(made));
  return static_cast<int>(reading.draft.steps.size()) - 1;
}

void note(Reading& reading, int index, const Mention& m) {
  const TextRange words = range(reading, m.first, m.last);
  DraftStep& s = reading.step(index);
  if (std::none_of(s.from.begin(), s.from.end(), [&](const TextRange& r) { return r.begin == words.begin; }))
    s.from.push_back(words);
}

bool depends_on(const Reading& reading, int index, int other) {
  for (int guard = 0; index >= 0 && guard < 64; ++guard) {
    if (index == other) return true;
    const DraftStep& s = reading.step(index);
    if (s.input >= 0 && s.input == other) return true;
    index = s.cause;
  }
  return false;
}

void set_input(Reading& reading, int index, int source) {
  if (source < 0 || index == source || depends_on(reading, source, index)) return;
  if (reading.linker.entry(reading.step(source).entry).task != Task::kSegment) return;
  reading.step(index).input = source;
}

bool is_site_of_a_step(const Reading& reading, int structure) {
  return std::any_of(reading.draft.steps.begin(), reading.draft.steps.end(), [&](const DraftStep& s) {
    return !s.removed && reading.linker.site_of_entry(s.entry) == structure;
  });
}

bool is_finding_step(const Reading& reading, int index) {
  const DraftStep& s = reading.step(index);
  if (reading.linker.entry(s.entry).task != Task::kSegment) return true;
  const int head = reading.linker.sense(s.entry).head;
  return head >= 0 && reading.lexicon.concept_at(head).kind == ConceptKind::kFinding;
}

bool has_normal_class(const Reading& reading, int index) {
  const zoo::Entry& entry = reading.entry_of(index);
  return entry.task == Task::kSegment ||
         std::find(entry.normal.begin(), entry.normal.end(), true) != entry.normal.end();
}

int step_about(const Reading& reading, const Mention& m) {
  int best = -1, best_score = 0;
  const std::vector<Candidate> candidates = reading.linker.candidates(m);
  for (int i = 0; i < static_cast<int>(reading.draft.steps.size()); ++i) {
    if (reading.step(i).removed) continue;
    for (const Candidate& c : candidates) {
      if (c.entry != reading.step(i).entry) continue;
      if (reading.linker.entry(c.entry).task == Task::kPrognose) continue;
      if (c.score >= best_score) {
        best = i;
        best_score = c.score;
      }
    }
  }
  // "if there is no tumour" of a classification of tumours
  for (int i = static_cast<int>(reading.draft.steps.size()) - 1; i >= 0 && best < 0; --i) {
    const DraftStep& s = reading.step(i);
    const Sense& about = reading.linker.sense(s.entry);
    if (s.removed || about.facet < 0 || about.head < 0 || reading.linker.entry(s.entry).task != Task::kClassify ||
        !has_normal_class(reading, i))
      continue;
    for (const Sense& sense : m.senses) {
      if (sense.head >= 0 && either_is_a(reading.lexicon, about.head, sense.head)) best = i;
    }
  }
  return best;
}

// --- Main clauses ------------------------------------------------------------------------------------------------

int mask_for(Reading& reading, const Clause& clause) {
  if (!clause.mask.used || clause.mask.whole) return -1;
  if (clause.mask.mention < 0) return last_mask(reading);
  const Mention& m = reading.mention(clause.mask.mention);
  const Resolution found = resolve(reading, m, Intent::kSegment);
  if (found.entry < 0) {
    const int existing = step_about(reading, m);
    if (existing >= 0 && reading.entry_of(existing).task == Task::kSegment) return existing;
    if (!found.nothing) decline_mention(reading, m, found);
    return -1;
  }
  if (reading.linker.entry(found.entry).task != Task::kSegment) return last_mask(reading);
  return add_step(reading, found.entry, std::nullopt, -1, range(reading, m.first, m.last), true);
}

}  // namespace galen::plan
