// Finds the activations that are computed together with the BatchNormalization before them.
#pragma once

#include <map>
#include <set>
#include <string>

#include "galen/network/graph.h"
#include "galen/train/operators_batch_norm.h"

namespace galen::train {

struct Fusions {
  struct Tail {
    NormActivation activation;
    std::string output;  // The value that the fused step gives, instead of the BatchNormalization's own
  };
  std::map<const network::Node*, Tail> tails;  // By BatchNormalization node
  std::set<const network::Node*> absorbed;     // Nodes that have no step of their own
};

// Relu, Clip between constants, and x * Sigmoid(x) where nothing else reads the normalised value.
Fusions find_fusions(const network::Graph& graph);

}  // namespace galen::train
