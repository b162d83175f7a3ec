// Quick figures of the network being trained, at its own input size, for choosing the best weights; and the raw outputs
// that calibration needs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "galen/train/dataset.h"
#include "galen/train/interpreter.h"

namespace galen::train {

// Names of the graph's parts that training uses.
struct Heads {
  std::string input;
  std::string segmentation;    // "": none
  std::string classification;  // "": none
};
Heads heads_of(const Recipe& recipe, const network::Graph& graph);

// One view (the input, or a tile) of a case, and what the network says of it.
struct ViewOutput {
  std::size_t case_index = 0;
  const Sample* sample = nullptr;
  torch::Tensor segmentation;    // [K, H, W] logits, where there are
  torch::Tensor classification;  // [classes] logits, where there are
};

// Runs all views of the set in order, in batches, without gradients. The logits are means over the view as it is and
// mirrored by each of `flips` ("horizontal", "vertical"; a card's), as in answering.
Status for_each_view(Interpreter& interpreter, const Heads& heads, const Dataset& dataset, const Recipe& recipe,
                     const std::vector<std::string>& flips, const std::function<void(const ViewOutput&)>& visit);

struct Validation {
  std::vector<double> dice;   // By channel: mean over images of the foreground Dice at 0.5
  std::optional<double> auc;  // Of abnormal against normal classes
  std::optional<double> accuracy;
  double score = 0;  // Mean of the Dice over channels, and AUC (accuracy where there is none), of those that apply
};

Result<Validation> validate(Interpreter& interpreter, const Heads& heads, const Dataset& dataset, const Recipe& recipe);

}  // namespace galen::train
