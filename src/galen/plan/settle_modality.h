// Decides what the image is, from the request, the caller, and the targets.
#pragma once

#include <string>

#include "galen/plan/reading_state.h"

namespace galen::plan {

// `given`: known of the image before planning, or "".
void settle_modality(Reading& reading, const std::string& given);

}  // namespace galen::plan
