#include "galen/measure/surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "galen/base/check.h"
#include "galen/measure/bootstrap.h"

namespace galen::measure {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One line of the transform: lower envelope of the parabolas f(q) + (step (p - q))^2. Buffers are the caller's.
struct LineTransform {
  std::vector<double> input, output, boundary;
  std::vector<std::size_t> parabola;

  explicit LineTransform(std::size_t longest)
      : input(longest), output(longest), boundary(longest + 1), parabola(longest) {}

  void run(std::size_t n, double step) {
    const double weight = step * step;
    std::size_t count = 0;
    for (std::size_t q = 0; q < n; ++q) {
      if (input[q] == kInfinity) continue;
      const auto at = static_cast<double>(q);
      double from = -kInfinity;
      while (count > 0) {
        const auto p = static_cast<double>(parabola[count - 1]);
        from = ((input[q] - input[parabola[count - 1]]) / weight + at * at - p * p) / (2 * (at - p));
        if (from > boundary[count - 1]) break;
        --count;
        from = -kInfinity;
      }
      parabola[count] = q;
      boundary[count] = from;
      ++count;
    }
    if (count == 0) {
      std::fill_n(output.begin(), n, kInfinity);
      return;
    }
    std::size_t current = 0;
    for (std::size_t p = 0; p < n; ++p) {
      while (current + 1 < count && boundary[current + 1] < static_cast<double>(p)) ++current;
      const double distance = static_cast<double>(p) - static_cast<double>(parabola[current]);
      output[p] = input[parabola[current]] + weight * distance * distance;
    }
  }
};

void transform_along(std::vector<double>& field, std::size_t lines_outer, std::size_t stride, std::size_t n,
                     double step) {
  LineTransform line(n);
  for (std::size_t outer = 0; outer < lines_outer; ++outer) {
    for (std::size_t inner = 0; inner < stride; ++inner) {
      double* first = field.data() + outer * stride * n + inner;
      for (std::size_t q = 0; q < n; ++q) line.input[q] = first[q * stride];
      line.run(n, step);
      for (std::size_t q = 0; q < n; ++q) first[q * stride] = line.output[q];
    }
  }
}

image::LabelMap surface_of(const image::LabelMap& mask, int value) {
  image::LabelMap surface = image::make_label_map(mask.width, mask.height, mask.depth);
  const auto inside = [&](int i, int j, int k) {
    return i >= 0 && j >= 0 && k >= 0 && i < mask.width && j < mask.height && k < mask.depth &&
           is_label(mask.at(i, j, k), value);
  };
  for (int k = 0; k < mask.depth; ++k) {
    for (int j = 0; j < mask.height; ++j) {
      for (int i = 0; i < mask.width; ++i) {
        if (!inside(i, j, k)) continue;
        const bool enclosed = inside(i - 1, j, k) && inside(i + 1, j, k) && inside(i, j - 1, k) &&
                              inside(i, j + 1, k) && (mask.depth == 1 || (inside(i, j, k - 1) && inside(i, j, k + 1)));
        surface.at(i, j, k) = enclosed ? 0 : 1;
      }
    }
  }
  return surface;
}

std::vector<double> distances(const image::LabelMap& from, const std::vector<double>& squared_distance) {
  std::vector<double> result;
  for (std::size_t v = 0; v < from.labels.size(); ++v) {
    if (from.labels[v] != 0) result.push_back(std::sqrt(squared_distance[v]));
  }
  return result;
}

bool has_label(const image::LabelMap& mask, int value) {
  return std::any_of(mask.labels.begin(), mask.labels.end(), [value](std::uint8_t s) { return is_label(s, value); });
}

}  // namespace

std::vector<double> squared_distance_to(const image::LabelMap& mask, int value, const std::array<double, 3>& spacing) {
  const auto w = static_cast<std::size_t>(mask.width);
  const auto h = static_cast<std::size_t>(mask.height);
  const auto d = static_cast<std::size_t>(mask.depth);
  std::vector<double> field(mask.labels.size());
  std::transform(mask.labels.begin(), mask.labels.end(), field.begin(),
                 [value](std::uint8_t sample) { return is_label(sample, value) ? 0.0 : kInfinity; });
  if (field.empty()) return field;
  transform_along(field, h * d, 1, w, spacing[0]);
  transform_along(field, d, w, h, spacing[1]);
  if (d > 1) transform_along(field, 1, w * h, d, spacing[2]);
  return field;
}

std::optional<double> hausdorff95(const image::LabelMap& predicted, int predicted_value, const image::LabelMap& truth,
                                  int truth_value, const std::array<double, 3>& spacing) {
  GALEN_CHECK(same_grid(predicted, truth).ok(), "Hausdorff distance of masks of different size");
  const bool any_predicted = has_label(predicted, predicted_value);
  const bool any_truth = has_label(truth, truth_value);
  if (!any_predicted && !any_truth) return 0.0;
  if (!any_predicted || !any_truth) return std::nullopt;
  const image::LabelMap predicted_surface = surface_of(predicted, predicted_value);
  const image::LabelMap truth_surface = surface_of(truth, truth_value);
  const double one_way =
      quantile(distances(predicted_surface, squared_distance_to(truth_surface, kAnyLabel, spacing)), 0.95);
  const double other_way =
      quantile(distances(truth_surface, squared_distance_to(predicted_surface, kAnyLabel, spacing)), 0.95);
  return std::max(one_way, other_way);
}

std::optional<double> hausdorff95(const image::LabelMap& predicted, const image::LabelMap& truth, int value,
                                  const std::array<double, 3>& spacing) {
  return hausdorff95(predicted, value, truth, value, spacing);
}

}  // namespace galen::measure
