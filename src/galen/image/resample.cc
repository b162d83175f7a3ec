#include "galen/image/resample.h"

#include <opencv2/imgproc.hpp>

namespace galen::image {
namespace {

int opencv_flag(Interpolation interpolation, bool shrinks) {
  switch (interpolation) {
    case Interpolation::kNearest:
      return cv::INTER_NEAREST_EXACT;
    case Interpolation::kBilinear:
      return cv::INTER_LINEAR;
    case Interpolation::kArea:
      return shrinks ? cv::INTER_AREA : cv::INTER_LINEAR;
  }
  return cv::INTER_LINEAR;
}

// New voxel centres in the old grid: old = (new + 0.5) * scale - 0.5.
Geometry scaled(const Geometry& geometry, double scale_x, double scale_y) {
  Geometry result = geometry;
  for (std::size_t row = 0; row < 3; ++row) {
    const double x = geometry.world_from_voxel[row * 4];
    const double y = geometry.world_from_voxel[row * 4 + 1];
    result.world_from_voxel[row * 4] = x * scale_x;
    result.world_from_voxel[row * 4 + 1] = y * scale_y;
    result.world_from_voxel[row * 4 + 3] += x * (0.5 * scale_x - 0.5) + y * (0.5 * scale_y - 0.5);
  }
  return result;
}

}  // namespace

Image resize(const Image& image, int width, int height, Interpolation interpolation) {
  GALEN_CHECK(!image.empty() && width > 0 && height > 0, "resize needs an image and a size");
  if (image.width == width && image.height == height) return image;
  Image result = make_image(width, height, image.channels, image.depth);
  result.geometry =
      scaled(image.geometry, static_cast<double>(image.width) / width, static_cast<double>(image.height) / height);
  result.spacing_kind = image.spacing_kind;
  result.stored_bits = image.stored_bits;
  result.modality = image.modality;
  result.window_low_high = image.window_low_high;
  const int flag = opencv_flag(interpolation, width <= image.width && height <= image.height);
  const int type = CV_MAKETYPE(CV_32F, image.channels);
  for (int k = 0; k < image.depth; ++k) {
    const cv::Mat from(image.height, image.width, type,
                       const_cast<float*>(image.samples.data() + image.offset(0, 0, k)));
    cv::Mat to(height, width, type, result.samples.data() + result.offset(0, 0, k));
    cv::resize(from, to, to.size(), 0, 0, flag);
  }
  return result;
}

LabelMap resize(const LabelMap& map, int width, int height) {
  GALEN_CHECK(!map.labels.empty() && width > 0 && height > 0, "resize needs a label map and a size");
  if (map.width == width && map.height == height) return map;
  LabelMap result = make_label_map(width, height, map.depth);
  for (int k = 0; k < map.depth; ++k) {
    const cv::Mat from(map.height, map.width, CV_8U,
                       const_cast<std::uint8_t*>(map.labels.data() + map.offset(0, 0, k)));
    cv::Mat to(height, width, CV_8U, result.labels.data() + result.offset(0, 0, k));
    cv::resize(from, to, to.size(), 0, 0, cv::INTER_NEAREST_EXACT);
  }
  return result;
}

}  // namespace galen::image
