#include "galen/engine/answer.h"

#include "galen/engine/clock.h"

namespace galen::engine {

Result<StudyResult> ask(const std::string& request, const Study& study, const plan::Planner& planner,
                        StepRunner& runner, const RunOptions& options) {
  const Stopwatch watch;
  const Result<plan::Plan> plan = planner.plan({request, study.modality}, runner.catalogue());
  if (!plan) return plan.error();
  const double plan_seconds = watch.seconds();
  Result<StudyResult> result = run(*plan, study, runner, options);
  if (!result) return result.error();
  result->request = request;
  result->plan_seconds = plan_seconds;
  result->total_seconds += plan_seconds;
  return result;
}

}  // namespace galen::engine
