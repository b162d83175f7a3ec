#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "galen/train/augment.h"

namespace galen::train {
namespace {

// Even on a logarithmic scale, so that growing and shrinking are equally likely.
double draw_factor(const Range& range, Random& random) {
  return std::exp(random.uniform(std::log(range[0]), std::log(range[1])));
}

}  // namespace

runtime::Displacement draw_displacement(int width, int height, double amplitude, double spacing, Random& random) {
  const int columns = std::max(2, static_cast<int>(std::ceil(width / spacing)) + 1);
  const int rows = std::max(2, static_cast<int>(std::ceil(height / spacing)) + 1);
  runtime::Displacement displacement;
  for (std::vector<float>* axis : {&displacement.x, &displacement.y}) {
    cv::Mat control(rows, columns, CV_32F);
    for (int r = 0; r < rows; ++r) {
      for (int c = 0; c < columns; ++c) control.at<float>(r, c) = static_cast<float>(amplitude * random.normal());
    }
    axis->resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    cv::Mat full(height, width, CV_32F, axis->data());
    cv::resize(control, full, full.size(), 0, 0, cv::INTER_CUBIC);
  }
  return displacement;
}

GeometricChange draw_geometric_change(const AugmentRecipe& augment, int width, int height, Random& random) {
  // Every number is drawn whether it is used or not: changing one setting leaves the others' draws as they were.
  const bool mirrored = random.chance(augment.flip_horizontal);
  const bool upended = random.chance(augment.flip_vertical);
  const double angle = random.uniform(-1, 1) * augment.rotate_degrees * std::numbers::pi / 180;
  const double scale = draw_factor(augment.scale, random);
  const double stretch = std::exp(random.uniform(-0.5, 0.5) * std::log1p(augment.stretch));
  const double shift_x = random.uniform(-1, 1) * augment.translate * width;
  const double shift_y = random.uniform(-1, 1) * augment.translate * height;
  const bool elastic = random.chance(augment.elastic_probability) && augment.elastic_amplitude > 0;

  // A structure that is to look larger by `scale` is sampled in steps smaller by it.
  const double sx = (mirrored ? -1 : 1) / (scale * stretch);
  const double sy = (upended ? -1 : 1) * stretch / scale;
  const double cosine = std::cos(angle), sine = std::sin(angle);
  const double cx = (width - 1) / 2.0, cy = (height - 1) / 2.0;
  GeometricChange change;
  runtime::PixelMap& map = change.unchanged_from_changed;
  if (augment.rotate_degrees > 0) {
    map = {sx * cosine, -sx * sine, 0, sy * sine, sy * cosine, 0};
  } else {
    map = {sx, 0, 0, 0, sy, 0};
  }
  map.c = cx - shift_x - map.a * cx - map.b * cy;
  map.f = cy - shift_y - map.d * cx - map.e * cy;
  if (elastic) {
    change.displacement = draw_displacement(width, height, augment.elastic_amplitude, augment.elastic_spacing, random);
  }
  return change;
}

}  // namespace galen::train
