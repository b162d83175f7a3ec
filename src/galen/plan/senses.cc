#include "galen/plan/senses.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace galen::plan {

using language::Concept;
using language::ConceptKind;
using language::Lexicon;

bool is_generic(const Lexicon& lexicon, int head) {
  static constexpr std::array<std::string_view, 10> names = {
      "lesion", "mass",      "tumour", "cancer",       "metastasis",
      "nodule", "infection", "cyst",   "inflammation", "infiltrate-generic"};
  return head >= 0 && std::find(names.begin(), names.end(), lexicon.concept_at(head).name) != names.end();
}

bool is_region(const Lexicon& lexicon, int structure) {
  static constexpr std::array<std::string_view, 34> names = {
      "whole-body", "chest", "abdomen", "pelvis-region", "head",     "head-and-neck", "neck",  "limb",   "back",
      "scalp",      "face",  "groin",   "fetus",         "brain",    "eye",           "skin",  "breast", "retina",
      "tissue",     "bone",  "knee",    "hip",           "shoulder", "hand",          "foot",  "wrist",  "ankle",
      "elbow",      "spine", "colon",   "small-bowel",   "skull",    "hair",          "axilla"};
  return structure >= 0 && std::find(names.begin(), names.end(), lexicon.concept_at(structure).name) != names.end();
}

Sense canonical(const Lexicon& lexicon, Sense sense) {
  if (sense.head < 0 || sense.site < 0) return sense;
  const Concept& head = lexicon.concept_at(sense.head);
  if (head.kind != ConceptKind::kFinding) return sense;
  if (lexicon.site_of(sense.head) == sense.site) {
    sense.site = -1;
    return sense;
  }
  // "a nodule in the breast" is a "breast-lesion", "a mass in the brain" a "brain-tumour". A lesion of the brain may be
  // many things.
  const bool growth = head.name == "nodule" || head.name == "mass" || head.name == "tumour";
  if (growth || head.name == "lesion") {
    int named = lexicon.find(lexicon.concept_at(sense.site).name + "-lesion");
    if (named < 0 && growth) named = lexicon.find(lexicon.concept_at(sense.site).name + "-tumour");
    if (named >= 0) return {sense.facet, named, -1};
    if (head.name == "lesion") return sense;
  }
  // "cancer" and "metastasis" of an organ that has only a "tumour" are that tumour.
  for (int wanted = sense.head; wanted >= 0;) {
    for (int id = 0; id < static_cast<int>(lexicon.concepts().size()); ++id) {
      const Concept& candidate = lexicon.concept_at(id);
      if (candidate.kind != ConceptKind::kFinding || candidate.site != sense.site) continue;
      if (std::find(candidate.parents.begin(), candidate.parents.end(), wanted) != candidate.parents.end()) {
        sense.head = id;
        sense.site = -1;
        return sense;
      }
    }
    const Concept& current = lexicon.concept_at(wanted);
    const bool up = current.name == "cancer" || current.name == "metastasis" || current.name == "tumour";
    wanted = up && !current.parents.empty() ? current.parents.front() : -1;
  }
  return sense;
}

bool either_is_a(const Lexicon& lexicon, int a, int b) { return lexicon.is_a(a, b) || lexicon.is_a(b, a); }

bool sites_fit(const Lexicon& lexicon, int a, int b) {
  if (a < 0 || b < 0 || either_is_a(lexicon, a, b)) return true;
  // There is skin on every part of the body's surface.
  const auto is_surface = [&](int structure) {
    static constexpr std::array<std::string_view, 18> names = {
        "limb", "back",     "face",  "groin", "neck",  "chest", "abdomen", "hand", "foot",
        "knee", "shoulder", "ankle", "elbow", "wrist", "hip",   "axilla",  "ear",  "breast"};
    return std::find(names.begin(), names.end(), lexicon.concept_at(structure).name) != names.end();
  };
  const int skin = lexicon.find("skin");
  return (a == skin && is_surface(b)) || (b == skin && is_surface(a));
}

}  // namespace galen::plan
