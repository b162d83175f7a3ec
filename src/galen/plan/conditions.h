// What a condition of the request depends on: a step of the draft and an outcome of it.
#pragma once

#include <optional>

#include "galen/plan/reading_state.h"

namespace galen::plan {

// Adds the step that the condition is on where it is not there. None where the condition says nothing that can be held
// against a step.
std::optional<StepCondition> evaluate(Reading& reading, const Clause& clause);

// The condition, where its step can have such an outcome.
std::optional<StepCondition> checked(const Reading& reading, StepCondition condition);

}  // namespace galen::plan
