#include "galen/train/interpreter_fusion.h"

#include <limits>
#include <optional>
#include <vector>

namespace galen::train {
namespace {

using network::Graph;
using network::Node;

// The value of a constant scalar input, or `otherwise` where the input is omitted; nothing where it is not constant.
std::optional<float> constant(const Graph& graph, const Node& node, std::size_t index, float otherwise) {
  if (index >= node.inputs.size() || node.inputs[index].empty()) return otherwise;
  const auto found = graph.initializers.find(node.inputs[index]);
  if (found == graph.initializers.end() || found->second.elements() != 1) return std::nullopt;
  return found->second.as_floats()[0];
}

}  // namespace

Fusions find_fusions(const Graph& graph) {
  std::map<std::string, std::vector<const Node*>> readers;
  for (const Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) readers[input].push_back(&node);
  }
  std::set<std::string> outputs;
  for (const auto& output : graph.outputs) outputs.insert(output.name);

  Fusions fusions;
  const auto join = [&](const Node& norm, NormActivation activation, std::vector<const Node*> nodes) {
    fusions.tails[&norm] = {activation, nodes.back()->outputs[0]};
    fusions.absorbed.insert(nodes.begin(), nodes.end());
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const Node& norm : graph.nodes) {
    if (norm.op != "BatchNormalization" || norm.outputs.size() != 1 || outputs.count(norm.outputs[0]) != 0) continue;
    const std::string& value = norm.outputs[0];
    const auto& next = readers[value];
    NormActivation activation;
    if (next.size() == 1 && next[0]->op == "Relu") {
      activation.activation = FusedActivation::kClip;
      activation.high = kInfinity;
      join(norm, activation, {next[0]});
    } else if (next.size() == 1 && next[0]->op == "Clip" && next[0]->inputs[0] == value) {
      const auto low = constant(graph, *next[0], 1, next[0]->number("min", -kInfinity));
      const auto high = constant(graph, *next[0], 2, next[0]->number("max", kInfinity));
      if (!low || !high || *low > *high) continue;
      activation.activation = FusedActivation::kClip;
      activation.low = *low;
      activation.high = *high;
      join(norm, activation, {next[0]});
    } else if (next.size() == 2 && next[0]->op == "Sigmoid" && next[1]->op == "Mul") {
      const std::string& gate = next[0]->outputs[0];
      const auto& factors = next[1]->inputs;
      const bool product = (factors[0] == value && factors[1] == gate) || (factors[0] == gate && factors[1] == value);
      if (!product || readers[gate].size() != 1 || outputs.count(gate) != 0) continue;
      activation.activation = FusedActivation::kSilu;
      join(norm, activation, {next[0], next[1]});
    }
  }
  return fusions;
}

}  // namespace galen::train
