// The answer to a request, as a value: everything that the report, the command line and the server show is in it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/image/image.h"
#include "galen/plan/plan.h"
#include "galen/runtime/predictor.h"

namespace galen::engine {

struct Point {
  double x = 0, y = 0;  // Pixel centres of the image
};

// A number with its unit and what it was computed from. Drawn as the given lines on the overlay.
struct Measurement {
  std::string name;         // "area", "vertical cup-to-disc ratio"
  std::string structure;    // "optic disc"; for ratios the two, "optic cup / optic disc"
  std::optional<double> value;  // None where it cannot be computed; `computed_from` then says why
  std::string unit;         // "pixels", "mm²", "%", "mm", "" for a ratio
  std::string computed_from;
  std::vector<std::pair<Point, Point>> lines;
};

enum class StepState { kDone, kSkipped, kFailed };

struct StepResult {
  plan::Step step;
  StepState state = StepState::kDone;
  std::string why;           // Why it was skipped or failed
  std::string outcome;       // "positive", "negative", "uncertain" or a class name
  std::string weights_sha256;
  std::optional<runtime::Segmentation> segmentation;
  std::optional<runtime::Classification> classification;
  std::vector<Measurement> measurements;
  std::vector<std::string> files;  // Relative to the output folder
  runtime::StepTimes times;
  double seconds = 0;
};

struct StudyResult {
  std::string request;
  std::string image_path;
  int image_width = 0, image_height = 0, image_depth = 1;
  std::string modality;
  std::string modality_from;  // "file", "recognised", "person", "request"
  plan::Plan plan;
  std::vector<StepResult> steps;
  std::vector<Measurement> measurements;  // Across steps (ratios)
  std::vector<std::string> warnings;
  double plan_seconds = 0;
  double total_seconds = 0;
};

}  // namespace galen::engine
