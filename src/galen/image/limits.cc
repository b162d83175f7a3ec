#include "galen/image/limits.h"

#include <limits>

namespace galen::image {
namespace {

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

// a * b, or the largest number where that does not fit.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::uint64_t>::max() : result;
}

}  // namespace

Status check_grid(std::uint64_t width, std::uint64_t height, std::uint64_t depth, std::uint64_t channels,
                  const ReadLimits& limits) {
  std::string grid = std::to_string(width) + " x " + std::to_string(height);
  if (depth != 1) grid += " x " + std::to_string(depth);
  if (width == 0 || height == 0 || depth == 0 || channels == 0)
    return Error{"the image is empty (" + grid + " voxels)"};
  const std::uint64_t voxels = product(product(width, height), depth);
  constexpr std::uint64_t kLargestSide = std::numeric_limits<std::int32_t>::max();
  if (voxels > limits.voxels || width > kLargestSide || height > kLargestSide || depth > kLargestSide) {
    return Error{"the image is too large: " + grid + " voxels, more than the limit of " +
                 std::to_string(limits.voxels) + "; scale it down or cut it into parts"};
  }
  const std::uint64_t bytes = product(product(voxels, channels), sizeof(float));
  if (bytes > limits.decoded_bytes) {
    return Error{"the image is too large: " + grid + " voxels of " + std::to_string(channels) + " channels need " +
                 megabytes(bytes) + " of memory, more than the limit of " + megabytes(limits.decoded_bytes) +
                 "; scale it down or cut it into parts"};
  }
  return {};
}

Status check_bytes(std::uint64_t bytes, const ReadLimits& limits) {
  if (bytes <= limits.decoded_bytes) return {};
  return Error{"the file unpacks to " + megabytes(bytes) + ", more than the limit of " +
               megabytes(limits.decoded_bytes)};
}

}  // namespace galen::image
