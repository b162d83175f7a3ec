#include "galen/engine/result_json.h"

#include <cmath>

#include "galen/engine/result_schema_text.h"

namespace galen::engine {
namespace {

// Six significant decimals are more than any figure here is worth and keep the file readable.
double rounded(double value) { return std::isfinite(value) ? std::round(value * 1e6) / 1e6 : 0; }

Json point_json(const Point& point) { return Json::array({rounded(point.x), rounded(point.y)}); }

std::string kind_name(image::SpacingKind kind) {
  switch (kind) {
    case image::SpacingKind::kPatient:
      return "patient";
    case image::SpacingKind::kDetector:
      return "detector";
    case image::SpacingKind::kUnknown:
      break;
  }
  return "unknown";
}

Json measurements_json(const std::vector<Measurement>& measurements) {
  Json list = Json::array();
  for (const Measurement& measurement : measurements) list.push_back(to_json(measurement));
  return list;
}

Json image_json(const StudyResult& result) {
  Json spacing = nullptr;
  if (result.spacing_kind != image::SpacingKind::kUnknown) spacing = result.spacing_mm;
  Json slice = nullptr;
  if (result.image_slice > 0) slice = {{"number", result.image_slice}, {"of", result.image_slices}};
  return {{"path", result.image_path},
          {"sha256", result.image_sha256},
          {"width", result.image_width},
          {"height", result.image_height},
          {"depth", result.image_depth},
          {"slice", std::move(slice)},
          {"channels", result.image_channels},
          {"stored_bits", result.image_stored_bits},
          {"spacing_mm", std::move(spacing)},
          {"spacing_kind", kind_name(result.spacing_kind)},
          {"modality", result.modality},
          {"modality_name", result.modality_name},
          {"modality_from", result.modality_from}};
}

Json recognition_json(const std::optional<Recognition>& recognition) {
  if (!recognition) return nullptr;
  Json probabilities = Json::object();
  for (const auto& [name, probability] : recognition->probabilities) probabilities[name] = rounded(probability);
  return {{"weights", recognition->weights},
          {"probabilities", std::move(probabilities)},
          {"certain", recognition->certain}};
}

Json step_json(const StepResult& step) {
  const zoo::Card& card = step.card;
  Json document = {{"task", zoo::to_string(step.step.task)},
                   {"target", card.target},
                   {"weights",
                    {{"id", step.step.weights},
                     {"sha256", step.weights_sha256},
                     {"licence", card.licence},
                     {"intended_use", card.intended_use},
                     {"limits", card.limits},
                     {"datasets", card.datasets},
                     {"figures", card.figures}}}};
  document["input"] = step.step.input ? Json(*step.step.input) : Json("image");
  document["when"] = nullptr;
  if (step.step.when) document["when"] = {{"step", step.step.when->step}, {"outcome", step.step.when->outcome}};
  document["state"] = to_string(step.state);
  document["why"] = step.why;
  document["outcome"] = step.outcome;
  if (step.segmentation) {
    document["labels"] = Json::array();
    for (const zoo::Label& label : card.labels) {
      document["labels"].push_back({{"value", label.value}, {"name", label.name}, {"colour", label.colour}});
    }
    document["confidence"] = rounded(step.segmentation->confidence);
  }
  if (step.classification) {
    document["class"] = step.reported_class;
    Json probabilities = Json::object();
    for (std::size_t c = 0; c < card.classes.size() && c < step.classification->probabilities.size(); ++c) {
      probabilities[card.classes[c].name] = rounded(step.classification->probabilities[c]);
    }
    document["probabilities"] = std::move(probabilities);
    document["threshold"] = card.output.threshold;
    if (card.output.abstain_low_high) document["abstain"] = *card.output.abstain_low_high;
    document["confidence"] = rounded(step.classification->confidence);
  }
  document["measurements"] = measurements_json(step.measurements);
  document["files"] = step.files;
  document["seconds"] = {{"load", rounded(step.times.load_seconds)},
                         {"preprocess", rounded(step.times.preprocess_seconds)},
                         {"network", rounded(step.times.network_seconds)},
                         {"postprocess", rounded(step.times.postprocess_seconds)},
                         {"total", rounded(step.seconds)}};
  return document;
}

}  // namespace

Json to_json(const Measurement& measurement) {
  Json lines = Json::array();
  for (std::size_t i = 0; i < measurement.lines.size(); ++i) {
    const auto& [from, to] = measurement.lines[i];
    lines.push_back({{"from", point_json(from)},
                     {"to", point_json(to)},
                     {"text", i < measurement.line_texts.size() ? measurement.line_texts[i] : ""}});
  }
  return {
      {"name", measurement.name},
      {"structure", measurement.structure},
      {"value", measurement.value && std::isfinite(*measurement.value) ? Json(rounded(*measurement.value)) : Json()},
      {"unit", measurement.unit},
      {"computed_from", measurement.computed_from},
      {"lines", std::move(lines)}};
}

Json to_json(const StudyResult& result) {
  Json document = {{"request", result.request},
                   {"image", image_json(result)},
                   {"recognition", recognition_json(result.recognition)},
                   {"plan", plan::to_json(result.plan, result.request)}};
  document["steps"] = Json::array();
  for (const StepResult& step : result.steps) document["steps"].push_back(step_json(step));
  document["measurements"] = measurements_json(result.measurements);
  document["declined"] = Json::array();
  for (const plan::Decline& decline : result.plan.declined) {
    document["declined"].push_back({{"reason", plan::to_string(decline.reason)},
                                    {"text", decline.text},
                                    {"explanation", decline.explanation},
                                    {"nearest", decline.nearest}});
  }
  document["warnings"] = result.warnings;
  document["files"] = result.files;
  document["versions"] = {
      {"galen", result.galen_version}, {"runtime", result.runtime_version}, {"processor", result.processor}};
  document["seconds"] = {{"read", rounded(result.read_seconds)},
                         {"recognise", rounded(result.recognise_seconds)},
                         {"plan", rounded(result.plan_seconds)},
                         {"total", rounded(result.total_seconds)}};
  return document;
}

const std::string& result_schema() {
  static const std::string text = kResultSchemaText;
  return text;
}

}  // namespace galen::engine
