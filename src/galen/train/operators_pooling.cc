// Pooling windows in one, two and three dimensions.
#include <limits>

#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;
using Sizes = std::vector<std::int64_t>;

Sizes spatial(const Tensor& tensor) {
  TORCH_CHECK(tensor.dim() >= 3, "pooling needs an input of at least three axes");
  return {tensor.sizes().begin() + 2, tensor.sizes().end()};
}

Sizes begin_pads(const WindowSite& window) {
  return {window.pads.begin(), window.pads.begin() + static_cast<std::ptrdiff_t>(window.kernel.size())};
}

// LibTorch takes pads that are the same on both sides and at most half the kernel.
bool torch_takes(const WindowSite& window) {
  if (!symmetric(window.pads)) return false;
  for (std::size_t i = 0; i < window.kernel.size(); ++i) {
    if (window.pads[i] > window.kernel[i] / 2) return false;
  }
  return true;
}

Tensor max_pool(const Tensor& input, const WindowSite& window, const Sizes& pads, bool ceil) {
  switch (window.kernel.size()) {
    case 1:
      return torch::max_pool1d(input, window.kernel, window.strides, pads, window.dilations, ceil);
    case 2:
      return torch::max_pool2d(input, window.kernel, window.strides, pads, window.dilations, ceil);
    case 3:
      return torch::max_pool3d(input, window.kernel, window.strides, pads, window.dilations, ceil);
    default:
      TORCH_CHECK(false, "pooling has one to three spatial axes");
  }
}

Tensor average_pool(const Tensor& input, const WindowSite& window, const Sizes& pads, bool ceil, bool count_pads) {
  switch (window.kernel.size()) {
    case 1:
      return torch::avg_pool1d(input, window.kernel, window.strides, pads, ceil, count_pads);
    case 2:
      return torch::avg_pool2d(input, window.kernel, window.strides, pads, ceil, count_pads);
    case 3:
      return torch::avg_pool3d(input, window.kernel, window.strides, pads, ceil, count_pads);
    default:
      TORCH_CHECK(false, "pooling has one to three spatial axes");
  }
}

Operator maximum() {
  Operator made;
  made.attributes = {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"};
  made.make = [](const Site& site) -> Result<Kernel> {
    Result<WindowSite> window = window_site(site.node);
    if (!window) return window.error();
    if (site.node.outputs.size() > 1) return unsupported(site.node, "the output of indices is not supported");
    const bool ceil = site.node.integer("ceil_mode", 0) != 0;
    return Kernel([window = *window, ceil](Call& call) -> Tensors {
      Tensor input = call.inputs[0];
      const WindowSite full = resolved(window, window.kernel, spatial(input));
      const bool integral = !input.is_floating_point();
      const torch::ScalarType type = input.scalar_type();
      if (integral) input = input.to(torch::kFloat);
      Tensor output;
      if (torch_takes(full)) {
        output = max_pool(input, full, begin_pads(full), ceil);
      } else {
        const Tensor wide = padded(input, full.pads, -std::numeric_limits<double>::infinity());
        output = max_pool(wide, full, Sizes(full.kernel.size(), 0), ceil);
      }
      return {integral ? output.to(type) : output};
    });
  };
  return made;
}

Operator average() {
  Operator made;
  made.attributes = {"auto_pad", "ceil_mode", "count_include_pad", "kernel_shape", "pads", "strides"};
  made.make = [](const Site& site) -> Result<Kernel> {
    Result<WindowSite> window = window_site(site.node);
    if (!window) return window.error();
    const bool ceil = site.node.integer("ceil_mode", 0) != 0;
    const bool count_pads = site.node.integer("count_include_pad", 0) != 0;
    return Kernel([window = *window, ceil, count_pads](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const WindowSite full = resolved(window, window.kernel, spatial(input));
      if (torch_takes(full)) return {average_pool(input, full, begin_pads(full), ceil, count_pads)};
      // Both the sum and the number of counted elements are means over the padded input times the same factor.
      const Sizes none(full.kernel.size(), 0);
      const Tensor mean = average_pool(padded(input, full.pads, 0), full, none, ceil, true);
      const double outside = count_pads ? 1 : 0;
      const Tensor counted = padded(torch::ones_like(input.detach()), full.pads, outside);
      return {mean / average_pool(counted, full, none, ceil, true)};
    });
  };
  return made;
}

std::vector<std::int64_t> spatial_axes(const Tensor& tensor) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 2; axis < tensor.dim(); ++axis) axes.push_back(axis);
  return axes;
}

Operator global(Tensor (*function)(const Tensor&, const std::vector<std::int64_t>&)) {
  Operator made;
  made.make = [function](const Site&) -> Result<Kernel> {
    return Kernel(
        [function](Call& call) -> Tensors { return {function(call.inputs[0], spatial_axes(call.inputs[0]))}; });
  };
  return made;
}

}  // namespace

void add_pooling_operators(OperatorTable& table) {
  table["MaxPool"] = maximum();
  table["AveragePool"] = average();
  table["GlobalAveragePool"] =
      global([](const Tensor& x, const std::vector<std::int64_t>& axes) { return x.mean(axes, true); });
  table["GlobalMaxPool"] =
      global([](const Tensor& x, const std::vector<std::int64_t>& axes) { return x.amax(axes, true); });
  table["GlobalMaxPool"].saves_output = true;
}

}  // namespace galen::train
