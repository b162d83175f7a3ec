// galen ask "REQUEST" IMAGE…
#include "galen/cli/commands.h"
#include "galen/cli/study_answers.h"
#include "galen/engine/answer.h"

namespace galen::cli {

Result<int> run_ask(const Arguments& arguments, Console& console) {
  const Result<std::unique_ptr<plan::Planner>> planner = plan::make_planner(arguments.text("planner", "embedded"));
  if (!planner) return usage_error(planner.error().message);
  const auto likely = [&](const zoo::Catalogue& catalogue) {
    const std::string modality = zoo::modality_code(catalogue, arguments.text("modality"));
    const Result<plan::Plan> guess = (*planner)->plan({arguments.text("REQUEST"), modality}, catalogue);
    return guess ? weights_of(*guess) : std::vector<std::string>{};
  };
  const auto answer = [&](const engine::Study& study, engine::StepRunner& runner) {
    return engine::ask(arguments.text("REQUEST"), study, **planner, runner);
  };
  return answer_studies(arguments, likely, answer, console);
}

}  // namespace galen::cli
