#include "galen/image/shown_range.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace galen::image {
namespace {

// Quantiles are taken from at most about this many samples.
constexpr std::size_t kMostSamples = std::size_t{1} << 19;

std::array<double, 2> middle(const std::vector<float>& samples) {
  // An odd step visits all channels and columns.
  const std::size_t step = std::max<std::size_t>(1, samples.size() / kMostSamples) | 1;
  std::vector<float> some;
  some.reserve(samples.size() / step + 1);
  for (std::size_t i = 0; i < samples.size(); i += step) some.push_back(samples[i]);
  const auto quantile = [&some](double share) {
    const auto nth = some.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(some.size() - 1));
    std::nth_element(some.begin(), nth, some.end());
    return static_cast<double>(*nth);
  };
  const double low = quantile(0.005), high = quantile(0.995);
  return {low, high > low ? high : low + 1};
}

}  // namespace

std::array<double, 2> shown_range(const Image& image) {
  if (image.window_low_high && (*image.window_low_high)[1] > (*image.window_low_high)[0]) return *image.window_low_high;
  if (image.samples.empty()) return {0, 255};
  const auto [least, most] = std::minmax_element(image.samples.begin(), image.samples.end());
  constexpr int kMostIntegerBits = 24;  // Wider samples are floating-point numbers, or may be
  if (*least < 0 || image.stored_bits > kMostIntegerBits) return middle(image.samples);
  if (image.stored_bits <= 8) return {0, 255};
  const int bits = std::max(8, static_cast<int>(std::bit_width(static_cast<std::uint32_t>(*most))));
  return {0, static_cast<double>((1U << bits) - 1)};
}

}  // namespace galen::image
