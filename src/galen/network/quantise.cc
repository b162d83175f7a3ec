#include "galen/network/quantise.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <set>

#include "galen/base/check.h"
#include "galen/network/half.h"

namespace galen::network {
namespace {

// Smaller weights than these stay float32, or float16 where int8 is asked for: they hardly count in the file, and the
// first and the depthwise layers, which suffer most from rounding, are among them.
constexpr std::int64_t kTiny = 256;
constexpr std::int64_t kSmall = 32'768;

constexpr std::int64_t kOnnxFloat = 1;  // TensorProto.FLOAT

std::map<std::string, int> uses_of(const Graph& graph) {
  std::map<std::string, int> uses;
  for (const Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) ++uses[input];
  }
  for (const ValueInfo& output : graph.outputs) ++uses[output.name];
  return uses;
}

const Tensor* float_initializer(const Graph& graph, const std::string& name) {
  const auto found = graph.initializers.find(name);
  return found != graph.initializers.end() && found->second.type == ElementType::kFloat32 ? &found->second : nullptr;
}

// The elements before, at and after an axis: index = (outer * channels + channel) * inner + rest.
struct Split {
  std::int64_t outer = 1;
  std::int64_t channels = 1;
  std::int64_t inner = 1;
};

Split split_at(const Shape& shape, std::size_t axis) {
  Split split;
  for (std::size_t i = 0; i < shape.size(); ++i)
    (i < axis ? split.outer : i == axis ? split.channels : split.inner) *= shape[i];
  return split;
}

template <typename Visit>
void for_each_of(const Split& split, std::int64_t channel, Visit visit) {
  for (std::int64_t outer = 0; outer < split.outer; ++outer) {
    const std::int64_t start = (outer * split.channels + channel) * split.inner;
    for (std::int64_t i = 0; i < split.inner; ++i) visit(static_cast<std::size_t>(start + i));
  }
}

// One Conv followed by one BatchNormalization, of float weights that nothing else uses.
bool can_fold(const Graph& graph, const Node& conv, const Node& norm, const std::map<std::string, int>& uses) {
  if (conv.op != "Conv" || norm.op != "BatchNormalization" || norm.inputs.size() != 5) return false;
  if (conv.inputs.size() < 2 || norm.inputs[0] != conv.outputs[0] || uses.at(conv.outputs[0]) != 1) return false;
  const Tensor* weight = float_initializer(graph, conv.inputs[1]);
  if (!weight || weight->shape.empty() || uses.at(conv.inputs[1]) != 1) return false;
  if (norm.integer("training_mode", 0) != 0 || norm.outputs.size() != 1) return false;
  const bool has_bias = conv.inputs.size() > 2 && !conv.inputs[2].empty();
  if (has_bias && !float_initializer(graph, conv.inputs[2])) return false;
  return std::all_of(norm.inputs.begin() + 1, norm.inputs.end(), [&](const std::string& name) {
    const Tensor* tensor = float_initializer(graph, name);
    return tensor && tensor->elements() == weight->shape[0];
  });
}

void fold(Graph& graph, Node& conv, const Node& norm) {
  Tensor& weight = graph.initializers.at(conv.inputs[1]);
  std::vector<float> values = weight.as_floats();
  const std::vector<float> scale = graph.initializers.at(norm.inputs[1]).as_floats();
  const std::vector<float> shift = graph.initializers.at(norm.inputs[2]).as_floats();
  const std::vector<float> mean = graph.initializers.at(norm.inputs[3]).as_floats();
  const std::vector<float> variance = graph.initializers.at(norm.inputs[4]).as_floats();
  std::vector<float> bias(scale.size(), 0.0f);
  if (conv.inputs.size() > 2 && !conv.inputs[2].empty()) bias = graph.initializers.at(conv.inputs[2]).as_floats();
  const double epsilon = norm.number("epsilon", 1e-5f);
  const std::size_t inner = values.size() / std::max<std::size_t>(1, scale.size());
  for (std::size_t channel = 0; channel < scale.size(); ++channel) {
    const double factor = scale[channel] / std::sqrt(variance[channel] + epsilon);
    for (std::size_t i = 0; i < inner; ++i) {
      float& value = values[channel * inner + i];
      value = static_cast<float>(value * factor);
    }
    bias[channel] = static_cast<float>(shift[channel] + (bias[channel] - mean[channel]) * factor);
  }
  weight = Tensor::floats(weight.shape, values);
  // The norm's bias may serve other nodes; the folded one gets a name that nothing has.
  std::string name = conv.inputs[1] + "/folded_bias";
  graph.initializers[name] = Tensor::floats({static_cast<std::int64_t>(bias.size())}, bias);
  conv.inputs.resize(3);
  conv.inputs[2] = std::move(name);
  conv.outputs[0] = norm.outputs[0];
}

void drop_unused_initializers(Graph& graph) {
  const auto uses = uses_of(graph);
  std::erase_if(graph.initializers, [&](const auto& item) { return !uses.count(item.first); });
}

void fold_norms(Graph& graph) {
  const auto uses = uses_of(graph);
  std::map<std::string, std::size_t> producer;
  std::vector<Node> kept;
  for (Node& node : graph.nodes) {
    const auto before = node.inputs.empty() ? producer.end() : producer.find(node.inputs[0]);
    if (before != producer.end() && can_fold(graph, kept[before->second], node, uses)) {
      fold(graph, kept[before->second], node);
      producer[node.outputs[0]] = before->second;
      continue;
    }
    for (const std::string& output : node.outputs) producer[output] = kept.size();
    kept.push_back(std::move(node));
  }
  graph.nodes = std::move(kept);
  drop_unused_initializers(graph);
}

// The axis of the output channels of a weight that is the second input of `node`, if it is one.
std::optional<std::size_t> channel_axis(const Node& node, std::size_t input, const Tensor& weight) {
  if (input != 1) return std::nullopt;
  if (node.op == "Conv" && weight.shape.size() >= 3) return 0;
  if (node.op == "ConvTranspose" && weight.shape.size() >= 3) return 1;
  if (node.op == "Gemm" && weight.shape.size() == 2) return node.integer("transB", 0) != 0 ? 0 : 1;
  if (node.op == "MatMul" && weight.shape.size() == 2) return 1;
  return std::nullopt;
}

bool is_depthwise(const Node& node, const Tensor& weight) {
  return node.op == "Conv" && weight.shape.size() >= 3 && weight.shape[1] == 1 && node.integer("group", 1) > 1;
}

// How one channel's weights are rounded best: the scale whose rounding leaves the least squared error. Clipping a few
// outliers may cost less than a coarser grid for all others, so that several fractions of the maximum are tried; the
// best grid's scale is then fitted to its integers by least squares.
float best_scale(const std::vector<float>& values, const Split& split, std::int64_t channel) {
  float largest = 0;
  for_each_of(split, channel, [&](std::size_t i) { largest = std::max(largest, std::abs(values[i])); });
  if (!(largest > 0)) return 1;
  double least = HUGE_VAL;
  float best = largest / 127;
  for (int step = 0; step <= 14; ++step) {
    const float scale = largest * (1.0f - 0.03f * static_cast<float>(step)) / 127;
    double error = 0, agreement = 0, power = 0;
    for_each_of(split, channel, [&](std::size_t i) {
      const float rounded = std::clamp(std::nearbyint(values[i] / scale), -127.0f, 127.0f);
      const float difference = values[i] - rounded * scale;
      error += static_cast<double>(difference) * difference;
      agreement += static_cast<double>(values[i]) * rounded;
      power += static_cast<double>(rounded) * rounded;
    });
    if (error < least) {
      least = error;
      best = power > 0 ? static_cast<float>(agreement / power) : scale;
    }
  }
  return best > 0 ? best : largest / 127;
}

Node store_int8(Graph& graph, const std::string& name, std::size_t axis) {
  const Tensor weight = graph.initializers.at(name);
  const std::vector<float> values = weight.as_floats();
  const Split split = split_at(weight.shape, axis);
  std::vector<float> scales(static_cast<std::size_t>(split.channels));
  Tensor quantised{ElementType::kInt8, weight.shape, std::string(values.size(), '\0')};
  for (std::int64_t channel = 0; channel < split.channels; ++channel) {
    const float scale = best_scale(values, split, channel);
    scales[static_cast<std::size_t>(channel)] = scale;
    for_each_of(split, channel, [&](std::size_t i) {
      const float rounded = std::clamp(std::nearbyint(values[i] / scale), -127.0f, 127.0f);
      quantised.bytes[i] = static_cast<char>(static_cast<std::int8_t>(rounded));
    });
  }
  graph.initializers.erase(name);
  graph.initializers[name + "/int8"] = std::move(quantised);
  graph.initializers[name + "/scale"] = Tensor::floats({split.channels}, scales);
  graph.initializers[name + "/zero"] =
      Tensor{ElementType::kInt8, {split.channels}, std::string(static_cast<std::size_t>(split.channels), '\0')};
  return {"DequantizeLinear",
          name + "/dequantise",
          {name + "/int8", name + "/scale", name + "/zero"},
          {name},
          {{"axis", static_cast<std::int64_t>(axis)}}};
}

Node store_float16(Graph& graph, const std::string& name) {
  const Tensor weight = graph.initializers.at(name);
  Tensor halves{ElementType::kFloat16, weight.shape, {}};
  for (const float value : weight.as_floats()) {
    const std::uint16_t half = half_from_float(std::clamp(value, -65504.0f, 65504.0f));
    halves.bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
  }
  graph.initializers.erase(name);
  graph.initializers[name + "/float16"] = std::move(halves);
  return {"Cast", name + "/widen", {name + "/float16"}, {name}, {{"to", kOnnxFloat}}};
}

struct Plan {
  std::size_t axis = 0;
  bool int8 = true;
};

// Which weights are stored smaller, and how.
std::map<std::string, Plan> plan_storage(const Graph& graph, Storage storage) {
  std::map<std::string, Plan> plans;
  std::set<std::string> outputs;
  for (const ValueInfo& output : graph.outputs) outputs.insert(output.name);
  for (const Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor* weight = float_initializer(graph, node.inputs[i]);
      if (!weight || outputs.count(node.inputs[i]) || weight->elements() < kTiny) continue;
      const auto axis = channel_axis(node, i, *weight);
      if (!axis) continue;
      const bool int8 = storage == Storage::kInt8 && weight->elements() > kSmall && !is_depthwise(node, *weight);
      const auto [known, fresh] = plans.emplace(node.inputs[i], Plan{*axis, int8});
      if (!fresh && known->second.axis != *axis) known->second.int8 = false;
    }
  }
  return plans;
}

// The float values of a node that turns stored weights into float ones; nothing where it is not such a node.
std::optional<Tensor> widened(const Graph& graph, const Node& node) {
  const auto stored = [&](std::size_t i) -> const Tensor* {
    if (i >= node.inputs.size()) return nullptr;
    const auto found = graph.initializers.find(node.inputs[i]);
    return found == graph.initializers.end() ? nullptr : &found->second;
  };
  const Tensor* weight = stored(0);
  if (!weight || node.outputs.size() != 1) return std::nullopt;
  if (node.op == "Cast" && weight->type == ElementType::kFloat16 && node.integer("to", 0) == kOnnxFloat) {
    return Tensor::floats(weight->shape, weight->as_floats());
  }
  if (node.op != "DequantizeLinear") return std::nullopt;
  const Tensor* scale = stored(1);
  const bool has_zero = node.inputs.size() > 2 && !node.inputs[2].empty();
  const Tensor* zero = has_zero ? stored(2) : nullptr;
  if (!scale || (has_zero && !zero)) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(weight->shape.size());
  std::int64_t axis = node.integer("axis", 1);
  if (axis < 0) axis += rank;
  Split split{1, 1, weight->elements()};
  if (scale->elements() != 1) {
    if (axis < 0 || axis >= rank) return std::nullopt;
    split = split_at(weight->shape, static_cast<std::size_t>(axis));
  }
  if (scale->elements() != split.channels || (zero && zero->elements() != split.channels)) return std::nullopt;
  const std::vector<float> scales = scale->as_floats();
  const std::vector<float> zeros = zero ? zero->as_floats() : std::vector<float>(scales.size(), 0.0f);
  std::vector<float> values = weight->as_floats();
  for (std::int64_t channel = 0; channel < split.channels; ++channel) {
    const auto c = static_cast<std::size_t>(channel);
    for_each_of(split, channel, [&](std::size_t i) { values[i] = (values[i] - zeros[c]) * scales[c]; });
  }
  return Tensor::floats(weight->shape, values);
}

}  // namespace

Graph with_storage(const Graph& graph, Storage storage) {
  Graph stored = with_float_weights(graph);
  fold_norms(stored);
  if (storage == Storage::kFloat32) return stored;
  std::vector<Node> nodes;
  for (const auto& [name, plan] : plan_storage(stored, storage)) {
    nodes.push_back(plan.int8 ? store_int8(stored, name, plan.axis) : store_float16(stored, name));
  }
  nodes.insert(nodes.end(), std::make_move_iterator(stored.nodes.begin()), std::make_move_iterator(stored.nodes.end()));
  stored.nodes = std::move(nodes);
  return stored;
}

Graph with_float_weights(const Graph& graph) {
  Graph widened_graph = graph;
  std::set<std::string> outputs;
  for (const ValueInfo& output : graph.outputs) outputs.insert(output.name);
  std::vector<Node> kept;
  for (Node& node : widened_graph.nodes) {
    auto weight = widened(widened_graph, node);
    if (weight && !outputs.count(node.outputs[0])) {
      widened_graph.initializers.insert_or_assign(node.outputs[0], std::move(*weight));
    } else {
      kept.push_back(std::move(node));
    }
  }
  widened_graph.nodes = std::move(kept);
  drop_unused_initializers(widened_graph);
  return widened_graph;
}

}  // namespace galen::network
