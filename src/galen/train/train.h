// From a recipe to zoo entries: reads the cases, trains, calibrates, evaluates and writes network and cards.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "galen/base/progress.h"
#include "galen/train/network_source.h"
#include "galen/train/recipe.h"
#include "galen/train/run.h"

namespace galen::train {

struct TrainOptions {
  std::filesystem::path data;
  std::filesystem::path output;  // A zoo's folder, or that of the first card's entry below one
  std::filesystem::path work;    // Empty: a folder of this recipe and data in the cache folder
  NetworkPlaces places;
  int threads = 0;          // 0: all
  bool fresh = false;       // Forget the work folder's checkpoint
  bool train_only = false;  // Leave calibration, evaluation and writing to a later call
  std::function<void(const std::string&)> say;
  std::function<void(std::int64_t, std::int64_t, double, double)> on_step;  // As in RunOptions
  Progress progress;                                                        // Of evaluation
};

struct TrainReport {
  RunSummary run;
  std::filesystem::path work;
  std::vector<std::filesystem::path> entries;
  std::vector<zoo::Card> cards;
};

Result<TrainReport> train(const Recipe& recipe, const TrainOptions& options);

// The work folder that train() takes where none is given.
std::filesystem::path work_folder(const Recipe& recipe, const TrainOptions& options);

}  // namespace galen::train
