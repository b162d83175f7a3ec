// A graph turned into a list of steps over numbered slots: constants folded, nodes fused, and for every step the values
// that nobody reads afterwards, so that memory is free again as early as possible.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "galen/train/operators.h"

namespace galen::train {

struct Step {
  std::string op;
  std::string name;
  Kernel kernel;
  std::vector<int> inputs;  // Slots; -1 for an omitted one
  std::vector<int> outputs;
  std::vector<int> last_uses;  // Slots that are empty from here on
  bool in_place = false;
};

struct Plan {
  std::vector<Step> steps;
  std::unordered_map<std::string, int> slot;
  Tensors constants;  // By slot: initializers and folded values; undefined for what a run computes
};

struct PlanOptions {
  std::vector<std::string> frozen;                     // Prefixes of names of parameters
  const std::map<std::string, torch::Tensor>& values;  // Every initializer of the graph, as the steps shall see it
  bool channels_last = true;                           // Of folded constants
};

// Fails naming every operator, attribute and attribute value that is not supported.
Result<Plan> make_plan(const network::Graph& graph, const PlanOptions& options);

}  // namespace galen::train
