// The planner that needs nothing: no model, no network, the same plan for the same request every time.
#pragma once

#include <memory>

#include "galen/plan/planner.h"

namespace galen::plan {

std::unique_ptr<Planner> make_embedded_planner();

}  // namespace galen::plan
