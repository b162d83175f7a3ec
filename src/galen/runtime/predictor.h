// Runs zoo entries on images: loads and keeps sessions, preprocesses, runs, postprocesses.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/image/image.h"
#include "galen/runtime/session.h"
#include "galen/zoo/zoo.h"

namespace galen::runtime {

struct Segmentation {
  image::LabelMap mask;  // The card's label values, in the image's own grid
  std::vector<std::vector<float>>
      probability;                // One map per label of the card, [H][W] in the image's grid; empty unless asked for
  image::LabelMap field_of_view;  // Where the card uses it; else empty
  double confidence = 0;  // Mean probability of the labelled pixels' label; 1 - mean elsewhere for an empty mask
};

struct Classification {
  std::vector<double> probabilities;  // By class, calibrated; sums to 1
  int best = 0;
  bool positive = false;        // Probability of the abnormal classes together at or above the threshold
  bool abstained = false;       // Between the card's two thresholds
  double confidence = 0;        // Probability of the class that is reported
  std::vector<float> saliency;  // Where the network looked, over the whole image, [height][width] in 0..1; empty where
                                // the graph gives none
  int saliency_width = 0;
  int saliency_height = 0;
};

struct StepTimes {
  double load_seconds = 0;
  double preprocess_seconds = 0;
  double network_seconds = 0;
  double postprocess_seconds = 0;
};

struct PredictorOptions {
  std::size_t cache_bytes = std::size_t{1} << 30;  // Of sessions kept in memory (least recently used go first)
  SessionOptions session;
};

struct SegmentOptions {
  bool probabilities = false;
  const image::LabelMap* within = nullptr;  // A mask that restricts the input, as the card's chain rule says
};

// Not copyable; safe to use from several threads.
class Predictor {
 public:
  explicit Predictor(zoo::Zoo zoo, PredictorOptions options = {});
  ~Predictor();

  const zoo::Zoo& zoo() const;

  Result<Segmentation> segment(const std::string& id, const image::Image& image, const SegmentOptions& options = {},
                               StepTimes* times = nullptr);
  Result<Classification> classify(const std::string& id, const image::Image& image,
                                  const image::LabelMap* within = nullptr, StepTimes* times = nullptr);
  // Loads the entry's network ahead of its first use.
  Status warm(const std::string& id);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Card's output rule applied to raw network outputs; used by the trainer's evaluation with its own logits.
Result<Segmentation> segmentation_from_logits(const zoo::Card& card, const std::vector<TensorF>& tile_logits,
                                              const image::Image& image, bool probabilities);
Classification classification_from_logits(const zoo::Card& card, const std::vector<float>& logits);

}  // namespace galen::runtime
