// What the engine needs of the layer that runs networks; a seam for tests.
#pragma once

#include <string>

#include "galen/runtime/predictor.h"

namespace galen::engine {

class StepRunner {
 public:
  virtual ~StepRunner() = default;
  virtual zoo::Catalogue catalogue() const = 0;
  virtual Result<zoo::Card> card(const std::string& id) const = 0;
  // As in runtime::Predictor.
  virtual Result<runtime::Segmentation> segment(const std::string& id, const image::Image& image,
                                                const runtime::SegmentOptions& options, runtime::StepTimes* times) = 0;
  virtual Result<runtime::Classification> classify(const std::string& id, const image::Image& image,
                                                   const image::LabelMap* within, runtime::StepTimes* times) = 0;
  virtual Status warm(const std::string& id) = 0;
};

// Runs them with the zoo of a predictor, which must outlive it.
class PredictorRunner : public StepRunner {
 public:
  explicit PredictorRunner(runtime::Predictor& predictor) : predictor_(predictor) {}
  zoo::Catalogue catalogue() const override { return predictor_.zoo().catalogue(); }
  Result<zoo::Card> card(const std::string& id) const override { return predictor_.zoo().card(id); }
  Result<runtime::Segmentation> segment(const std::string& id, const image::Image& image,
                                        const runtime::SegmentOptions& options, runtime::StepTimes* times) override {
    return predictor_.segment(id, image, options, times);
  }
  Result<runtime::Classification> classify(const std::string& id, const image::Image& image,
                                           const image::LabelMap* within, runtime::StepTimes* times) override {
    return predictor_.classify(id, image, within, times);
  }
  Status warm(const std::string& id) override { return predictor_.warm(id); }

 private:
  runtime::Predictor& predictor_;
};

}  // namespace galen::engine
