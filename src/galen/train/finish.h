// What follows training: calibration, stored weights, evaluation through the runtime, and the zoo entries.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "galen/base/progress.h"
#include "galen/train/run.h"

namespace galen::train {

struct FinishOptions {
  std::filesystem::path work;    // Has best.safetensors
  std::filesystem::path output;  // A zoo's folder, or that of the first card's entry below one
  std::filesystem::path data;
  Progress progress;
  std::function<void(const std::string&)> say;
};

struct Finished {
  std::vector<std::filesystem::path> entries;
  std::vector<zoo::Card> cards;
};

Result<Finished> finish(const Recipe& recipe, const RunSummary& run, Interpreter& interpreter, const Heads& heads,
                        const Dataset& val, const std::vector<evaluate::Case>& val_cases, const FinishOptions& options);

// The zoo's folder that an --output names: the folder itself, or what is left of "ZOO/segment/x" without the id.
std::filesystem::path zoo_folder_of(const std::filesystem::path& output, const std::string& first_id);

}  // namespace galen::train
