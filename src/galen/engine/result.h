// The answer to a request, as a value: everything that the report, the command line and the server show is in it.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "galen/image/image.h"
#include "galen/measure/mask.h"
#include "galen/plan/plan.h"
#include "galen/runtime/predictor.h"
#include "galen/zoo/card.h"

namespace galen::engine {

using Point = measure::Point;  // In pixels of the image; centres of pixels are at whole numbers

// A number with its unit and what it was computed from. Drawn as the given lines on the overlay.
struct Measurement {
  std::string name;             // "area", "vertical cup-to-disc ratio"
  std::string structure;        // "optic disc"; for ratios the two, "optic cup / optic disc"
  std::optional<double> value;  // None where it cannot be computed; `computed_from` then says why
  std::string unit;             // "pixels", "mm²", "%", "mm", "" for a ratio
  std::string computed_from;
  std::vector<std::pair<Point, Point>> lines;
  std::vector<std::string> line_texts;  // Beside each line: what it is and its length ("heart 312 px")
};

enum class StepState { kDone, kSkipped, kFailed };
std::string to_string(StepState state);

struct StepResult {
  plan::Step step;
  zoo::Card card;  // Of the step's weights, without its recipe
  StepState state = StepState::kDone;
  std::string why;             // Why it was skipped or failed
  std::string outcome;         // "positive", "negative", "uncertain" or a class name; empty where the step did not run
  std::string reported_class;  // Classification: the class that is reported, by threshold; empty where it abstained
  std::string weights_sha256;
  std::optional<runtime::Segmentation> segmentation;
  std::optional<runtime::Classification> classification;
  std::vector<Measurement> measurements;
  std::vector<std::string> files;  // Relative to the output folder
  runtime::StepTimes times;
  double seconds = 0;
};

// Probability of each class that the recogniser of modalities gave.
struct Recognition {
  std::string weights;
  std::vector<std::pair<std::string, double>> probabilities;
  bool certain = false;
};

struct StudyResult {
  std::string request;
  std::string image_path;
  std::string image_sha256;
  int image_width = 0, image_height = 0, image_depth = 1;
  int image_slice = 0, image_slices = 0;  // As in Study
  int image_channels = 1, image_stored_bits = 8;
  std::array<double, 3> spacing_mm = {1, 1, 1};
  image::SpacingKind spacing_kind = image::SpacingKind::kUnknown;
  std::string modality;       // Code ("cxr"); "" where it is not known
  std::string modality_name;  // "chest x-ray"
  std::string modality_from;  // "file", "recognised", "person", "request", "" where it is not known
  std::optional<Recognition> recognition;
  plan::Plan plan;
  std::vector<StepResult> steps;
  std::vector<Measurement> measurements;  // Across steps (ratios)
  std::vector<std::string> warnings;
  std::vector<std::string> files;  // Of the whole study (report.html, …), relative to the output folder
  std::string galen_version;
  std::string runtime_version;
  std::string processor;
  double read_seconds = 0;  // Opening the image
  double recognise_seconds = 0;
  double plan_seconds = 0;
  double total_seconds = 0;  // From the request to the last measurement; writing files comes on top
};

// Nothing in the request could be planned for this image. The command line's exit status 3.
bool is_refused(const StudyResult& result);
int failed_steps(const StudyResult& result);

}  // namespace galen::engine
