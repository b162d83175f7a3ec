#include "galen/evaluate/evaluate.h"

#include <algorithm>

#include "galen/dicom/open_image.h"
#include "galen/image/read.h"
#include "galen/measure/overlap.h"
#include "galen/measure/surface.h"

namespace galen::evaluate {
namespace {

Json number_or_null(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

// 1 where any of the label's channels is set.
image::LabelMap truth_of(const zoo::Label& label, const ChannelMap& channels) {
  int wanted = 0;
  for (const int channel : label.channels) wanted |= 1 << channel;
  image::LabelMap truth = channels.bits;
  for (std::uint8_t& value : truth.labels) value = (value & wanted) != 0 ? 1 : 0;
  return truth;
}

bool knows(const zoo::Label& label, const ChannelMap& channels) {
  return std::all_of(label.channels.begin(), label.channels.end(),
                     [&](int channel) { return (channels.known & (1 << channel)) != 0; });
}

Result<Json> segment_one(runtime::Predictor& predictor, const zoo::Card& card, const Case& one,
                         const image::Image& image, bool hausdorff) {
  const Result<image::LabelMap> mask = image::read_label_map(one.mask);
  if (!mask) return mask.error();
  std::optional<image::LabelMap> within;
  if (!one.field_of_view.empty()) {
    Result<image::LabelMap> field = image::read_label_map(one.field_of_view);
    if (!field) return field.error();
    within = std::move(*field);
  }
  const Result<runtime::Segmentation> segmentation = predictor.segment(card.id, image);
  if (!segmentation) return segmentation.error_in(one.image.string());

  std::optional<Spacing> spacing;
  if (image.spacing_kind != image::SpacingKind::kUnknown) spacing = image.geometry.spacing_mm();
  const ChannelMap channels = channel_map(*mask, one.targets);
  Json row = {{"id", one.id}, {"domain", one.domain}, {"labels", Json::object()}};
  double sum = 0;
  int counted = 0;
  for (const zoo::Label& label : card.labels) {
    if (!knows(label, channels)) continue;
    const Result<SegmentationFigures> figures = compare_masks(
        segmentation->mask, label.value, truth_of(label, channels), within ? &*within : nullptr, hausdorff, spacing);
    if (!figures) return figures.error_in(one.mask.string());
    row["labels"][label.name] = {{"dice", figures->dice},
                                 {"iou", figures->iou},
                                 {"sensitivity", figures->sensitivity},
                                 {"specificity", figures->specificity}};
    if (hausdorff) {
      row["labels"][label.name]["hd95"] = number_or_null(figures->hausdorff95);
      row["labels"][label.name]["hd95_unit"] = "pixels";
      if (spacing) row["labels"][label.name]["hd95_mm"] = number_or_null(figures->hausdorff95_mm);
    }
    sum += figures->dice;
    ++counted;
  }
  row["dice"] = counted > 0 ? Json(sum / counted) : Json(nullptr);
  return row;
}

// A mean is of one unit: the distances are in mm where those of every row can be, in pixels elsewhere.
void settle_hausdorff_unit(std::vector<Json>& rows) {
  const bool mm = std::all_of(rows.begin(), rows.end(), [](const Json& row) {
    return std::all_of(row["labels"].begin(), row["labels"].end(),
                       [](const Json& label) { return label.contains("hd95_mm"); });
  });
  for (Json& row : rows) {
    for (Json& label : row["labels"]) {
      if (mm) {
        label["hd95"] = label["hd95_mm"];
        label["hd95_unit"] = "mm";
      }
      label.erase("hd95_mm");
    }
  }
}

}  // namespace

Result<SegmentationFigures> compare_masks(const image::LabelMap& predicted, int predicted_value,
                                          const image::LabelMap& truth, const image::LabelMap* within, bool hausdorff,
                                          const std::optional<Spacing>& spacing) {
  if (const Status status = measure::same_grid(predicted, truth); !status) return status.error();
  if (within) {
    if (const Status status = measure::same_grid(predicted, *within); !status) return status.error();
  }
  const measure::Overlap overlap = measure::overlap(predicted, predicted_value, truth, 1, within);
  SegmentationFigures figures;
  figures.dice = overlap.dice();
  figures.iou = overlap.iou();
  figures.sensitivity = overlap.sensitivity();
  figures.specificity = overlap.specificity();
  if (!hausdorff) return figures;
  figures.hausdorff95 = measure::hausdorff95(predicted, predicted_value, truth, 1);
  if (spacing) figures.hausdorff95_mm = measure::hausdorff95(predicted, predicted_value, truth, 1, *spacing);
  return figures;
}

Result<Evaluation> evaluate(runtime::Predictor& predictor, const zoo::Card& card, const std::vector<Case>& cases,
                            const Options& options) {
  Evaluation evaluation;
  std::vector<ClassifiedCase> classified;
  const bool segments = card.task == zoo::Task::kSegment;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    tell(options.progress, i, cases.size(), "evaluating " + card.id);
    if (segments ? one.mask.empty() : one.class_index < 0) continue;
    if (!segments && one.class_index >= static_cast<int>(card.classes.size())) {
      return Error{"case " + one.id + ": the card has no class " + std::to_string(one.class_index)};
    }
    const Result<image::Image> image = dicom::open_image(one.image);
    if (!image) return image.error();
    if (segments) {
      Result<Json> row = segment_one(predictor, card, one, *image, options.hausdorff);
      if (!row) return row.error();
      evaluation.rows.push_back(std::move(*row));
      continue;
    }
    const Result<runtime::Classification> answer = predictor.classify(card.id, *image);
    if (!answer) return answer.error_in(one.image.string());
    classified.push_back(
        {one.id, one.domain, one.class_index, answer->probabilities, answer->positive, answer->abstained});
    Json probabilities = Json::object();
    for (std::size_t c = 0; c < card.classes.size(); ++c)
      probabilities[card.classes[c].name] = answer->probabilities[c];
    evaluation.rows.push_back({{"id", one.id},
                               {"domain", one.domain},
                               {"truth", card.classes[static_cast<std::size_t>(one.class_index)].name},
                               {"class", card.classes[static_cast<std::size_t>(answer->best)].name},
                               {"probabilities", std::move(probabilities)},
                               {"positive", answer->positive},
                               {"abstained", answer->abstained}});
  }
  tell(options.progress, cases.size(), cases.size(), "evaluating " + card.id);
  if (evaluation.rows.empty()) {
    return Error{segments ? "none of the cases has a mask" : "none of the cases has a class that the card knows"};
  }
  if (segments) settle_hausdorff_unit(evaluation.rows);
  evaluation.summary =
      segments ? summarise_segmentation(evaluation.rows, options) : summarise_classification(classified, card, options);
  return evaluation;
}

}  // namespace galen::evaluate
