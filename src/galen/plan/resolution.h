// Which entry of the catalogue answers a mention, given what the image is and what the rest of the request speaks of.
#pragma once

#include <string_view>
#include <vector>

#include "galen/plan/reading_state.h"

namespace galen::plan {

struct Resolution {
  int entry = -1;  // -1: refused, for `reason`
  DeclineReason reason = DeclineReason::kUnclear;
  bool nothing = false;  // Neither an entry nor a refusal
  std::vector<int> near;
};

Resolution resolve(const Reading& reading, const Mention& wanted, Intent intent);
// Of equally good candidates, the one that fits the image and that the rest of the request singles out.
Resolution choose(const Reading& reading, const std::vector<Candidate>& candidates);

// Whether the entry works on the image, as far as that is known.
bool fits_image(const Reading& reading, int entry);
// What a mention asks for: a measurement that names its own structures stands for each of them.
std::vector<Mention> targets_of(const Reading& reading, int index);

bool has_quality(const Reading& reading, const Mention& m, std::string_view name);
bool is_plain_normal(const Reading& reading, const Mention& m);
bool is_lesion_like(const Reading& reading, const Mention& m);
bool is_generic_target(const Reading& reading, const Mention& m);
// Whether a classification is about the mention itself, rather than having it as one of its classes.
bool has_own_class(const Reading& reading, const Mention& m);

}  // namespace galen::plan
