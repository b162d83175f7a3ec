#include "galen/cli/study_answers.h"

#include <algorithm>
#include <memory>

#include "galen/base/threads.h"
#include "galen/cli/inputs.h"
#include "galen/cli/open_predictor.h"
#include "galen/engine/preload.h"
#include "galen/engine/result_json.h"
#include "galen/report/output.h"
#include "galen/report/summary.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

int status_of(const engine::StudyResult& result) {
  if (engine::is_refused(result)) return kExitRefused;
  return engine::failed_steps(result) > 0 ? kExitFailed : kExitDone;
}

int status_of_all(const std::vector<int>& statuses) {
  const bool alike =
      std::all_of(statuses.begin(), statuses.end(), [&](int status) { return status == statuses.front(); });
  return alike ? statuses.front() : kExitPartial;
}

}  // namespace

engine::StudyOptions study_options(const Arguments& arguments) {
  engine::StudyOptions options;
  options.modality = arguments.text("modality");
  if (arguments.has("slice")) options.slice = arguments.integer("slice", 1);
  return options;
}

std::vector<std::string> weights_of(const plan::Plan& plan) {
  std::vector<std::string> weights;
  for (const plan::Step& step : plan.steps) weights.push_back(step.weights);
  return weights;
}

Result<int> answer_studies(const Arguments& arguments, const LikelyEntries& likely, const AnswerStudy& answer,
                           Console& console) {
  const Result<std::vector<fs::path>> images = expand_inputs(arguments.list("IMAGE"));
  if (!images) return images.error();
  const bool several = images->size() > 1;
  if (several && arguments.has("output")) {
    if (const Status distinct = refuse_same_names(*images); !distinct) return distinct.error();
  }
  const Result<runtime::Predictor*> predictor = open_predictor(arguments);
  if (!predictor) return predictor.error();
  engine::PredictorRunner runner(**predictor);
  const engine::Preload preload(runner, [&] { return likely(runner.catalogue()); });

  const engine::StudyOptions options = study_options(arguments);
  const auto answer_one = [&](const fs::path& image) -> Result<engine::StudyResult> {
    const Result<engine::Study> study = engine::open_study(image, runner, options);
    if (!study) return study.error();
    Result<engine::StudyResult> result = answer(*study, runner);
    if (!result || !arguments.has("output")) return result;
    const fs::path folder =
        several ? fs::path(arguments.text("output")) / base_name(image) : fs::path(arguments.text("output"));
    if (const Status written = report::write_output(*result, study->image, folder); !written) return written.error();
    return result;
  };

  std::vector<int> statuses;
  Json documents = Json::array();
  const Progress progress = console.progress();
  for (const fs::path& image : *images) {
    tell(progress, statuses.size(), images->size(), image.string());
    const Result<engine::StudyResult> result = answer_one(image);
    if (!result) {
      // What is wrong with the command is wrong for every image.
      if (!several || result.error().kind == ErrorKind::kUsage || interrupted()) return result.error();
      console.say(result.error().message);
      statuses.push_back(exit_status(result.error()));
      documents.push_back({{"image", image.string()}, {"error", result.error().message}});
      continue;
    }
    statuses.push_back(status_of(*result));
    if (arguments.has("json")) {
      documents.push_back(engine::to_json(*result));
    } else {
      console.print(report::summary_text(*result));
    }
  }
  if (arguments.has("json")) console.print_pretty(several ? documents : documents.front());
  return status_of_all(statuses);
}

}  // namespace galen::cli
