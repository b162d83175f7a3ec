// Convolutions in one, two and three dimensions.
#include <ATen/autocast_mode.h>

#include "galen/train/operators.h"
#include "galen/train/operators_conv_gradient.h"

namespace galen::train {
namespace {

using torch::Tensor;

std::vector<std::int64_t> spatial(const Tensor& tensor) {
  const auto sizes = tensor.sizes();
  TORCH_CHECK(sizes.size() >= 3, "a convolution or pooling needs an input of at least three axes");
  return {sizes.begin() + 2, sizes.end()};
}

Operator convolution() {
  Operator made;
  made.attributes = {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"};
  made.make = [](const Site& site) -> Result<Kernel> {
    Result<WindowSite> window = window_site(site.node);
    if (!window) return window.error();
    const std::int64_t groups = site.node.integer("group", 1);
    return Kernel([window = *window, groups](Call& call) -> Tensors {
      const Tensor& weight = call.inputs[1];
      const Tensor bias = has_input(call, 2) ? call.inputs[2] : Tensor();
      const WindowSite full = resolved(window, spatial(weight), spatial(call.inputs[0]));
      const std::size_t rank = full.kernel.size();
      std::vector<std::int64_t> pads(full.pads.begin(), full.pads.begin() + static_cast<std::ptrdiff_t>(rank));
      Tensor input = call.inputs[0];
      if (!symmetric(full.pads)) {
        input = padded(input, full.pads, 0);
        pads.assign(rank, 0);
      }
      if (dense_convolution_takes(input, weight, full.strides, groups) &&
          !at::autocast::is_autocast_enabled(at::kCPU)) {
        return {dense_convolution(input, weight, bias, pads, full.dilations)};
      }
      return {torch::convolution(input, weight, bias, full.strides, pads, full.dilations, false,
                                 std::vector<std::int64_t>(rank, 0), groups)};
    });
  };
  return made;
}

// The pads that give `output_shape`, or those of auto_pad, as the specification of ConvTranspose puts it.
void resolve_transposed_pads(WindowSite& full, const std::vector<std::int64_t>& input_size,
                             const std::vector<std::int64_t>& output_padding, std::vector<std::int64_t> output_shape) {
  const std::size_t rank = input_size.size();
  const bool same = full.auto_pad == "SAME_UPPER" || full.auto_pad == "SAME_LOWER";
  if (output_shape.size() == rank + 2) output_shape.erase(output_shape.begin(), output_shape.begin() + 2);
  if (output_shape.empty() && same) {
    for (std::size_t i = 0; i < rank; ++i) output_shape.push_back(input_size[i] * full.strides[i]);
  }
  if (output_shape.empty()) return;
  TORCH_CHECK(output_shape.size() == rank, "output_shape does not fit the input");
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t extent = (full.kernel[i] - 1) * full.dilations[i] + 1;
    const std::int64_t total = full.strides[i] * (input_size[i] - 1) + output_padding[i] + extent - output_shape[i];
    const std::int64_t less = total / 2;
    full.pads[i] = full.auto_pad == "SAME_UPPER" ? less : total - less;
    if (total < 0) full.pads[i] = 0;  // What lacks is added at the end
    full.pads[i + rank] = total - full.pads[i];
  }
}

Operator transposed_convolution() {
  Operator made;
  made.attributes = {"auto_pad", "dilations", "group",        "kernel_shape",
                     "pads",     "strides",   "output_shape", "output_padding"};
  made.make = [](const Site& site) -> Result<Kernel> {
    Result<WindowSite> window = window_site(site.node);
    if (!window) return window.error();
    const std::int64_t groups = site.node.integer("group", 1);
    const auto output_shape = site.node.integers("output_shape");
    const auto extra = site.node.integers("output_padding");
    return Kernel([window = *window, groups, output_shape, extra](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const Tensor& weight = call.inputs[1];
      const Tensor bias = has_input(call, 2) ? call.inputs[2] : Tensor();
      const std::vector<std::int64_t> size = spatial(input), kernel = spatial(weight);
      const std::size_t rank = size.size();
      WindowSite plain = window;
      plain.auto_pad = "NOTSET";
      WindowSite full = resolved(plain, kernel, size);
      full.auto_pad = window.auto_pad;
      std::vector<std::int64_t> output_padding = extra;
      if (output_padding.empty()) output_padding.assign(rank, 0);
      resolve_transposed_pads(full, size, output_padding, output_shape);

      const bool allowed =
          symmetric(full.pads) && std::all_of(full.pads.begin(), full.pads.end(), [](auto pad) { return pad >= 0; });
      std::vector<std::int64_t> pads(rank, 0);
      if (allowed) pads.assign(full.pads.begin(), full.pads.begin() + static_cast<std::ptrdiff_t>(rank));
      Tensor output;
      const bool torch_takes_padding = [&] {
        for (std::size_t i = 0; i < rank; ++i) {
          if (output_padding[i] >= std::max(full.strides[i], full.dilations[i])) return false;
        }
        return true;
      }();
      output = torch::convolution(input, weight, bias, full.strides, pads, full.dilations, true,
                                  torch_takes_padding ? output_padding : std::vector<std::int64_t>(rank, 0), groups);
      if (!torch_takes_padding) {
        std::vector<std::int64_t> tail(rank, 0);
        tail.insert(tail.end(), output_padding.begin(), output_padding.end());
        output = padded(output, tail, 0);
      }
      if (!allowed) {
        std::vector<std::int64_t> crop = full.pads;
        for (auto& pad : crop) pad = -pad;
        output = padded(output, crop, 0);
      }
      return {output};
    });
  };
  return made;
}

}  // namespace

void add_convolution_operators(OperatorTable& table) {
  table["Conv"] = convolution();
  table["ConvTranspose"] = transposed_convolution();
}

}  // namespace galen::train
