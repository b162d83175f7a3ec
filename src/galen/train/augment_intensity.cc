#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "galen/train/augment.h"

namespace galen::train {
namespace {

constexpr std::array<float, 64> kLuminanceTable = {
    16, 11,  10,  16, 24, 40, 51, 61, 12,  12,  14,  19,  26, 58, 60, 55,  14,  13,  16,  24, 40, 57,
    69, 56,  14,  17, 22, 29, 51, 87, 80,  62,  18,  22,  37, 56, 68, 109, 103, 77,  24,  35, 55, 64,
    81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98,  112, 100, 103, 99};

// Orthonormal cosine transform matrix of 8 points.
const std::array<std::array<float, 8>, 8>& cosine_matrix() {
  static const auto matrix = [] {
    std::array<std::array<float, 8>, 8> m{};
    for (std::size_t k = 0; k < 8; ++k) {
      for (std::size_t n = 0; n < 8; ++n) {
        const double angle = std::numbers::pi * (2.0 * static_cast<double>(n) + 1) * static_cast<double>(k) / 16;
        m[k][n] = static_cast<float>((k == 0 ? std::sqrt(0.125) : 0.5) * std::cos(angle));
      }
    }
    return m;
  }();
  return matrix;
}

using Block = std::array<std::array<float, 8>, 8>;

// forward: M B M', backward: M' B M.
void transform(Block& block, bool forward) {
  const auto& m = cosine_matrix();
  Block half{};
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t k = 0; k < 8; ++k) {
      const float factor = forward ? m[i][k] : m[k][i];
      for (std::size_t j = 0; j < 8; ++j) half[i][j] += factor * block[k][j];
    }
  }
  block = {};
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t k = 0; k < 8; ++k) {
      const float value = half[i][k];
      for (std::size_t j = 0; j < 8; ++j) block[i][j] += value * (forward ? m[j][k] : m[k][j]);
    }
  }
}

// Saturation and hue of three planes, in YIQ: grey stays grey.
void change_colour(float* red, float* green, float* blue, std::size_t count, double saturation, double hue_degrees) {
  const float s = static_cast<float>(saturation);
  const float cosine = s * static_cast<float>(std::cos(hue_degrees * std::numbers::pi / 180));
  const float sine = s * static_cast<float>(std::sin(hue_degrees * std::numbers::pi / 180));
  for (std::size_t i = 0; i < count; ++i) {
    const float r = red[i], g = green[i], b = blue[i];
    const float y = 0.299F * r + 0.587F * g + 0.114F * b;
    const float p = 0.596F * r - 0.274F * g - 0.322F * b;
    const float q = 0.211F * r - 0.523F * g + 0.312F * b;
    const float p2 = cosine * p - sine * q, q2 = sine * p + cosine * q;
    red[i] = y + 0.956F * p2 + 0.621F * q2;
    green[i] = y - 0.272F * p2 - 0.647F * q2;
    blue[i] = y - 1.106F * p2 + 1.703F * q2;
  }
}

// Sum of four uniform numbers, scaled to deviation 1: near enough to normal for sensor noise, and a tenth of the time.
float quick_normal(Random& random) {
  const std::uint64_t bits = random.next();
  const int sum = static_cast<int>(bits & 0xffff) + static_cast<int>((bits >> 16) & 0xffff) +
                  static_cast<int>((bits >> 32) & 0xffff) + static_cast<int>(bits >> 48);
  return (static_cast<float>(sum) - 131070.0F) * (1.7320508F / 65535.0F);
}

}  // namespace

void simulate_jpeg(float* plane, int width, int height, double quality) {
  const double percent = quality < 50 ? 5000 / std::max(1.0, quality) : 200 - 2 * quality;
  std::array<float, 64> steps{};
  for (std::size_t i = 0; i < 64; ++i) {
    steps[i] = static_cast<float>(
                   std::clamp(std::floor((static_cast<double>(kLuminanceTable[i]) * percent + 50) / 100), 1.0, 255.0)) /
               255.0F;
  }
  for (int top = 0; top < height; top += 8) {
    for (int left = 0; left < width; left += 8) {
      Block block{};
      for (int y = 0; y < 8; ++y) {
        const float* row =
            plane + static_cast<std::size_t>(std::min(top + y, height - 1)) * static_cast<std::size_t>(width);
        for (int x = 0; x < 8; ++x)
          block[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] = row[std::min(left + x, width - 1)] - 0.5F;
      }
      transform(block, true);
      for (std::size_t i = 0; i < 64; ++i) {
        float& value = block[i / 8][i % 8];
        value = std::nearbyint(value / steps[i]) * steps[i];
      }
      transform(block, false);
      for (int y = 0; y < std::min(8, height - top); ++y) {
        float* row = plane + static_cast<std::size_t>(top + y) * static_cast<std::size_t>(width);
        for (int x = 0; x < std::min(8, width - left); ++x)
          row[left + x] = block[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] + 0.5F;
      }
    }
  }
}

void change_intensities(const AugmentRecipe& augment, bool clipped, runtime::TensorF& image, Random& random) {
  const int channels = static_cast<int>(image.shape[1]);
  const int height = static_cast<int>(image.shape[2]), width = static_cast<int>(image.shape[3]);
  const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  std::vector<float>& values = image.values;
  const auto limit = [&] {
    if (!clipped) return;
    for (float& value : values) value = std::min(1.0F, std::max(0.0F, value));
  };
  // A grey image repeated stays grey, so that its work is done once.
  const bool grey = channels > 1 && std::equal(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(plane),
                                               values.begin() + static_cast<std::ptrdiff_t>(plane));
  const std::size_t planes = grey ? 1 : static_cast<std::size_t>(channels);
  const std::size_t used = planes * plane;

  const double contrast = random.uniform(augment.contrast[0], augment.contrast[1]);
  const double brightness = random.uniform(-1, 1) * augment.brightness;
  const double gamma = std::exp(random.uniform(std::log(augment.gamma[0]), std::log(augment.gamma[1])));
  const double saturation = random.uniform(augment.saturation[0], augment.saturation[1]);
  const double hue = random.uniform(-1, 1) * augment.hue_degrees;
  const bool blurred = random.chance(augment.blur_probability);
  const double sigma = random.uniform(augment.blur_sigma[0], augment.blur_sigma[1]);
  const double noise = random.uniform() * augment.noise;
  const bool compressed = random.chance(augment.jpeg_probability);
  const double quality = random.uniform(augment.jpeg_quality[0], augment.jpeg_quality[1]);
  const bool erased = random.chance(augment.erase_probability);

  if (contrast != 1 || brightness != 0) {
    double sum = 0;
    for (std::size_t i = 0; i < used; ++i) sum += static_cast<double>(values[i]);
    const float mean = static_cast<float>(sum / static_cast<double>(used));
    const float factor = static_cast<float>(contrast);
    const float offset = mean * (1 - factor) + static_cast<float>(brightness);
    for (std::size_t i = 0; i < used; ++i) values[i] = values[i] * factor + offset;
    limit();
  }
  if (gamma != 1 && clipped) {
    // A table is near enough and far quicker than a power for each sample.
    std::array<float, 1025> table{};
    for (std::size_t i = 0; i <= 1024; ++i)
      table[i] = static_cast<float>(std::pow(static_cast<double>(i) / 1024, gamma));
    for (std::size_t i = 0; i < used; ++i) {
      const float at = std::min(1.0F, std::max(0.0F, values[i])) * 1023.999F;
      const std::size_t low = static_cast<std::size_t>(at);
      values[i] = table[low] + (at - static_cast<float>(low)) * (table[low + 1] - table[low]);
    }
  }
  if (channels == 3 && !grey && (saturation != 1 || hue != 0)) {
    change_colour(values.data(), values.data() + plane, values.data() + 2 * plane, plane, saturation, hue);
    limit();
  }
  if (blurred && sigma > 0.05) {
    for (std::size_t p = 0; p < planes; ++p) {
      cv::Mat map(height, width, CV_32F, values.data() + p * plane);
      cv::GaussianBlur(map, map, {0, 0}, sigma, sigma, cv::BORDER_REPLICATE);
    }
  }
  if (noise > 0) {
    for (std::size_t i = 0; i < used; ++i) values[i] += static_cast<float>(noise) * quick_normal(random);
    limit();
  }
  if (compressed) {
    for (std::size_t p = 0; p < planes; ++p) simulate_jpeg(values.data() + p * plane, width, height, quality);
    limit();
  }
  if (erased) {
    const int box_width = 1 + static_cast<int>(random.uniform() * augment.erase_share * (width - 1));
    const int box_height = 1 + static_cast<int>(random.uniform() * augment.erase_share * (height - 1));
    const int left = static_cast<int>(random.below(static_cast<std::uint64_t>(width - box_width + 1)));
    const int top = static_cast<int>(random.below(static_cast<std::uint64_t>(height - box_height + 1)));
    const double level = random.uniform();
    for (std::size_t p = 0; p < planes; ++p) {
      cv::Mat map(height, width, CV_32F, values.data() + p * plane);
      map(cv::Rect(left, top, box_width, box_height)).setTo(cv::Scalar(level));
    }
  }
  if (grey) {
    for (std::size_t c = 1; c < static_cast<std::size_t>(channels); ++c) {
      std::copy_n(values.begin(), plane, values.begin() + static_cast<std::ptrdiff_t>(c * plane));
    }
  }
}

}  // namespace galen::train
