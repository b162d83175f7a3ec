// From words and an image to the answer.
#pragma once

#include <string>

#include "galen/engine/execute.h"
#include "galen/plan/planner.h"

namespace galen::engine {

// Plans the request for the study and runs the plan. What cannot be answered is in the result's declines (is_refused()
// tells whether that is all of it), not an error.
Result<StudyResult> ask(const std::string& request, const Study& study, const plan::Planner& planner,
                        StepRunner& runner, const RunOptions& options = {});

}  // namespace galen::engine
