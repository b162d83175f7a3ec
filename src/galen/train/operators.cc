#include "galen/train/operators.h"

#include <cstring>

#include "galen/base/check.h"

namespace galen::train {

const OperatorTable& operators() {
  static const OperatorTable table = [] {
    OperatorTable made;
    add_elementwise_operators(made);
    add_convolution_operators(made);
    add_pooling_operators(made);
    add_normalisation_operators(made);
    add_matrix_operators(made);
    add_reduction_operators(made);
    add_shape_operators(made);
    add_index_operators(made);
    add_resize_operators(made);
    return made;
  }();
  return table;
}

torch::ScalarType scalar_type(network::ElementType type) {
  using network::ElementType;
  switch (type) {
    case ElementType::kFloat32:
      return torch::kFloat;
    case ElementType::kFloat16:
      return torch::kHalf;
    case ElementType::kInt8:
      return torch::kChar;
    case ElementType::kUint8:
      return torch::kByte;
    case ElementType::kInt32:
      return torch::kInt;
    case ElementType::kInt64:
      return torch::kLong;
    case ElementType::kBool:
      return torch::kBool;
    case ElementType::kDouble:
      return torch::kDouble;
  }
  GALEN_CHECK(false, "unknown element type");
}

torch::Tensor to_torch(const network::Tensor& tensor) {
  torch::Tensor made = torch::empty(tensor.shape, scalar_type(tensor.type));
  GALEN_CHECK(made.nbytes() == tensor.bytes.size(), "a tensor's bytes do not fit its shape");
  if (made.nbytes() > 0) std::memcpy(made.data_ptr(), tensor.bytes.data(), tensor.bytes.size());
  return made;
}

network::Tensor from_torch(const torch::Tensor& tensor) {
  using network::ElementType;
  const torch::Tensor dense = tensor.detach().to(torch::kCPU).contiguous();
  network::Tensor made;
  switch (dense.scalar_type()) {
    case torch::kFloat:
      made.type = ElementType::kFloat32;
      break;
    case torch::kHalf:
      made.type = ElementType::kFloat16;
      break;
    case torch::kChar:
      made.type = ElementType::kInt8;
      break;
    case torch::kByte:
      made.type = ElementType::kUint8;
      break;
    case torch::kInt:
      made.type = ElementType::kInt32;
      break;
    case torch::kLong:
      made.type = ElementType::kInt64;
      break;
    case torch::kBool:
      made.type = ElementType::kBool;
      break;
    case torch::kDouble:
      made.type = ElementType::kDouble;
      break;
    default:
      return from_torch(dense.to(torch::kFloat));
  }
  made.shape = dense.sizes().vec();
  made.bytes.assign(static_cast<const char*>(dense.data_ptr()), dense.nbytes());
  return made;
}

Error unsupported(const network::Node& node, const std::string& words) {
  return {"Node '" + (node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name) + "' (" + node.op +
          "): " + words};
}

std::vector<std::int64_t> integers_of(const torch::Tensor& tensor) {
  const torch::Tensor dense = tensor.to(torch::kLong).contiguous().reshape({-1});
  const auto* first = dense.data_ptr<std::int64_t>();
  return {first, first + dense.numel()};
}

std::vector<std::int64_t> axes_of(const network::Node& node, const std::string& name, const Call& call,
                                  std::size_t index) {
  if (has_input(call, index)) return integers_of(call.inputs[index]);
  return node.integers(name);
}

std::int64_t normalised_axis(std::int64_t axis, std::int64_t rank) {
  TORCH_CHECK(axis >= -rank && axis < std::max<std::int64_t>(rank, 1), "axis ", axis, " is outside of rank ", rank);
  return axis < 0 ? axis + rank : axis;
}

Result<WindowSite> window_site(const network::Node& node) {
  WindowSite site;
  site.kernel = node.integers("kernel_shape");
  site.strides = node.integers("strides");
  site.dilations = node.integers("dilations");
  site.pads = node.integers("pads");
  site.auto_pad = node.text("auto_pad", "NOTSET");
  if (site.auto_pad != "NOTSET" && site.auto_pad != "VALID" && site.auto_pad != "SAME_UPPER" &&
      site.auto_pad != "SAME_LOWER") {
    return unsupported(node, "auto_pad '" + site.auto_pad + "' is not supported");
  }
  return site;
}

WindowSite resolved(const WindowSite& site, const std::vector<std::int64_t>& kernel,
                    const std::vector<std::int64_t>& input_size) {
  WindowSite full = site;
  const std::size_t rank = input_size.size();
  full.kernel = kernel;
  if (full.strides.empty()) full.strides.assign(rank, 1);
  if (full.dilations.empty()) full.dilations.assign(rank, 1);
  if (full.pads.empty() || site.auto_pad != "NOTSET") full.pads.assign(2 * rank, 0);
  TORCH_CHECK(full.kernel.size() == rank && full.strides.size() == rank && full.dilations.size() == rank &&
                  full.pads.size() == 2 * rank,
              "kernel, strides, dilations or pads do not fit an input with ", rank, " spatial axes");
  if (site.auto_pad == "SAME_UPPER" || site.auto_pad == "SAME_LOWER") {
    for (std::size_t axis = 0; axis < rank; ++axis) {
      const std::int64_t output = (input_size[axis] + full.strides[axis] - 1) / full.strides[axis];
      const std::int64_t extent = (kernel[axis] - 1) * full.dilations[axis] + 1;
      const std::int64_t total =
          std::max<std::int64_t>(0, (output - 1) * full.strides[axis] + extent - input_size[axis]);
      const std::int64_t less = total / 2;
      full.pads[axis] = site.auto_pad == "SAME_UPPER" ? less : total - less;
      full.pads[axis + rank] = total - full.pads[axis];
    }
  }
  return full;
}

bool symmetric(const std::vector<std::int64_t>& pads) {
  const std::size_t rank = pads.size() / 2;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    if (pads[axis] != pads[axis + rank]) return false;
  }
  return true;
}

torch::Tensor padded(const torch::Tensor& input, const std::vector<std::int64_t>& pads, double value) {
  // LibTorch lists pads from the last axis to the first, begin and end side by side.
  const std::size_t rank = pads.size() / 2;
  std::vector<std::int64_t> reversed;
  for (std::size_t axis = rank; axis-- > 0;) {
    reversed.push_back(pads[axis]);
    reversed.push_back(pads[axis + rank]);
  }
  return torch::constant_pad_nd(input, reversed, value);
}

}  // namespace galen::train
