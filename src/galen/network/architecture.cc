#include "galen/network/architecture.h"

#include <map>
#include <set>

#include "galen/network/parts.h"

namespace galen::network {
namespace {

const std::map<std::string, Result<Graph> (*)(const ArchitectureOptions&)> kArchitectures = {
    {"deepfusionlab", build_deepfusionlab},
    {"efficientnet-b0", build_efficientnet_classifier},
    {"efficientnet-lite0", build_efficientnet_classifier},
    {"lite-unet", build_lite_unet},
    {"unet", build_unet},
    {"unet-3d", build_unet},
};

}  // namespace

Result<Graph> build_architecture(const ArchitectureOptions& options) {
  const auto found = kArchitectures.find(options.name);
  if (found == kArchitectures.end()) {
    std::string known;
    for (const std::string& name : architecture_names()) known += (known.empty() ? "" : ", ") + name;
    return Error{"There is no architecture '" + options.name + "'; there are: " + known};
  }
  if (options.input_channels < 1 || options.input_channels > 64) return Error{"A network has 1 to 64 input channels"};
  if (options.segmentation_channels < 0 || options.segmentation_channels > 4096 || options.classes < 0 ||
      options.classes > 100'000) {
    return Error{"A network has up to 4096 segmentation channels and up to 100000 classes"};
  }
  return found->second(options);
}

std::vector<std::string> architecture_names() {
  std::vector<std::string> names;
  for (const auto& [name, build] : kArchitectures) names.push_back(name);
  return names;
}

std::vector<std::string> parameter_names(const Graph& graph) {
  std::set<std::string> fixed;
  std::set<std::string> used;
  for (const Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const bool statistic = node.op == "BatchNormalization" && i >= 3;
      const bool setting =
          i >= 1 && (node.op == "Clip" || node.op == "Dropout" || node.op == "Resize" || node.op == "Pad" ||
                     node.op == "Pow" || node.op == "DequantizeLinear" || node.op == "QuantizeLinear");
      (statistic || setting ? fixed : used).insert(node.inputs[i]);
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, tensor] : graph.initializers) {
    // A lone number that is not a layer's bias or weight is a constant of the formula (x * 0.5), not a weight.
    const bool constant = tensor.shape.empty();
    if (tensor.type == ElementType::kFloat32 && used.count(name) && !fixed.count(name) && !constant)
      names.push_back(name);
  }
  return names;
}

std::int64_t parameter_count(const Graph& graph, const std::string& prefix) {
  std::int64_t count = 0;
  for (const std::string& name : parameter_names(graph)) {
    if (name.rfind(prefix, 0) == 0) count += graph.initializers.at(name).elements();
  }
  return count;
}

}  // namespace galen::network
