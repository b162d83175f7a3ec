// A plan as text for a person.
#pragma once

#include <string>

#include "galen/plan/plan.h"
#include "galen/zoo/catalogue.h"

namespace galen::cli {

// Each step with its input, its condition and the words it came from, then what is declined, why, and what could be
// done.
std::string plan_text(const plan::Plan& plan, const zoo::Catalogue& catalogue, const std::string& request);

}  // namespace galen::cli
