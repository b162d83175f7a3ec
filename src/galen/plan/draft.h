// A plan as it grows while a request is read.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "galen/plan/plan.h"
#include "galen/plan/senses.h"

namespace galen::plan {

// A plan whose steps may still stand in any order and refer to later ones.
struct DraftStep {
  int entry = -1;
  int input = -1;  // Index of a draft step; -1 the image
  int cause = -1;  // Index of a draft step; -1 no condition
  std::string outcome;
  std::string asked_class;  // The one class that was asked about, "-" for several
  bool part_of_everything = false;
  bool removed = false;
  std::vector<TextRange> from;
};

struct DraftDecline {
  DeclineReason reason = DeclineReason::kUnclear;
  std::vector<TextRange> from;
  Sense target;           // What was asked for, where it is a target
  std::vector<int> near;  // Entries that come nearest
};

struct Draft {
  std::vector<DraftStep> steps;
  std::vector<DraftDecline> declined;
  std::vector<std::string> measurements;
  std::set<std::string> modalities;  // Codes that the image may be of; empty where unknown
  std::string named_modality;        // What the request calls it, where the catalogue has no such modality
  bool modality_conflict = false;    // The request names another modality than the image has
};

}  // namespace galen::plan
