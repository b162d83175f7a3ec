// Names of other projects' weights in terms of ours.
#include <optional>
#include <regex>

#include "galen/network/architecture.h"

namespace galen::network {
namespace {

// "running_mean" -> "mean" and so on, as the last part of the name of a layer of the given kind.
std::optional<std::string> field_of(bool norm, const std::string& field) {
  if (!norm) return field == "weight" || field == "bias" ? std::optional(field) : std::nullopt;
  if (field == "weight") return "scale";
  if (field == "bias") return "bias";
  if (field == "running_mean") return "mean";
  if (field == "running_var") return "variance";
  return std::nullopt;
}

// The stage and block of EfficientNet's i-th block.
std::optional<std::string> block_name(int index) {
  constexpr int kBlocks[] = {1, 2, 2, 3, 3, 4, 1};
  int stage = 1;
  for (const int blocks : kBlocks) {
    if (index < blocks) return "encoder/stage" + std::to_string(stage) + "/block" + std::to_string(index);
    index -= blocks;
    ++stage;
  }
  return std::nullopt;
}

// Names of the packages efficientnet_pytorch and efficientnet_lite_pytorch: "_conv_stem.weight", "_bn0.running_mean",
// "_blocks.3._expand_conv.weight", "_fc.bias".
std::optional<std::string> from_pytorch_efficientnet(const std::string& theirs) {
  static const std::map<std::string, std::pair<std::string, bool>> top = {
      {"_conv_stem", {"encoder/stem/conv", false}}, {"_bn0", {"encoder/stem/norm", true}},
      {"_conv_head", {"encoder/head/conv", false}}, {"_bn1", {"encoder/head/norm", true}},
      {"_fc", {"head/classification", false}},
  };
  static const std::map<std::string, std::pair<std::string, bool>> within = {
      {"_expand_conv", {"expand/conv", false}},       {"_bn0", {"expand/norm", true}},
      {"_depthwise_conv", {"depthwise/conv", false}}, {"_bn1", {"depthwise/norm", true}},
      {"_project_conv", {"project/conv", false}},     {"_bn2", {"project/norm", true}},
      {"_se_reduce", {"squeeze/reduce", false}},      {"_se_expand", {"squeeze/expand", false}},
  };
  static const std::regex pattern(R"((?:_blocks\.(\d{1,3})\.)?(_[a-z0-9_]{1,30})\.([a-z_]{1,30}))");
  std::smatch match;
  if (theirs.size() > 100 || !std::regex_match(theirs, match, pattern)) return std::nullopt;
  const bool in_block = match[1].matched;
  const auto& layers = in_block ? within : top;
  const auto layer = layers.find(match[2]);
  if (layer == layers.end()) return std::nullopt;
  const auto& [name, norm] = layer->second;
  const auto field = field_of(norm, match[3]);
  if (!field) return std::nullopt;
  if (!in_block) return name + "/" + *field;
  const auto block = block_name(std::stoi(match[1]));
  if (!block) return std::nullopt;
  return *block + "/" + name + "/" + *field;
}

std::optional<std::string> same_name(const std::string& theirs) { return theirs; }

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text.append(text.empty() ? "" : "x").append(std::to_string(extent));
  return text.empty() ? "one number" : text;
}

}  // namespace

Result<int> import_weights(Graph& graph, const std::map<std::string, Tensor>& weights, const std::string& naming) {
  using Renaming = std::optional<std::string> (*)(const std::string&);
  static const std::map<std::string, Renaming> renamings = {
      {"galen", same_name},
      {"pytorch-efficientnet-b0", from_pytorch_efficientnet},
      {"pytorch-efficientnet-lite0", from_pytorch_efficientnet},
  };
  const auto renaming = renamings.find(naming);
  if (renaming == renamings.end()) {
    std::string known;
    for (const auto& [name, function] : renamings) known += (known.empty() ? "" : ", ") + name;
    return Error{"There is no weight naming '" + naming + "'; there are: " + known};
  }
  std::map<std::string, Tensor> imported;
  for (const auto& [theirs, tensor] : weights) {
    const auto ours = renaming->second(theirs);
    if (!ours) continue;
    const auto target = graph.initializers.find(*ours);
    if (target == graph.initializers.end()) continue;
    if (target->second.shape != tensor.shape) {
      // A classifier of other classes starts afresh.
      if (ours->rfind("head/", 0) == 0) continue;
      return Error{"The weight '" + theirs + "' is " + shape_text(tensor.shape) + " where the network's '" + *ours +
                   "' is " + shape_text(target->second.shape)};
    }
    imported.emplace(*ours, Tensor::floats(tensor.shape, tensor.as_floats()));
  }
  if (imported.empty())
    return Error{"None of the " + std::to_string(weights.size()) + " weights belongs to this network"};
  for (auto& [name, tensor] : imported) graph.initializers[name] = std::move(tensor);
  return static_cast<int>(imported.size());
}

}  // namespace galen::network
