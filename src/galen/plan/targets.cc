#include "galen/plan/targets.h"

#include <algorithm>

#include "galen/plan/draft_steps.h"
#include "galen/plan/judged.h"
#include "galen/plan/resolution.h"

namespace galen::plan {

using zoo::Task;

namespace {

// "Is it a glioma?": what "if so" will mean.
void note_asked_class(Reading& reading, int index, const Mention& target) {
  DraftStep& made = reading.step(index);
  const zoo::Entry& entry = reading.linker.entry(made.entry);
  if (entry.task != Task::kClassify || entry.classes.size() < 3) return;
  for (const ClassName& c : reading.linker.classes_of(target)) {
    if (c.entry != made.entry || entry.normal[static_cast<std::size_t>(c.index)]) continue;
    const std::string& name = entry.classes[static_cast<std::size_t>(c.index)];
    made.asked_class = made.asked_class.empty() || made.asked_class == name ? name : "-";
  }
}

void take(Reading& reading, const Mention& target, int index, Intent how, int source, std::vector<int>& made) {
  const Resolution found = resolve(reading, target, how);
  if (found.nothing) return;
  if (found.entry < 0) {
    decline_mention(reading, target, found);
    return;
  }
  if (reading.scope && reading.scope->step >= 0 && reading.step(reading.scope->step).entry == found.entry) {
    // "Is there a polyp? If so, outline it": one step answers both.
    note(reading, reading.scope->step, reading.mention(index));
    return;
  }
  const int source_entry = source >= 0 ? reading.step(source).entry : -1;
  const int added = add_step(reading, found.entry, reading.scope, source_entry == found.entry ? -1 : source,
                             range(reading, target.first, target.last));
  note_asked_class(reading, added, target);
  if (std::find(made.begin(), made.end(), added) == made.end()) made.push_back(added);
}

void refer_back(Reading& reading, const Clause& clause, int source, std::vector<int>& made) {
  if (clause.refers_to.empty() && reading.last_mention < 0) return;
  std::vector<int> targets = clause.refers_to;
  if (targets.empty()) targets.push_back(reading.last_mention);
  for (const int index : targets) {
    for (Mention target : targets_of(reading, index)) {
      // "is the mass malignant? If so, outline it": the mass.
      if (clause.intent == Intent::kSegment) {
        for (Sense& sense : target.senses) {
          if (sense.head >= 0) sense.facet = -1;
        }
      }
      take(reading, target, index, clause.intent, source, made);
    }
  }
}

}  // namespace

void read_targets(Reading& reading, const Sentence& sentence, const Clause& clause, int source,
                  std::vector<int>& made) {
  const std::vector<int>& wanted = clause.mentions;
  const Intent intent = clause.intent;
  const int judged = judged_mention(reading, wanted, intent);
  // A bare verb with "it": what was spoken of last.
  const bool in_branch = &clause != &sentence.clauses.front() && (&clause - 1)->in_case;
  if (wanted.empty() && (clause.has_it || in_branch) && clause.intent_said && !clause.mask.used) {
    refer_back(reading, clause, source, made);
    return;
  }
  for (const int index : wanted) {
    if (index == judged && wanted.size() > 1) continue;
    const Mention& m = reading.mention(index);
    if (m.quality_only() && intent == Intent::kSegment && clause.intent_said && wanted.size() > 1) continue;
    for (Mention target : targets_of(reading, index)) {
      if (judged >= 0 && (m.quality_only() || m.facet_only()))
        target = joined(reading, target, reading.mention(judged));
      Intent how = m.measure >= 0 ? Intent::kSegment : intent;
      // A disease in a list of outlines keeps its own kind of answer.
      if (!clause.intent_said && how == Intent::kSegment && m.measure < 0 && !is_structure(reading.lexicon, m) &&
          has_own_class(reading, m))
        how = Intent::kUnknown;
      if (how != Intent::kSegment && compares_classes(reading, sentence, index)) how = Intent::kClassify;
      if (m.quality_only() || (!m.senses.empty() && m.senses[0].facet >= 0)) how = Intent::kClassify;
      if (!m.senses.empty() && m.senses[0].facet >= 0 &&
          reading.lexicon.concept_at(m.senses[0].facet).name == "survival")
        how = Intent::kPrognose;
      if (m.facet_only() && absorbed_by_class(reading, index)) continue;
      if (clause.classifies && how == Intent::kClassify && target.senses.size() > 0 && target.senses[0].facet < 0)
        target = classified(reading, target);
      // "nodule outline, thyroid": where the nodule is.
      if (!clause.intent_said && is_structure(reading.lexicon, m) && reading.linker.candidates(m).empty() &&
          is_site_of_a_step(reading, m.senses[0].head))
        continue;
      take(reading, target, index, how, source, made);
    }
    reading.last_mention = index;
  }
  if (judged >= 0) reading.last_mention = judged;
}

std::vector<int> add_everything(Reading& reading, const Clause& clause, int source) {
  std::vector<int> made;
  const bool masks = clause.everything_structures || clause.intent == Intent::kSegment;
  if (!reading.knows_modality() || reading.draft.modality_conflict) {
    decline(reading, reading.draft.modality_conflict ? DeclineReason::kWrongModality : DeclineReason::kUnclear,
            clause.first, clause.last);
    return made;
  }
  std::vector<int> entries;
  for (int index = 0; index < reading.linker.size(); ++index) {
    if (!fits_image(reading, index) || reading.linker.entry(index).modality == "any") continue;
    if (masks ? reading.linker.entry(index).task == Task::kSegment : reading.linker.is_binary(index))
      entries.push_back(index);
  }
  if (entries.empty() && !masks) {
    for (int index = 0; index < reading.linker.size(); ++index) {
      const zoo::Entry& entry = reading.linker.entry(index);
      const bool judges = entry.task == Task::kClassify &&
                          std::find(entry.normal.begin(), entry.normal.end(), true) != entry.normal.end();
      if (fits_image(reading, index) && judges && reading.linker.sense(index).facet < 0) entries.push_back(index);
    }
  }
  if (entries.empty()) decline(reading, DeclineReason::kNoWeights, clause.first, clause.last);
  for (const int index : entries) {
    const int added = add_step(reading, index, reading.scope, source, range(reading, clause.first, clause.last));
    reading.step(added).part_of_everything = true;
    made.push_back(added);
  }
  return made;
}

}  // namespace galen::plan
