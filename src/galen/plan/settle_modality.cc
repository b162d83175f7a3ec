#include "galen/plan/settle_modality.h"

#include <algorithm>
#include <iterator>

#include "galen/plan/image_modality.h"
#include "galen/plan/resolution.h"

namespace galen::plan {
namespace {

// Of the entries that the mention can mean.
std::set<std::string> modalities_of(const Linker& linker, const Mention& wanted, Intent intent) {
  std::set<std::string> modalities;
  for (const Candidate& c : linker.fitting(wanted, intent, {})) modalities.insert(linker.entry(c.entry).modality);
  if (wanted.senses.empty()) {
    for (const ClassName& c : linker.classes_of(wanted)) modalities.insert(linker.entry(c.entry).modality);
  }
  modalities.erase("any");
  return modalities;
}

// Narrows `common` to what the targets have in common with it, those that say what they are before those that do not
// ("the lesion").
void narrow(const Reading& reading, std::set<std::string>& common) {
  for (const bool generic : {false, true}) {
    for (const Sentence& sentence : reading.sentences) {
      for (const Clause& clause : sentence.clauses) {
        if (clause.status != Standing::kRequest && !clause.in_case) continue;
        for (const int index : clause.mentions) {
          for (const Mention& wanted : targets_of(reading, index)) {
            if (is_generic_target(reading, wanted) != generic) continue;
            const std::set<std::string> mine = modalities_of(reading.linker, wanted, clause.intent);
            if (common.empty()) common = mine;
            std::set<std::string> both;
            std::set_intersection(common.begin(), common.end(), mine.begin(), mine.end(),
                                  std::inserter(both, both.end()));
            if (!both.empty()) common = both;
          }
        }
      }
    }
  }
}

}  // namespace

void settle_modality(Reading& reading, const std::string& given) {
  const ImageModality found = find_modality(reading.items, reading.sentences, reading.linker, given);
  reading.draft.modalities = found.codes;
  reading.draft.modality_conflict = found.conflict;
  reading.draft.named_modality = found.named;
  reading.modality_settled = found.known;
  if (reading.knows_modality()) return;
  // Nothing is said: the one modality that all targets have in common is meant.
  std::set<std::string> common = found.hints;
  narrow(reading, common);
  if (common.size() == 1) reading.draft.modalities = common;
}

}  // namespace galen::plan
