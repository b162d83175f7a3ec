// galen plan "REQUEST" IMAGE: the plan for what the image is.
#include "galen/cli/commands.h"
#include "galen/cli/open_predictor.h"
#include "galen/cli/study_answers.h"

namespace galen::cli {

Result<int> run_plan_of_image(const Arguments& arguments, Console& console) {
  const Result<runtime::Predictor*> predictor = open_predictor(arguments);
  if (!predictor) return predictor.error();
  engine::PredictorRunner runner(**predictor);
  const Result<engine::Study> study = engine::open_study(arguments.text("IMAGE"), runner, study_options(arguments));
  if (!study) return study.error();
  if (study->none_of_these) {
    return refusal(arguments.text("IMAGE") +
                   " is none of the kinds of image that galen knows; --modality overrules this.");
  }
  for (const std::string& warning : study->warnings) console.say(warning + ".");
  Arguments known = arguments;
  if (!study->modality.empty()) known.values["modality"] = {study->modality};
  return run_plan(known, console);
}

}  // namespace galen::cli
