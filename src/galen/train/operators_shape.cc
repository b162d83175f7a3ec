// Operators that move, repeat, join and cut elements, and those that compute with shapes (int64 tensors).
#include <algorithm>
#include <limits>

#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;
using Integers = std::vector<std::int64_t>;

template <typename Function>
Operator made_from(std::vector<std::string> attributes, bool shares_input, Function function) {
  Operator made;
  made.attributes = std::move(attributes);
  made.shares_input = shares_input;
  made.make = [function](const Site& site) -> Result<Kernel> {
    return Kernel([function, node = site.node](Call& call) -> Tensors { return {function(node, call)}; });
  };
  return made;
}

Tensor reshape(const network::Node& node, Call& call) {
  const Tensor& input = call.inputs[0];
  Integers shape = axes_of(node, "shape", call, 1);
  if (node.integer("allowzero", 0) == 0) {
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] != 0) continue;
      TORCH_CHECK(static_cast<std::int64_t>(i) < input.dim(),
                  "Reshape copies a dimension that the input does not have");
      shape[i] = input.size(static_cast<std::int64_t>(i));
    }
  }
  return input.reshape(shape);
}

Tensor flatten(const network::Node& node, Call& call) {
  const Tensor& input = call.inputs[0];
  const std::int64_t given = node.integer("axis", 1);
  const std::int64_t axis = given < 0 ? given + input.dim() : given;
  std::int64_t rows = 1;
  for (std::int64_t i = 0; i < axis; ++i) rows *= input.size(i);
  return input.reshape({rows, rows == 0 ? 0 : input.numel() / rows});
}

Tensor transpose(const network::Node& node, Call& call) {
  Integers order = node.integers("perm");
  if (order.empty()) {
    for (std::int64_t axis = call.inputs[0].dim(); axis-- > 0;) order.push_back(axis);
  }
  return call.inputs[0].permute(order);
}

Tensor squeeze(const network::Node& node, Call& call) {
  Integers axes = axes_of(node, "axes", call, 1);
  if (axes.empty()) return call.inputs[0].squeeze();
  for (auto& axis : axes) axis = normalised_axis(axis, call.inputs[0].dim());
  std::sort(axes.rbegin(), axes.rend());
  Tensor result = call.inputs[0];
  for (const auto axis : axes) {
    TORCH_CHECK(result.size(axis) == 1, "Squeeze of an axis that is not 1");
    result = result.squeeze(axis);
  }
  return result;
}

Tensor unsqueeze(const network::Node& node, Call& call) {
  Integers axes = axes_of(node, "axes", call, 1);
  const std::int64_t rank = call.inputs[0].dim() + static_cast<std::int64_t>(axes.size());
  for (auto& axis : axes) axis = normalised_axis(axis, rank);
  std::sort(axes.begin(), axes.end());
  Tensor result = call.inputs[0];
  for (const auto axis : axes) result = result.unsqueeze(axis);
  return result;
}

Tensor expand(const network::Node&, Call& call) {
  const Tensor& input = call.inputs[0];
  Integers shape = integers_of(call.inputs[1]);
  // ONNX broadcasts both ways: a 1 asked for keeps the input's dimension.
  while (shape.size() < static_cast<std::size_t>(input.dim())) shape.insert(shape.begin(), 1);
  const std::size_t offset = shape.size() - static_cast<std::size_t>(input.dim());
  for (std::int64_t i = 0; i < input.dim(); ++i) {
    auto& wanted = shape[offset + static_cast<std::size_t>(i)];
    if (wanted == 1) wanted = input.size(i);
  }
  return input.expand(shape);
}

Tensor shape_of(const network::Node& node, Call& call) {
  const auto sizes = call.inputs[0].sizes();
  const auto rank = static_cast<std::int64_t>(sizes.size());
  const auto bound = [rank](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const std::int64_t start = bound(node.integer("start", 0)), end = bound(node.integer("end", rank));
  Integers values;
  for (std::int64_t i = start; i < end; ++i) values.push_back(sizes[static_cast<std::size_t>(i)]);
  return torch::tensor(values, torch::kLong);
}

Tensor slice(const network::Node& node, Call& call) {
  Tensor result = call.inputs[0];
  const Integers starts = axes_of(node, "starts", call, 1), ends = axes_of(node, "ends", call, 2);
  Integers axes = axes_of(node, "axes", call, 3);
  const Integers steps = has_input(call, 4) ? integers_of(call.inputs[4]) : Integers(starts.size(), 1);
  if (axes.empty()) {
    for (std::size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  TORCH_CHECK(ends.size() == starts.size() && axes.size() == starts.size() && steps.size() == starts.size(),
              "Slice: starts, ends, axes and steps differ in length");
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::int64_t axis = normalised_axis(axes[i], result.dim()), size = result.size(axis);
    std::int64_t start = starts[i] < 0 ? starts[i] + size : starts[i];
    std::int64_t end = ends[i] < 0 ? std::max<std::int64_t>(ends[i], -size - 1) + size : ends[i];
    TORCH_CHECK(steps[i] != 0, "Slice: a step is 0");
    if (steps[i] > 0) {
      start = std::clamp<std::int64_t>(start, 0, size);
      end = std::clamp<std::int64_t>(end, start, size);
      result = result.slice(axis, start, end, steps[i]);
    } else {  // LibTorch has no negative steps: turn the axis round.
      start = std::clamp<std::int64_t>(start, -1, size - 1);
      end = std::clamp<std::int64_t>(end, -1, start);
      result = result.flip({axis}).slice(axis, size - 1 - start, size - 1 - end, -steps[i]);
    }
  }
  return result;
}

Operator split() {
  Operator made;
  made.attributes = {"axis", "split"};
  made.shares_input = true;
  made.make = [](const Site& site) -> Result<Kernel> {
    return Kernel([node = site.node](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const std::int64_t axis = normalised_axis(node.integer("axis", 0), input.dim());
      Integers parts = axes_of(node, "split", call, 1);
      if (parts.empty()) {
        const auto count = static_cast<std::int64_t>(node.outputs.size());
        parts.assign(node.outputs.size(), input.size(axis) / count);
      }
      return input.split_with_sizes(parts, axis);
    });
  };
  return made;
}

Operator concat() {
  Operator made;
  made.attributes = {"axis"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t axis = site.node.integer("axis", 0);
    return Kernel([axis](Call& call) -> Tensors { return {torch::cat(call.inputs, axis)}; });
  };
  return made;
}

Operator pad() {
  Operator made;
  made.attributes = {"mode", "pads", "value"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::string mode = site.node.text("mode", "constant");
    if (mode != "constant" && mode != "reflect" && mode != "edge") {
      return unsupported(site.node, "mode '" + mode + "' is not supported");
    }
    return Kernel([mode, node = site.node](Call& call) -> Tensors {
      Tensor result = call.inputs[0];
      const std::int64_t rank = result.dim();
      Integers pads = axes_of(node, "pads", call, 1);
      if (has_input(call, 3)) {  // Pads of some axes only
        const Integers axes = integers_of(call.inputs[3]);
        Integers all(static_cast<std::size_t>(2 * rank), 0);
        for (std::size_t i = 0; i < axes.size(); ++i) {
          const auto axis = static_cast<std::size_t>(normalised_axis(axes[i], rank));
          all[axis] = pads[i];
          all[axis + static_cast<std::size_t>(rank)] = pads[i + axes.size()];
        }
        pads = all;
      }
      TORCH_CHECK(pads.size() == static_cast<std::size_t>(2 * rank), "Pad: pads do not fit the input");
      if (mode == "constant") {
        const double value = has_input(call, 2) ? call.inputs[2].item().toDouble() : node.number("value", 0);
        return {padded(result, pads, value)};
      }
      for (std::int64_t axis = 0; axis < rank; ++axis) {
        const std::int64_t before = pads[static_cast<std::size_t>(axis)];
        const std::int64_t after = pads[static_cast<std::size_t>(axis + rank)], size = result.size(axis);
        if (before == 0 && after == 0) continue;
        Integers index;
        for (std::int64_t i = -before; i < size + after; ++i) {
          std::int64_t at = std::clamp<std::int64_t>(i, 0, size - 1);
          if (mode == "reflect" && size > 1) {
            at = ((i % (2 * size - 2)) + 2 * size - 2) % (2 * size - 2);
            at = std::min(at, 2 * size - 2 - at);
          }
          index.push_back(at);
        }
        result = result.index_select(axis, torch::tensor(index, torch::kLong));
      }
      return {result};
    });
  };
  return made;
}

Operator constant() {
  Operator made;
  made.attributes = {"value", "value_float", "value_floats", "value_int", "value_ints"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const auto& attributes = site.node.attributes;
    Tensor value;
    if (const auto at = attributes.find("value"); at != attributes.end()) {
      if (const auto* held = std::get_if<network::Tensor>(&at->second)) value = to_torch(*held);
    } else if (attributes.count("value_float") != 0) {
      value = torch::tensor(site.node.number("value_float", 0));
    } else if (attributes.count("value_int") != 0) {
      value = torch::tensor(site.node.integer("value_int", 0), torch::kLong);
    } else if (attributes.count("value_ints") != 0) {
      value = torch::tensor(site.node.integers("value_ints"), torch::kLong);
    } else if (const auto floats = attributes.find("value_floats"); floats != attributes.end()) {
      if (const auto* held = std::get_if<std::vector<float>>(&floats->second)) value = torch::tensor(*held);
    }
    if (!value.defined()) return unsupported(site.node, "the constant has no value of a known kind");
    return Kernel([value](Call&) -> Tensors { return {value}; });
  };
  return made;
}

Operator constant_of_shape() {
  Operator made;
  made.attributes = {"value"};
  made.make = [](const Site& site) -> Result<Kernel> {
    Tensor value = torch::zeros({1});
    if (const auto at = site.node.attributes.find("value"); at != site.node.attributes.end()) {
      const auto* held = std::get_if<network::Tensor>(&at->second);
      if (held == nullptr || held->elements() != 1) return unsupported(site.node, "value must be one element");
      value = to_torch(*held).reshape({1});
    }
    return Kernel([value](Call& call) -> Tensors {
      return {torch::full(integers_of(call.inputs[0]), value.item(), value.options())};
    });
  };
  return made;
}

Tensor range(const network::Node&, Call& call) {
  const auto type = call.inputs[0].scalar_type();
  return torch::arange(call.inputs[0].item(), call.inputs[1].item(), call.inputs[2].item(), torch::dtype(type));
}

Tensor depth_to_space(const network::Node& node, Call& call) {
  const Tensor& x = call.inputs[0];
  const std::int64_t block = node.integer("blocksize", 1), n = x.size(0), h = x.size(2), w = x.size(3);
  const std::int64_t c = x.size(1) / (block * block);
  if (node.text("mode", "DCR") == "CRD") return torch::pixel_shuffle(x, block);
  return x.reshape({n, block, block, c, h, w}).permute({0, 3, 4, 1, 5, 2}).reshape({n, c, h * block, w * block});
}

Tensor space_to_depth(const network::Node& node, Call& call) {
  const Tensor& x = call.inputs[0];
  const std::int64_t block = node.integer("blocksize", 1), n = x.size(0), c = x.size(1);
  const std::int64_t h = x.size(2) / block, w = x.size(3) / block;
  return x.reshape({n, c, h, block, w, block}).permute({0, 3, 5, 1, 2, 4}).reshape({n, c * block * block, h, w});
}

}  // namespace

void add_shape_operators(OperatorTable& table) {
  table["Reshape"] = made_from({"allowzero", "shape"}, true, reshape);
  table["Flatten"] = made_from({"axis"}, true, flatten);
  table["Transpose"] = made_from({"perm"}, true, transpose);
  table["Squeeze"] = made_from({"axes"}, true, squeeze);
  table["Unsqueeze"] = made_from({"axes"}, true, unsqueeze);
  table["Expand"] = made_from({}, true, expand);
  table["Slice"] = made_from({"axes", "ends", "starts"}, true, slice);
  table["Shape"] = made_from({"end", "start"}, false, shape_of);
  table["Size"] = made_from(
      {}, false, [](const network::Node&, Call& call) { return torch::tensor(call.inputs[0].numel(), torch::kLong); });
  table["Tile"] = made_from(
      {}, false, [](const network::Node&, Call& call) { return call.inputs[0].repeat(integers_of(call.inputs[1])); });
  table["Range"] = made_from({}, false, range);
  table["DepthToSpace"] = made_from({"blocksize", "mode"}, true, depth_to_space);
  table["SpaceToDepth"] = made_from({"blocksize"}, true, space_to_depth);
  table["Split"] = split();
  table["Concat"] = concat();
  table["Pad"] = pad();
  table["Constant"] = constant();
  table["ConstantOfShape"] = constant_of_shape();
}

}  // namespace galen::train
