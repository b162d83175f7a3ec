#include "galen/engine/result.h"

#include <algorithm>

namespace galen::engine {

std::string to_string(StepState state) {
  switch (state) {
    case StepState::kDone:
      return "done";
    case StepState::kSkipped:
      return "skipped";
    case StepState::kFailed:
      return "failed";
  }
  return "failed";
}

bool is_refused(const StudyResult& result) { return result.steps.empty(); }

int failed_steps(const StudyResult& result) {
  return static_cast<int>(std::count_if(result.steps.begin(), result.steps.end(),
                                        [](const StepResult& step) { return step.state == StepState::kFailed; }));
}

}  // namespace galen::engine
