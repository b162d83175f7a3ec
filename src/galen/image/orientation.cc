#include "galen/image/orientation.h"

#include <utility>

namespace galen::image {

Image turn_upright(Image image, int orientation) {
  if (orientation < 2 || orientation > 8 || image.is_volume()) return image;
  const bool transposed = orientation >= 5;
  const int width = transposed ? image.height : image.width;
  const int height = transposed ? image.width : image.height;
  // In the file's frame: does x (after a transposition) run to the left, does y run upwards?
  const bool flip_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool flip_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  std::vector<float> turned(image.samples.size());
  const auto channels = static_cast<std::size_t>(image.channels);
  std::size_t to = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int u = flip_x ? width - 1 - x : x;
      const int v = flip_y ? height - 1 - y : y;
      const std::size_t from = transposed ? image.offset(v, u) : image.offset(u, v);
      for (std::size_t c = 0; c < channels; ++c) turned[to++] = image.samples[from + c];
    }
  }
  image.samples = std::move(turned);
  image.width = width;
  image.height = height;
  if (transposed) std::swap(image.geometry.world_from_voxel[0], image.geometry.world_from_voxel[5]);
  return image;
}

}  // namespace galen::image
