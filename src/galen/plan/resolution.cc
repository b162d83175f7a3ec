#include "galen/plan/resolution.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace galen::plan {

using zoo::Task;

namespace {

// Which of equally good entries the rest of the request singles out.
std::vector<int> single_out(const Reading& reading, std::vector<int> entries) {
  const auto keep = [&](const auto& condition) {
    std::vector<int> kept;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(kept), condition);
    if (!kept.empty()) entries = std::move(kept);
  };
  const auto any_step = [&](const auto& condition) {
    return std::any_of(reading.draft.steps.begin(), reading.draft.steps.end(),
                       [&](const DraftStep& s) { return !s.removed && condition(s); });
  };
  const auto any_sense = [&](const auto& condition) {
    return std::any_of(reading.mentions.all.begin(), reading.mentions.all.end(),
                       [&](const Mention& m) { return std::any_of(m.senses.begin(), m.senses.end(), condition); });
  };
  // Already in the plan.
  keep([&](int entry) { return any_step([&](const DraftStep& s) { return s.entry == entry; }); });
  // Of the place that the plan is about already.
  keep([&](int entry) {
    const int site = reading.linker.site_of_entry(entry);
    return site >= 0 && any_step([&](const DraftStep& s) {
             const int there = reading.linker.site_of_entry(s.entry);
             return there >= 0 && either_is_a(reading.lexicon, there, site);
           });
  });
  // Named elsewhere in the request, word for word or by its site.
  keep([&](int entry) {
    return any_sense([&](const Sense& sense) {
      return sense.head >= 0 && !is_generic(reading.lexicon, sense.head) && sense.facet < 0 &&
             sense.head == reading.linker.sense(entry).head;
    });
  });
  keep([&](int entry) {
    const int site = reading.linker.site_of_entry(entry);
    return site >= 0 && any_sense([&](const Sense& sense) {
             const int there = sense.site >= 0 ? sense.site : reading.lexicon.site_of(sense.head);
             return there >= 0 && either_is_a(reading.lexicon, there, site);
           });
  });
  return entries;
}

// In the catalogue's order, each entry once.
std::vector<Candidate> once_each(std::vector<Candidate> candidates) {
  std::sort(candidates.begin(), candidates.end(),
            [](const Candidate& a, const Candidate& b) { return a.entry < b.entry; });
  const auto same = [](const Candidate& a, const Candidate& b) { return a.entry == b.entry; };
  candidates.erase(std::unique(candidates.begin(), candidates.end(), same), candidates.end());
  return candidates;
}

std::vector<Candidate> on_this_image(const Reading& reading, const std::vector<Candidate>& candidates) {
  std::vector<Candidate> here;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(here),
               [&](const Candidate& c) { return fits_image(reading, c.entry); });
  return once_each(std::move(here));
}

// The classifications that have a class of the mention's name.
std::vector<Candidate> judges_of(const Reading& reading, const Mention& wanted, bool by_class) {
  std::vector<Candidate> judges;
  for (const ClassName& c : reading.linker.classes_of(wanted)) {
    const bool normal = reading.linker.entry(c.entry).normal[static_cast<std::size_t>(c.index)];
    if (by_class && normal && is_plain_normal(reading, wanted)) continue;
    judges.push_back({c.entry, 3});
  }
  // "malignant?" also asks a classification that has only its opposite by name.
  if (by_class && has_quality(reading, wanted, "malignant")) {
    Mention facet;
    facet.senses.push_back({reading.lexicon.find("malignancy"), -1, -1});
    for (const Candidate& c : reading.linker.candidates(facet)) judges.push_back({c.entry, 2});
  }
  return judges;
}

}  // namespace

bool fits_image(const Reading& reading, int entry) {
  if (!reading.knows_modality()) return true;
  const std::string& code = reading.linker.entry(entry).modality;
  return code == "any" || reading.draft.modalities.contains(code);
}

std::vector<Mention> targets_of(const Reading& reading, int index) {
  const Mention& m = reading.mention(index);
  std::vector<Mention> targets;
  if (m.measure >= 0) {
    for (const int structure : reading.lexicon.concept_at(m.measure).structures) {
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

bool has_quality(const Reading& reading, const Mention& m, std::string_view name) {
  return std::any_of(m.qualities.begin(), m.qualities.end(),
                     [&](int id) { return reading.lexicon.concept_at(id).name == name; });
}

bool is_plain_normal(const Reading& reading, const Mention& m) { return has_quality(reading, m, "normal"); }

bool is_lesion_like(const Reading& reading, const Mention& m) {
  return std::any_of(m.senses.begin(), m.senses.end(), [&](const Sense& sense) {
    return sense.head >= 0 && sense.facet < 0 && reading.lexicon.is_a(sense.head, reading.lexicon.find("lesion"));
  });
}

bool is_generic_target(const Reading& reading, const Mention& m) {
  return !m.senses.empty() && is_generic(reading.lexicon, m.senses[0].head);
}

Resolution choose(const Reading& reading, const std::vector<Candidate>& candidates) {
  Resolution result;
  if (candidates.empty()) {
    result.reason = DeclineReason::kNoWeights;
    return result;
  }
  for (const Candidate& c : candidates) result.near.push_back(c.entry);
  if (reading.draft.modality_conflict) {
    result.reason = DeclineReason::kWrongModality;
    return result;
  }
  std::vector<int> here;
  for (const Candidate& c : candidates) {
    if (fits_image(reading, c.entry)) here.push_back(c.entry);
  }
  if (here.empty()) {
    result.reason = DeclineReason::kWrongModality;
    return result;
  }
  if (here.size() > 1) here = single_out(reading, here);
  if (here.size() == 1) result.entry = here.front();
  else result.reason = DeclineReason::kUnclear;
  return result;
}

bool has_own_class(const Reading& reading, const Mention& m) {
  for (const Candidate& c : reading.linker.candidates(m)) {
    if (reading.linker.entry(c.entry).task == Task::kClassify && c.score >= 3 && fits_image(reading, c.entry))
      return true;
  }
  return false;
}

Resolution resolve(const Reading& reading, const Mention& wanted, Intent intent) {
  // "viral or bacterial?", "is it a glioma?": the classification that has such classes.
  const bool by_class = wanted.senses.empty() && wanted.entries.empty();
  if (by_class) {
    const std::vector<Candidate> judges = judges_of(reading, wanted, true);
    if (judges.empty()) {
      Resolution result;
      result.nothing = true;
      return result;
    }
    const std::vector<Candidate> here = on_this_image(reading, judges);
    return choose(reading, here.empty() ? once_each(judges) : here);
  }
  if (intent == Intent::kClassify && !has_own_class(reading, wanted)) {
    const std::vector<Candidate> here = on_this_image(reading, judges_of(reading, wanted, false));
    if (!here.empty()) return choose(reading, here);
  }
  return choose(reading, reading.linker.fitting(wanted, intent, reading.draft.modalities));
}

}  // namespace galen::plan
