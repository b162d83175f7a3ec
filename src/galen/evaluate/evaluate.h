// How good a zoo entry is on labelled cases, through the same path that answers requests.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/progress.h"
#include "galen/base/result.h"
#include "galen/evaluate/cases.h"
#include "galen/measure/bootstrap.h"
#include "galen/runtime/predictor.h"

namespace galen::evaluate {

struct Options {
  measure::BootstrapOptions bootstrap;
  bool hausdorff = true;  // HD95 takes most of the time on large masks
  Progress progress;
};

// `rows`: one object an image, in the order of the cases. `summary`: means with 95 % intervals, for all images and for
// each domain where there are several. HD95 is in mm where the spacing of every image is known, else in pixels.
struct Evaluation {
  std::vector<Json> rows;
  Json summary;
};

// Figures of one label of one image.
struct SegmentationFigures {
  double dice = 0, iou = 0, sensitivity = 0, specificity = 0;
  std::optional<double> hausdorff95;     // In pixels; none where one of the masks is empty
  std::optional<double> hausdorff95_mm;  // Where a spacing was given
};

using Spacing = std::array<double, 3>;  // In mm

// `truth` has 1 where the label is; pixels where `within` (may be null) is 0 are left out of all figures but the
// distance.
Result<SegmentationFigures> compare_masks(const image::LabelMap& predicted, int predicted_value,
                                          const image::LabelMap& truth, const image::LabelMap* within, bool hausdorff,
                                          const std::optional<Spacing>& spacing = std::nullopt);

// A classified case: the calibrated probabilities by class.
struct ClassifiedCase {
  std::string id;
  std::string domain;
  int truth = 0;
  std::vector<double> probabilities;
  bool positive = false;
  bool abstained = false;
};

// Summary of segmentation rows (as evaluate() makes them) and of classified cases.
Json summarise_segmentation(const std::vector<Json>& rows, const Options& options);
Json summarise_classification(const std::vector<ClassifiedCase>& cases, const zoo::Card& card, const Options& options);

// Runs the entry on each case. Cases without a mask (segmentation) or class (classification) are left out; fails where
// none is left, and on an image that cannot be read.
Result<Evaluation> evaluate(runtime::Predictor& predictor, const zoo::Card& card, const std::vector<Case>& cases,
                            const Options& options = {});

struct ChosenCases {
  std::vector<Case> cases;
  bool unsplit = false;  // The table has no split column, and all of its rows were taken
};

// The cases of `galen eval TASK CASES.csv`: the table's rows of the split ("train", "val" or another value of the split
// column; "all"; "" takes val, or all rows where there is no split column), read as the card's own recipe reads the
// data set of the same folder name, else with mask values equal to the label values. `domain`: only rows of it, unless
// empty.
Result<ChosenCases> cases_for_card(const zoo::Card& card, const std::filesystem::path& table, const std::string& split,
                                   const std::string& domain = "");

}  // namespace galen::evaluate
