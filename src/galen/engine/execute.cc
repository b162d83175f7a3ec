#include "galen/engine/execute.h"

#include <algorithm>

#include "galen/base/threads.h"
#include "galen/engine/clock.h"
#include "galen/engine/measurements.h"
#include "galen/engine/version.h"

namespace galen::engine {
namespace {

const zoo::Class* class_named(const zoo::Card& card, const std::string& name) {
  for (const zoo::Class& one : card.classes) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

// None where the answer does not fit the card.
const zoo::Class* reported_class(const zoo::Card& card, const runtime::Classification& answer) {
  const auto best = static_cast<std::size_t>(answer.best);
  return best < card.classes.size() ? &card.classes[best] : nullptr;
}

bool mask_is_empty(const image::LabelMap& mask) {
  return std::all_of(mask.labels.begin(), mask.labels.end(), [](std::uint8_t label) { return label == 0; });
}

std::string step_name(const StepResult& step, int index) {
  return "step " + std::to_string(index + 1) + " (" + step.card.target + ")";
}

// Why the step is not to be run because of an earlier one; empty where it may run.
std::string obstacle(const plan::Step& step, const std::vector<StepResult>& earlier) {
  if (step.when) {
    const StepResult& asked = earlier[static_cast<std::size_t>(step.when->step)];
    const std::string name = step_name(asked, step.when->step);
    if (asked.state == StepState::kFailed) return name + " failed, so that its condition is not known";
    if (asked.state == StepState::kSkipped) return name + " was not run, so that its condition is not known";
    if (asked.outcome == "uncertain") return name + " is uncertain, so that its condition is not known";
    if (!condition_holds(*step.when, asked)) {
      return "it was asked for only if " + name + " is " + step.when->outcome + ", and the answer was " +
             (asked.reported_class.empty() ? asked.outcome : asked.reported_class);
    }
  }
  if (step.input) {
    const StepResult& source = earlier[static_cast<std::size_t>(*step.input)];
    const std::string name = step_name(source, *step.input);
    if (source.state == StepState::kFailed) return name + ", whose mask it needs, failed";
    if (source.state == StepState::kSkipped) return name + ", whose mask it needs, was not run";
    if (source.outcome == "negative") return name + ", whose mask it needs, found nothing";
  }
  return "";
}

Status run_step(StepResult& result, const Study& study, const image::LabelMap* within, StepRunner& runner,
                const RunOptions& options) {
  if (const Status supported = zoo::check_supported(result.card); !supported) return supported;
  if (study.image.is_volume()) {
    return Error{result.step.weights + " works on single images, and this is a volume of " +
                 std::to_string(study.image.depth) + " slices; choose one with --slice"};
  }
  switch (result.step.task) {
    case zoo::Task::kSegment: {
      runtime::SegmentOptions segment_options;
      segment_options.probabilities = options.probabilities;
      segment_options.within = within;
      Result<runtime::Segmentation> answer =
          runner.segment(result.step.weights, study.image, segment_options, &result.times);
      if (!answer) return answer.error();
      result.outcome = mask_is_empty(answer->mask) ? "negative" : "positive";
      result.segmentation = std::move(*answer);
      return {};
    }
    case zoo::Task::kClassify: {
      Result<runtime::Classification> answer = runner.classify(result.step.weights, study.image, within, &result.times);
      if (!answer) return answer.error();
      if (answer->abstained) {
        result.outcome = "uncertain";
      } else if (const zoo::Class* reported = reported_class(result.card, *answer)) {
        result.reported_class = reported->name;
        const bool two_sided =
            result.card.classes.size() == 2 && result.card.classes[0].normal != result.card.classes[1].normal;
        result.outcome = reported->normal ? "negative" : two_sided ? "positive" : reported->name;
      } else {
        return Error{result.step.weights + " gave no probability for any class of its card"};
      }
      result.classification = std::move(*answer);
      return {};
    }
    case zoo::Task::kPrognose:
      break;
  }
  return Error{"prognosis cannot be run by this version of galen"};
}

// What the recogniser gives the modality that it could not tell from others with certainty; 1 where it was not asked.
double recognised_probability(const Study& study, const zoo::Catalogue& catalogue, const std::string& modality) {
  if (!study.recognition) return 1;
  double probability = 0;
  for (const auto& [name, share] : study.recognition->probabilities) {
    if (zoo::modality_code(catalogue, name) == modality) probability += share;
  }
  return probability;
}

// Below it, an image whose modality is uncertain is not taken for what the request says that it is.
constexpr double kLeastProbability = 0.05;

// The modality that the steps of a valid plan work on; "" where all of them work on any.
std::string modality_of(const plan::Plan& plan, const zoo::Catalogue& catalogue) {
  for (const plan::Step& step : plan.steps) {
    const zoo::Entry* entry = catalogue.find(step.weights);
    if (entry != nullptr && entry->modality != zoo::kAnyModality) return entry->modality;
  }
  return "";
}

std::string mismatch_sentence(const Study& study, const zoo::Catalogue& catalogue, const std::string& weights,
                              const std::string& wanted) {
  if (study.none_of_these) return "The picture is not of a kind that galen knows; if it is, say so with --modality.";
  const std::string works_on = zoo::modality_name(catalogue, wanted);
  if (study.modality.empty()) {
    return "The picture does not look like " + works_on + ", on which " + weights +
           " works; if it is, say so with --modality.";
  }
  return "The image is " + zoo::modality_name(catalogue, study.modality) + ", and " + weights + " works on " +
         works_on + ".";
}

// The steps of a plan for an image of another modality than the study's are taken out and declined.
plan::Plan refuse_other_modality(plan::Plan plan, const Study& study, const zoo::Catalogue& catalogue) {
  const std::string wanted = modality_of(plan, catalogue);
  if (wanted.empty()) return plan;
  const bool fits = study.modality.empty() ? recognised_probability(study, catalogue, wanted) >= kLeastProbability
                                           : wanted == study.modality;
  if (fits && !study.none_of_these) return plan;
  for (const plan::Step& step : plan.steps) {
    const zoo::Entry* entry = catalogue.find(step.weights);
    plan::Decline decline;
    decline.reason = plan::DeclineReason::kWrongModality;
    decline.text = entry == nullptr ? step.weights : entry->target;
    decline.explanation = mismatch_sentence(study, catalogue, step.weights, wanted);
    decline.from = step.from;
    plan.declined.push_back(std::move(decline));
  }
  plan.steps.clear();
  return plan;
}

StudyResult begin_result(const Study& study) {
  StudyResult result;
  result.image_path = study.path;
  result.image_sha256 = study.sha256;
  result.image_width = study.image.width;
  result.image_height = study.image.height;
  result.image_depth = study.image.depth;
  result.image_slice = study.slice;
  result.image_slices = study.slices;
  result.image_channels = study.image.channels;
  result.image_stored_bits = study.image.stored_bits;
  result.spacing_mm = study.image.geometry.spacing_mm();
  result.spacing_kind = study.image.spacing_kind;
  result.modality = study.modality;
  result.modality_from = study.modality_from;
  result.recognition = study.recognition;
  result.warnings = study.warnings;
  result.read_seconds = study.read_seconds;
  result.recognise_seconds = study.recognise_seconds;
  result.galen_version = galen_version();
  result.runtime_version = runtime::runtime_version();
  result.processor = runtime::processor_description();
  return result;
}

}  // namespace

bool condition_holds(const plan::Condition& condition, const StepResult& step) {
  if (step.outcome.empty() || step.outcome == "uncertain") return false;
  const zoo::Class* reported = class_named(step.card, step.reported_class);
  const bool positive = reported != nullptr ? !reported->normal : step.outcome != "negative";
  if (condition.outcome == "positive") return positive;
  if (condition.outcome == "negative") return !positive;
  return condition.outcome == step.reported_class || condition.outcome == step.outcome;
}

Result<StudyResult> run(const plan::Plan& plan, const Study& study, StepRunner& runner, const RunOptions& options) {
  const Stopwatch watch;
  const zoo::Catalogue catalogue = runner.catalogue();
  // Whether the image is of the plan's modality is not a fault of the plan: it is declined below.
  if (Status status = plan::validate(plan, catalogue, ""); !status) return status.error();
  StudyResult result = begin_result(study);
  result.plan = refuse_other_modality(plan, study, catalogue);
  if (result.modality.empty()) {
    result.modality = modality_of(result.plan, catalogue);
    if (!result.modality.empty()) result.modality_from = "request";
  }
  result.modality_name = zoo::modality_name(catalogue, result.modality);

  for (std::size_t index = 0; index < result.plan.steps.size(); ++index) {
    if (interrupted()) return Error{"interrupted", ErrorKind::kInterrupted};
    tell(options.progress, index, result.plan.steps.size(), result.plan.steps[index].weights);
    const Stopwatch step_watch;
    StepResult step;
    step.step = result.plan.steps[index];
    Result<zoo::Card> card = runner.card(step.step.weights);
    if (!card) {
      step.state = StepState::kFailed;
      step.why = card.error().message;
      result.steps.push_back(std::move(step));
      continue;
    }
    step.card = std::move(*card);
    step.card.recipe = Json::object();
    step.weights_sha256 = step.card.network.sha256;
    step.why = obstacle(step.step, result.steps);
    if (!step.why.empty()) {
      step.state = StepState::kSkipped;
    } else {
      const image::LabelMap* within =
          step.step.input ? &result.steps[static_cast<std::size_t>(*step.step.input)].segmentation->mask : nullptr;
      if (Status status = run_step(step, study, within, runner, options); !status) {
        if (status.error().kind == ErrorKind::kInterrupted) return status.error();
        step.state = StepState::kFailed;
        step.why = status.error().message;
      } else {
        step.measurements = measure_step(step, study.image, result.plan.measurements);
      }
    }
    step.seconds = step_watch.seconds();
    result.steps.push_back(std::move(step));
  }
  tell(options.progress, result.plan.steps.size(), result.plan.steps.size(), "measuring");
  result.measurements = measure_across(result.steps, study.image, result.plan.measurements);
  for (std::string& warning : measurement_warnings(result.plan.measurements, result.measurements)) {
    result.warnings.push_back(std::move(warning));
  }
  result.total_seconds = study.read_seconds + study.recognise_seconds + watch.seconds();
  return result;
}

}  // namespace galen::engine
