#include "galen/plan/explain.h"

#include <algorithm>

namespace galen::plan {

using zoo::Task;

namespace {

std::string name_of_modality(const Linker& linker, const std::string& code) {
  const auto names = linker.catalogue().modalities.find(code);
  return names == linker.catalogue().modalities.end() || names->second.empty() ? code : names->second.front();
}

// "outline the optic disc", "look for tuberculosis", "estimate recurrence-free survival"
std::string what_it_does(const zoo::Entry& entry) {
  switch (entry.task) {
    case Task::kSegment:
      return "outline the " + entry.target;
    case Task::kClassify:
      return "look for " + entry.target;
    case Task::kPrognose:
      return "estimate " + entry.target;
  }
  return entry.target;
}

std::string in_quotes(const std::string& text) {
  std::string shown = text.substr(0, 80);
  // Not to end inside a character.
  while (shown.size() < text.size() && !shown.empty() &&
         (static_cast<unsigned char>(text[shown.size()]) & 0xc0U) == 0x80U)
    shown.pop_back();
  return "'" + shown + (shown.size() < text.size() ? "…" : "") + "'";
}

// The entry that comes nearest: of the same place, else of the image's own modality.
int nearest_entry(const DraftDecline& declined, const Draft& draft, const Linker& linker) {
  if (!declined.near.empty()) return declined.near.front();
  const int site = declined.target.site >= 0 ? declined.target.site : linker.lexicon().site_of(declined.target.head);
  int best = -1, best_score = 0;
  for (int index = 0; index < linker.size(); ++index) {
    const bool here = draft.modalities.contains(linker.entry(index).modality);
    const int there = linker.site_of_entry(index);
    int score = here ? 2 : 0;
    if (site >= 0 && there >= 0) {
      if (there == site) score += 4;
      else if (linker.lexicon().is_a(there, site) || linker.lexicon().is_a(site, there)) score += 1;
    }
    if (!draft.modalities.empty() && !here) continue;
    if (score > best_score) {
      best = index;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

Decline explain(const DraftDecline& declined, const Draft& draft, const Linker& linker, const std::string& request) {
  Decline result;
  result.reason = declined.reason;
  result.from = declined.from;
  if (!declined.from.empty() && declined.from[0].end <= request.size() &&
      declined.from[0].begin < declined.from[0].end) {
    result.text = request.substr(declined.from[0].begin, declined.from[0].end - declined.from[0].begin);
  }
  const std::string asked = result.text.empty() ? "the request" : in_quotes(result.text);
  const std::string image = !draft.named_modality.empty()  ? draft.named_modality
                            : draft.modalities.size() == 1 ? name_of_modality(linker, *draft.modalities.begin())
                                                           : "";
  const int near = declined.reason == DeclineReason::kNotImaging ? -1 : nearest_entry(declined, draft, linker);
  if (near >= 0) result.nearest = linker.entry(near).id;
  switch (declined.reason) {
    case DeclineReason::kNoWeights:
      result.explanation = "Nothing in the catalogue answers " + asked + ".";
      if (near >= 0) {
        result.explanation += " The nearest that it can do is to " + what_it_does(linker.entry(near)) + " on a " +
                              name_of_modality(linker, linker.entry(near).modality) + " image.";
      }
      break;
    case DeclineReason::kWrongModality: {
      result.explanation = "The catalogue has weights for " + asked + ", but not for this image" +
                           (image.empty() ? "" : " (" + image + ")") + ".";
      if (near >= 0)
        result.explanation += " Give a " + name_of_modality(linker, linker.entry(near).modality) + " image to " +
                              what_it_does(linker.entry(near)) + ".";
      break;
    }
    case DeclineReason::kNotImaging:
      result.explanation = asked +
                           " is not something that analysing an image can answer. Ask for a structure to outline, a "
                           "finding to look for, or a measurement.";
      break;
    case DeclineReason::kUnclear:
      if (declined.near.size() > 1) {
        result.explanation = asked + " can mean several things here:";
        for (std::size_t i = 0; i < declined.near.size() && i < 4; ++i) {
          const zoo::Entry& entry = linker.entry(declined.near[i]);
          result.explanation +=
              (i ? ", or to " : " to ") + what_it_does(entry) + " (" + name_of_modality(linker, entry.modality) + ")";
        }
        result.explanation += ". Say which, or what the image is.";
      } else {
        result.explanation = "It is not clear what to do. Name a structure to outline or a finding to look for";
        result.explanation += near >= 0 ? ", for example: " + what_it_does(linker.entry(near)) + "." : ".";
      }
      break;
  }
  return result;
}

}  // namespace galen::plan
