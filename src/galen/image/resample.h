// Scaling images and masks to another size.
#pragma once

#include "galen/image/image.h"

namespace galen::image {

enum class Interpolation {
  kNearest,
  kBilinear,  // Aliases when an image is made much smaller.
  kArea,      // Means over the covered area: for making images smaller; bilinear where a side grows.
};

// The image scaled to `width` x `height` (pixel corners stay in place); each slice of a volume by itself. Geometry is
// adjusted so that every structure keeps its place in the world.
Image resize(const Image& image, int width, int height, Interpolation interpolation = Interpolation::kBilinear);

// Nearest neighbour: no class number appears that was not there.
LabelMap resize(const LabelMap& map, int width, int height);

}  // namespace galen::image
