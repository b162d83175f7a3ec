// The training loop: batches, steps, validation, checkpoints.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "galen/train/checkpoint.h"
#include "galen/train/loader.h"
#include "galen/train/validation.h"

namespace galen::train {

struct RunOptions {
  std::filesystem::path work;  // Checkpoints and log; must exist
  int loader_threads = 1;
  std::function<void(const std::string&)> say;  // A line a person reads; may be empty
  // Called after each step with steps done, all steps, the smoothed loss and images/s; may be empty.
  std::function<void(std::int64_t, std::int64_t, double, double)> on_step;
};

struct RunSummary {
  double best_score = 0;
  int best_epoch = 0;  // Counted from 1
  int epochs = 0;
  std::int64_t steps = 0;
  double images_per_second = 0;          // Of this process, without validation
  double images_per_second_network = 0;  // The same without the time spent waiting for data
};

// Trains until the recipe's end, from the work folder's checkpoint where there is one, and leaves the best weights
// (those of the moving average) in WORK/best.safetensors. The same recipe, data and thread count give the same weights,
// also when the process was killed and started again. An interruption (threads.h) saves and returns an error of
// kInterrupted.
Result<RunSummary> run_training(Interpreter& interpreter, const Heads& heads, const Dataset& train, const Dataset& val,
                                const Recipe& recipe, const RunOptions& options);

}  // namespace galen::train
