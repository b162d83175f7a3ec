// galen run PLAN.json IMAGE… -o DIR
#include "galen/cli/commands.h"
#include "galen/cli/study_answers.h"
#include "galen/engine/execute.h"

namespace galen::cli {

Result<int> run_run(const Arguments& arguments, Console& console) {
  const std::string path = arguments.text("PLAN.json");
  const Result<Json> document = read_json_file(path);
  if (!document) return document.error();
  const Result<plan::Plan> plan = plan::parse_plan(*document);
  if (!plan) return plan.error_in(path);
  const auto likely = [&](const zoo::Catalogue&) { return weights_of(*plan); };
  const auto answer = [&](const engine::Study& study, engine::StepRunner& runner) {
    return engine::run(*plan, study, runner);
  };
  return answer_studies(arguments, likely, answer, console);
}

}  // namespace galen::cli
