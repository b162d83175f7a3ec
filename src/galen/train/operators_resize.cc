// Resize and Upsample: sampling each axis by its own positions and weights (ONNX operator specification, "Resize"). The
// common cases go to LibTorch's kernels; the rest is a weighted sum of selected rows, which has a gradient as it is.
#include <cmath>

#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;
using Integers = std::vector<std::int64_t>;

struct Rule {
  std::string mode;        // "nearest", "linear", "cubic"
  std::string coordinate;  // coordinate_transformation_mode
  std::string rounding;    // nearest_mode
  double cubic_a = -0.75;
  bool exclude_outside = false;
};

// The place in the input of output position `at`, where pixel centres lie on integers.
double source(const Rule& rule, std::int64_t at, std::int64_t input, std::int64_t output, double scale) {
  const auto x = static_cast<double>(at);
  if (rule.coordinate == "half_pixel") return (x + 0.5) / scale - 0.5;
  if (rule.coordinate == "pytorch_half_pixel") return output > 1 ? (x + 0.5) / scale - 0.5 : 0;
  if (rule.coordinate == "align_corners") {
    // Of the size before rounding, as the specification has it.
    const double resized = scale * static_cast<double>(input);
    return output > 1 && resized > 1 ? x * static_cast<double>(input - 1) / (resized - 1) : 0;
  }
  return x / scale;  // asymmetric
}

double rounded(const Rule& rule, double x) {
  if (rule.rounding == "floor") return std::floor(x);
  if (rule.rounding == "ceil") return std::ceil(x);
  if (rule.rounding == "round_prefer_ceil") return std::floor(x + 0.5);
  return std::ceil(x - 0.5);  // round_prefer_floor
}

// Weights of the elements around `x`, the first of which is at floor(x) - before.
std::vector<double> weights(const Rule& rule, double x, std::int64_t input) {
  const double ratio = x - std::floor(x);
  if (rule.mode == "linear") return {1 - ratio, ratio};
  const double a = rule.cubic_a, r = ratio;
  std::vector<double> w{((a * (r + 1) - 5 * a) * (r + 1) + 8 * a) * (r + 1) - 4 * a,
                        ((a + 2) * r - (a + 3)) * r * r + 1, ((a + 2) * (1 - r) - (a + 3)) * (1 - r) * (1 - r) + 1,
                        ((a * (2 - r) - 5 * a) * (2 - r) + 8 * a) * (2 - r) - 4 * a};
  if (rule.exclude_outside) {
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
      const std::int64_t at = static_cast<std::int64_t>(std::floor(x)) - 1 + i;
      if (at < 0 || at >= input) w[static_cast<std::size_t>(i)] = 0;
      sum += w[static_cast<std::size_t>(i)];
    }
    for (auto& weight : w) weight /= sum;
  }
  return w;
}

Tensor resized_axis(const Tensor& input, std::int64_t axis, std::int64_t output, double scale, const Rule& rule) {
  const std::int64_t size = input.size(axis);
  const auto inside = [size](std::int64_t at) { return std::clamp<std::int64_t>(at, 0, size - 1); };
  const std::size_t taps = rule.mode == "nearest" ? 1 : rule.mode == "linear" ? 2 : 4;
  std::vector<Integers> index(taps);
  std::vector<std::vector<float>> weight(taps);
  for (std::int64_t at = 0; at < output; ++at) {
    const double x = source(rule, at, size, output, scale);
    if (taps == 1) {
      index[0].push_back(inside(static_cast<std::int64_t>(rounded(rule, x))));
      continue;
    }
    const std::vector<double> w = weights(rule, x, size);
    const std::int64_t first = static_cast<std::int64_t>(std::floor(x)) - (taps == 4 ? 1 : 0);
    for (std::size_t tap = 0; tap < taps; ++tap) {
      index[tap].push_back(inside(first + static_cast<std::int64_t>(tap)));
      weight[tap].push_back(static_cast<float>(w[tap]));
    }
  }
  if (taps == 1) return input.index_select(axis, torch::tensor(index[0], torch::kLong));
  Integers shape(static_cast<std::size_t>(input.dim()), 1);
  shape[static_cast<std::size_t>(axis)] = output;
  Tensor sum;
  for (std::size_t tap = 0; tap < taps; ++tap) {
    const Tensor part = input.index_select(axis, torch::tensor(index[tap], torch::kLong)) *
                        torch::tensor(weight[tap]).to(input.scalar_type()).reshape(shape);
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

// LibTorch's kernel where it means the same; undefined elsewhere.
Tensor with_torch_kernel(const Tensor& input, const Integers& output, const std::vector<double>& scales,
                         const Rule& rule) {
  const std::int64_t rank = input.dim();
  if (rank < 4 || rank > 5 || output[0] != input.size(0) || output[1] != input.size(1)) return {};
  const Integers size(output.begin() + 2, output.end());
  bool whole = true;  // Every axis grows by a whole factor
  bool exact = true;  // The scale is the ratio of the sizes
  for (std::int64_t axis = 2; axis < rank; ++axis) {
    const auto i = static_cast<std::size_t>(axis);
    whole = whole && output[i] % input.size(axis) == 0;
    exact =
        exact && std::abs(scales[i] * static_cast<double>(input.size(axis)) - static_cast<double>(output[i])) < 1e-4;
  }
  if (rule.mode == "linear") {
    const bool corners = exact && rule.coordinate == "align_corners";
    const bool half = exact && (rule.coordinate == "half_pixel" || rule.coordinate == "pytorch_half_pixel") &&
                      std::all_of(size.begin(), size.end(), [](auto n) { return n > 1; });
    if (!corners && !half) return {};
    return rank == 4 ? torch::upsample_bilinear2d(input, size, corners)
                     : torch::upsample_trilinear3d(input, size, corners);
  }
  if (rule.mode == "nearest") {
    const bool floor = rule.coordinate == "asymmetric" && rule.rounding == "floor";
    const bool middle = rule.coordinate == "half_pixel" &&
                        (rule.rounding == "round_prefer_floor" || rule.rounding == "round_prefer_ceil");
    if (!whole || !exact || (!floor && !middle)) return {};
    return rank == 4 ? torch::upsample_nearest2d(input, size) : torch::upsample_nearest3d(input, size);
  }
  return {};
}

Tensor resize(const Tensor& input, const Rule& rule, std::vector<double> scales, Integers output) {
  const auto rank = static_cast<std::size_t>(input.dim());
  if (!output.empty()) {
    TORCH_CHECK(output.size() == rank, "Resize: sizes do not fit the input");
    scales.clear();
    for (std::size_t i = 0; i < rank; ++i) {
      scales.push_back(static_cast<double>(output[i]) / static_cast<double>(input.size(static_cast<std::int64_t>(i))));
    }
  } else {
    TORCH_CHECK(scales.size() == rank, "Resize: scales do not fit the input");
    for (std::size_t i = 0; i < rank; ++i) {
      output.push_back(static_cast<std::int64_t>(
          std::floor(static_cast<double>(input.size(static_cast<std::int64_t>(i))) * scales[i] + 1e-6)));
    }
  }
  if (Tensor quick = with_torch_kernel(input, output, scales, rule); quick.defined()) return quick;
  Tensor result = input;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto axis = static_cast<std::int64_t>(i);
    if (output[i] == input.size(axis) && scales[i] == 1) continue;
    result = resized_axis(result, axis, output[i], scales[i], rule);
  }
  return result;
}

Result<Rule> rule_of(const Site& site) {
  const auto& node = site.node;
  Rule rule;
  rule.mode = node.text("mode", "nearest");
  rule.coordinate = node.text("coordinate_transformation_mode", site.opset < 11 ? "asymmetric" : "half_pixel");
  rule.rounding = node.text("nearest_mode", site.opset < 11 ? "floor" : "round_prefer_floor");
  rule.cubic_a = node.number("cubic_coeff_a", -0.75F);
  rule.exclude_outside = node.integer("exclude_outside", 0) != 0;
  const auto known = [](const std::string& value, std::initializer_list<const char*> names) {
    return std::find(names.begin(), names.end(), value) != names.end();
  };
  if (!known(rule.mode, {"nearest", "linear", "cubic"})) {
    return unsupported(node, "mode '" + rule.mode + "' is not supported");
  }
  if (!known(rule.coordinate, {"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"})) {
    return unsupported(node, "coordinate_transformation_mode '" + rule.coordinate + "' is not supported");
  }
  if (!known(rule.rounding, {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})) {
    return unsupported(node, "nearest_mode '" + rule.rounding + "' is not supported");
  }
  return rule;
}

std::vector<double> doubles_of(const Tensor& tensor) {
  const Tensor dense = tensor.to(torch::kDouble).contiguous();
  return {dense.data_ptr<double>(), dense.data_ptr<double>() + dense.numel()};
}

Operator resize_operator() {
  Operator made;
  made.attributes = {"coordinate_transformation_mode",
                     "cubic_coeff_a",
                     "exclude_outside",
                     "extrapolation_value",
                     "mode",
                     "nearest_mode"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const Result<Rule> rule = rule_of(site);
    if (!rule) return rule.error();
    // Before opset 11 the second input were the scales; since then it is a region of interest.
    const std::size_t scales_at = site.opset < 11 ? 1 : 2;
    return Kernel([rule = *rule, scales_at](Call& call) -> Tensors {
      Integers output;
      std::vector<double> scales;
      if (has_input(call, 3)) {
        output = integers_of(call.inputs[3]);
      } else if (has_input(call, scales_at)) {
        scales = doubles_of(call.inputs[scales_at]);
      }
      return {resize(call.inputs[0], rule, scales, output)};
    });
  };
  return made;
}

Operator upsample() {
  Operator made;
  made.attributes = {"mode", "scales"};
  made.make = [](const Site& site) -> Result<Kernel> {
    Result<Rule> rule = rule_of({site.node, 9, false, {}});
    if (!rule) return rule.error();
    return Kernel([rule = *rule](Call& call) -> Tensors {
      TORCH_CHECK(has_input(call, 1), "Upsample needs its scales as an input");
      return {resize(call.inputs[0], rule, doubles_of(call.inputs[1]), {})};
    });
  };
  return made;
}

}  // namespace

void add_resize_operators(OperatorTable& table) {
  table["Resize"] = resize_operator();
  table["Upsample"] = upsample();
}

}  // namespace galen::train
