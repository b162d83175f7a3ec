#include "galen/report/words.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace galen::report {
namespace {

std::string formatted(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string grouped(double value) {
  std::string digits = formatted("%.0f", std::abs(value));
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return (value < 0 ? "-" : "") + digits;
}

std::string capitalised(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string reason_words(plan::DeclineReason reason) {
  switch (reason) {
    case plan::DeclineReason::kNoWeights:
      return "galen has no weights for it";
    case plan::DeclineReason::kWrongModality:
      return "the image is of another kind";
    case plan::DeclineReason::kNotImaging:
      return "it is not a question about an image";
    case plan::DeclineReason::kUnclear:
      return "it is not clear what is asked";
  }
  return "it is not clear what is asked";
}

std::string segmentation_sentence(const engine::StepResult& step) {
  if (step.outcome == "negative") return "No " + step.card.target + " was found.";
  std::string figures;
  for (const engine::Measurement& measurement : step.measurements) {
    if (!measurement.value || is_restated(measurement, step.measurements)) continue;
    const bool whole = measurement.structure == step.card.target || step.card.labels.size() == 1;
    figures += (figures.empty() ? ": " : "; ") + (whole ? "" : measurement.structure + " ") + measurement.name + " " +
               value_text(measurement);
  }
  return capitalised(step.card.target) + " outlined" + figures + ".";
}

std::string classification_sentence(const engine::StepResult& step) {
  std::string shares;
  for (std::size_t c = 0; c < step.card.classes.size() && c < step.classification->probabilities.size(); ++c) {
    shares += (shares.empty() ? "" : ", ") + step.card.classes[c].name + " " +
              percent_text(step.classification->probabilities[c]);
  }
  const std::string why = step.outcome == "uncertain" ? ", between the thresholds of a decision" : "";
  return capitalised(step.card.target) + ": " + outcome_text(step) + why + " (" + shares + ").";
}

std::string step_sentence(const engine::StepResult& step) {
  const std::string name = capitalised(step.card.target.empty() ? step.step.weights : step.card.target);
  if (step.state == engine::StepState::kSkipped) return name + " was not looked at: " + step.why + ".";
  if (step.state == engine::StepState::kFailed) return "The step for " + name + " could not be run: " + step.why + ".";
  if (step.segmentation) return segmentation_sentence(step);
  if (step.classification) return classification_sentence(step);
  return name + " done.";
}

}  // namespace

std::string value_text(const engine::Measurement& measurement) {
  if (!measurement.value) return "not available";
  const double value = *measurement.value;
  if (measurement.unit.empty()) {
    const bool whole = measurement.name == "count" || measurement.name == "holes";
    return formatted(whole ? "%.0f" : "%.2f", value);
  }
  if (measurement.unit == "%") return formatted(value < 1 ? "%.2f" : "%.1f", value) + " %";
  if (measurement.unit == "pixels" || measurement.unit == "voxels") return grouped(value) + " " + measurement.unit;
  if (std::abs(value) >= 1000) return grouped(value) + " " + measurement.unit;
  return formatted("%.1f", value) + " " + measurement.unit;
}

bool is_restated(const engine::Measurement& measurement, const std::vector<engine::Measurement>& all) {
  if (measurement.unit != "pixels" && measurement.unit != "voxels") return false;
  return std::any_of(all.begin(), all.end(), [&](const engine::Measurement& other) {
    return other.name == measurement.name && other.structure == measurement.structure && other.unit != measurement.unit;
  });
}

std::string percent_text(double share) {
  // A probability is never shown as certainty that the figures do not hold.
  if (share > 0.999 && share < 1) return "> 99.9 %";
  if (share < 0.001 && share > 0) return "< 0.1 %";
  return formatted("%.1f", 100 * share) + " %";
}

std::string outcome_text(const engine::StepResult& step) {
  if (step.segmentation) return step.outcome == "positive" ? "found" : "not found";
  const bool two_sided = step.outcome == "positive" || step.outcome == "negative";
  if (!two_sided) return step.outcome;
  // "negative, benign" says more than "negative"; "negative, normal" does not.
  const bool plain = step.reported_class.empty() || step.reported_class == "normal" ||
                     step.reported_class == step.card.target || step.reported_class == step.outcome;
  return plain ? step.outcome : step.outcome + ", " + step.reported_class;
}

std::string seconds_text(double seconds) {
  return seconds < 1 ? formatted("%.0f", seconds * 1000) + " ms" : formatted("%.2f", seconds) + " s";
}

std::string slug(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 128) {
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  while (!result.empty() && result.back() == '-') result.pop_back();
  if (result.size() > 60) result.resize(60);
  return result.empty() ? "step" : result;
}

std::vector<std::string> answer_sentences(const engine::StudyResult& result) {
  std::vector<std::string> sentences;
  for (const engine::Measurement& measurement : result.measurements) {
    std::string sentence = capitalised(measurement.name) + ": " + value_text(measurement);
    sentence += " (" + measurement.computed_from + ").";
    sentences.push_back(std::move(sentence));
  }
  for (const engine::StepResult& step : result.steps) sentences.push_back(step_sentence(step));
  for (const plan::Decline& decline : result.plan.declined) {
    std::string sentence = "Declined";
    if (!decline.text.empty()) sentence += " \"" + decline.text + "\"";
    sentence += ": " + (decline.explanation.empty() ? reason_words(decline.reason) : decline.explanation);
    if (sentence.back() != '.') sentence += '.';
    sentences.push_back(std::move(sentence));
  }
  if (sentences.empty()) sentences.push_back("Nothing was asked that could be answered.");
  return sentences;
}

std::string image_text(const engine::StudyResult& result) {
  std::string text = std::to_string(result.image_width) + " x " + std::to_string(result.image_height);
  if (result.image_depth > 1) text += " x " + std::to_string(result.image_depth) + " voxels";
  else text += " pixels";
  if (result.image_slice > 0) {
    text += ", slice " + std::to_string(result.image_slice) + " of " + std::to_string(result.image_slices);
  }
  if (result.modality_name.empty()) return text + ", of unknown kind";
  text += ", " + result.modality_name;
  if (result.modality_from == "file") text += " (as the file says)";
  if (result.modality_from == "recognised") text += " (recognised from the picture)";
  if (result.modality_from == "person") text += " (as you said)";
  if (result.modality_from == "request") text += " (taken from the request, not checked)";
  return text;
}

}  // namespace galen::report
