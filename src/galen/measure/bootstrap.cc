#include "galen/measure/bootstrap.h"

#include <algorithm>
#include <numeric>

#include "galen/base/check.h"
#include "galen/base/random.h"

namespace galen::measure {

double quantile(std::vector<double> values, double share) {
  GALEN_CHECK(!values.empty(), "quantile of no values");
  const double position = std::clamp(share, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), nth, values.end());
  if (below + 1 == values.size()) return *nth;
  const double above = *std::min_element(nth + 1, values.end());
  return *nth + (above - *nth) * (position - static_cast<double>(below));
}

std::optional<Interval> bootstrap(std::size_t cases, const Statistic& statistic, const BootstrapOptions& options) {
  if (cases == 0) return std::nullopt;
  std::vector<std::size_t> drawn(cases);
  std::iota(drawn.begin(), drawn.end(), std::size_t{0});
  const std::optional<double> estimate = statistic(drawn);
  if (!estimate) return std::nullopt;

  Random random(options.seed);
  std::vector<double> estimates;
  for (int resample = 0; resample < options.resamples; ++resample) {
    for (std::size_t& index : drawn) index = static_cast<std::size_t>(random.below(cases));
    if (const std::optional<double> value = statistic(drawn)) estimates.push_back(*value);
  }
  if (estimates.empty()) return Interval{*estimate, *estimate, *estimate};
  const double tail = (1 - options.coverage) / 2;
  return Interval{*estimate, quantile(estimates, tail), quantile(estimates, 1 - tail)};
}

std::optional<Interval> bootstrap_mean(const std::vector<double>& values, const BootstrapOptions& options) {
  const auto mean = [&values](const std::vector<std::size_t>& cases) -> std::optional<double> {
    double sum = 0;
    for (const std::size_t index : cases) sum += values[index];
    return sum / static_cast<double>(cases.size());
  };
  return bootstrap(values.size(), mean, options);
}

}  // namespace galen::measure
