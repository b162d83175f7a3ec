#include "galen/image/image.h"

#include <cmath>

namespace galen::image {

std::array<double, 3> Geometry::spacing_mm() const {
  std::array<double, 3> spacing{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    spacing[axis] = std::hypot(world_from_voxel[axis], world_from_voxel[4 + axis], world_from_voxel[8 + axis]);
  }
  return spacing;
}

Image make_image(int width, int height, int channels, int depth) {
  GALEN_CHECK(width > 0 && height > 0 && channels > 0 && depth > 0, "an image has at least one voxel");
  Image image;
  image.width = width;
  image.height = height;
  image.depth = depth;
  image.channels = channels;
  image.samples.resize(image.voxels() * static_cast<std::size_t>(channels));
  return image;
}

LabelMap make_label_map(int width, int height, int depth) {
  GALEN_CHECK(width > 0 && height > 0 && depth > 0, "a label map has at least one voxel");
  LabelMap map;
  map.width = width;
  map.height = height;
  map.depth = depth;
  map.labels.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
                    static_cast<std::size_t>(depth));
  return map;
}

}  // namespace galen::image
