#include "galen/plan/judged.h"

#include <algorithm>

#include "galen/plan/resolution.h"

namespace galen::plan {

using zoo::Task;

namespace {

bool has_entry_about(const Reading& reading, int facet, int head) {
  for (int index = 0; index < reading.linker.size(); ++index) {
    const Sense& about = reading.linker.sense(index);
    if (about.facet == facet && about.head >= 0 && either_is_a(reading.lexicon, about.head, head)) return true;
  }
  return false;
}

bool is_kind_of(const Reading& reading, const Mention& one, const Mention& other) {
  for (const Sense& a : one.senses) {
    for (const Sense& b : other.senses) {
      if (a.head >= 0 && b.head >= 0 && reading.lexicon.is_a(a.head, b.head)) return true;
    }
  }
  return false;
}

}  // namespace

int judged_mention(const Reading& reading, const std::vector<int>& wanted, Intent intent) {
  int judged = -1;
  if (intent == Intent::kSegment) return judged;
  bool judges = false;
  for (const int index : wanted)
    judges = judges || reading.mention(index).quality_only() || reading.mention(index).facet_only();
  if (judges) {
    for (const int index : wanted) {
      if (judged < 0 &&
          (is_lesion_like(reading, reading.mention(index)) || is_generic_target(reading, reading.mention(index))))
        judged = index;
    }
  }
  // "which organism is behind this pneumonia?": the pneumonia is what is asked about.
  for (const int index : wanted) {
    for (const int other : wanted) {
      if (index == other || judged >= 0 || !reading.mention(index).facet_only()) continue;
      for (const Sense& sense : reading.mention(other).senses) {
        if (sense.facet < 0 && sense.head >= 0 &&
            has_entry_about(reading, reading.mention(index).senses[0].facet, sense.head))
          judged = other;
      }
    }
  }
  // "is this mass a meningioma?"
  for (std::size_t k = 1; k < wanted.size() && !judges && intent == Intent::kClassify; ++k) {
    const bool decided = !reading.linker.classes_of(reading.mention(wanted[k])).empty() ||
                         has_own_class(reading, reading.mention(wanted[k]));
    if (decided && !has_own_class(reading, reading.mention(wanted[k - 1])) &&
        is_lesion_like(reading, reading.mention(wanted[k - 1])) &&
        reading.linker.classes_of(reading.mention(wanted[k - 1])).empty() &&
        is_kind_of(reading, reading.mention(wanted[k]), reading.mention(wanted[k - 1]))) {
      judged = wanted[k - 1];
    }
  }
  return judged;
}

Mention joined(const Reading& reading, const Mention& judge, const Mention& of) {
  Mention both = judge;
  const bool malignancy =
      has_quality(reading, judge, "malignant") || has_quality(reading, judge, "benign") || judge.facet_only();
  if (!malignancy) return both;
  const int facet = judge.facet_only() ? judge.senses[0].facet : reading.lexicon.find("malignancy");
  if (reading.lexicon.concept_at(facet).name == "survival") return both;
  both.qualities.clear();
  both.senses.clear();
  for (const Sense& sense : of.senses) {
    if (is_generic(reading.lexicon, sense.head) && sense.site < 0) both.senses.push_back({facet, -1, -1});
    else both.senses.push_back({facet, sense.head, sense.site});
  }
  return both;
}

Mention classified(const Reading& reading, const Mention& target) {
  if (has_own_class(reading, target) || !reading.linker.classes_of(target).empty()) return target;
  for (const char* facet : {"type", "malignancy", "grade"}) {
    Mention asked = target;
    asked.entries.clear();
    for (Sense& sense : asked.senses) sense.facet = reading.lexicon.find(facet);
    for (const Candidate& c : reading.linker.candidates(asked)) {
      if (reading.linker.entry(c.entry).task == Task::kClassify && fits_image(reading, c.entry)) return asked;
    }
  }
  return target;
}

bool absorbed_by_class(const Reading& reading, int index) {
  const std::string& name = reading.lexicon.concept_at(reading.mention(index).senses[0].facet).name;
  if (name != "grade" && name != "type" && name != "cause" && name != "malignancy") return false;
  const std::vector<Candidate> candidates = reading.linker.candidates(reading.mention(index));
  return std::none_of(candidates.begin(), candidates.end(),
                      [&](const Candidate& c) { return fits_image(reading, c.entry); });
}

bool compares_classes(const Reading& reading, const Sentence& sentence, int index) {
  const std::vector<ClassName> mine = reading.linker.classes_of(reading.mention(index));
  if (mine.empty()) return false;
  for (const Clause& clause : sentence.clauses) {
    if (clause.in_case) continue;
    for (const int other : clause.mentions) {
      if (other == index) continue;
      for (const ClassName& theirs : reading.linker.classes_of(reading.mention(other))) {
        for (const ClassName& c : mine) {
          if (c.entry == theirs.entry && c.index != theirs.index) return true;
        }
      }
    }
  }
  return false;
}

}  // namespace galen::plan
