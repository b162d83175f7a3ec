// Intervals by resampling cases (percentile bootstrap; Efron and Tibshirani 1993, chapter 13).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace galen::measure {

struct Interval {
  double estimate = 0;  // Of all cases
  double low = 0;
  double high = 0;
};

struct BootstrapOptions {
  int resamples = 2000;
  double coverage = 0.95;
  std::uint64_t seed = 1;  // The same seed gives the same interval
};

// Of a list of case indices (with repetition); none where it is not defined (AUC of one class).
using Statistic = std::function<std::optional<double>(const std::vector<std::size_t>& cases)>;

// Resamples in which the statistic is not defined are left out. None where it is not defined for all cases together,
// or there are no cases.
std::optional<Interval> bootstrap(std::size_t cases, const Statistic& statistic, const BootstrapOptions& options = {});

// Interval of the mean over cases.
std::optional<Interval> bootstrap_mean(const std::vector<double>& values, const BootstrapOptions& options = {});

// Linear interpolation between order statistics, as numpy's default; `share` in 0..1. The values must not be empty.
double quantile(std::vector<double> values, double share);

}  // namespace galen::measure
