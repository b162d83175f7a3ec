// Runs a plan over a study.
#pragma once

#include "galen/base/progress.h"
#include "galen/engine/result.h"
#include "galen/engine/study.h"

namespace galen::engine {

struct RunOptions {
  bool probabilities = false;  // Keep the probability maps of segmentations
  Progress progress;           // One call a step
};

// Validates the plan against the runner's catalogue, then runs its steps in order.
// - A step whose condition does not hold, or whose input did not come about, is skipped and says why; so is one that
//   depends on a step that abstained ("uncertain") or failed.
// - A segmentation is positive where its mask is not empty. A classification's outcome comes from its calibrated
//   probability and the card's thresholds; between them it is "uncertain".
// - A step that fails keeps its error; the other steps' results stay.
// - Measurements: those that each card lists, those that the plan asks for, and the ratios that the structures found
// allow. Fails only for an invalid plan and when interrupted (kInterrupted). A plan whose modality is not the study's
// has its steps refused: they become declines.
Result<StudyResult> run(const plan::Plan& plan, const Study& study, StepRunner& runner, const RunOptions& options = {});

// Whether the step's outcome is the one that the condition asks for. "positive" means any class that is not a normal
// one.
bool condition_holds(const plan::Condition& condition, const StepResult& step);

}  // namespace galen::engine
