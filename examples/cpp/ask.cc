// Asks galen about an image from C++:
//
//   ask "Trace the vessels" retina.jpg [ZOO]
#include <cstdio>
#include <memory>

#include "galen/engine/answer.h"
#include "galen/plan/planner.h"
#include "galen/runtime/predictor.h"
#include "galen/zoo/zoo.h"

namespace {

int fail(const galen::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "ask REQUEST IMAGE [ZOO]\n");
    return 2;
  }
  galen::Result<galen::zoo::Zoo> zoo = galen::zoo::Zoo::open(argc > 3 ? argv[3] : GALEN_ZOO);
  if (!zoo) return fail(zoo.error());
  galen::runtime::Predictor predictor(std::move(*zoo));
  galen::engine::PredictorRunner runner(predictor);

  const galen::Result<std::unique_ptr<galen::plan::Planner>> planner = galen::plan::make_planner();
  if (!planner) return fail(planner.error());
  const galen::Result<galen::engine::Study> study = galen::engine::open_study(argv[2], runner);
  if (!study) return fail(study.error());
  const galen::Result<galen::engine::StudyResult> result = galen::engine::ask(argv[1], *study, **planner, runner);
  if (!result) return fail(result.error());

  for (const galen::engine::StepResult& step : result->steps) {
    std::printf("%s: %s\n", step.step.weights.c_str(), step.outcome.empty() ? step.why.c_str() : step.outcome.c_str());
    for (const galen::engine::Measurement& measurement : step.measurements) {
      if (!measurement.value) continue;
      std::printf("  %s of %s: %g %s\n", measurement.name.c_str(), measurement.structure.c_str(), *measurement.value,
                  measurement.unit.c_str());
    }
  }
  for (const galen::plan::Decline& decline : result->plan.declined) {
    std::printf("declined: %s\n", decline.explanation.c_str());
  }
  return galen::engine::is_refused(*result) ? 3 : 0;
}
