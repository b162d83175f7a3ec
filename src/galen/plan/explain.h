// Why something is declined, and what could be done instead, as sentences.
#pragma once

#include <string>

#include "galen/plan/linker.h"
#include "galen/plan/reading.h"

namespace galen::plan {

// Fills in text, explanation and nearest.
Decline explain(const DraftDecline& declined, const Draft& draft, const Linker& linker, const std::string& request);

}  // namespace galen::plan
