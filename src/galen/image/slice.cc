#include "galen/image/slice.h"

namespace galen::image {

Result<Image> take_slice(const Image& image, long number) {
  if (number < 1 || number > image.depth) {
    const std::string has =
        image.depth == 1 ? "is a single slice" : "has the slices 1 to " + std::to_string(image.depth);
    return Error{"slice " + std::to_string(number) + " was asked for, and the image " + has};
  }
  const int k = static_cast<int>(number) - 1;
  Image slice = make_image(image.width, image.height, image.channels);
  const auto from = image.samples.begin() + static_cast<std::ptrdiff_t>(image.offset(0, 0, k));
  slice.samples.assign(from, from + static_cast<std::ptrdiff_t>(slice.samples.size()));
  slice.geometry = image.geometry;
  for (std::size_t row = 0; row < 3; ++row) {
    double* matrix = slice.geometry.world_from_voxel.data() + row * 4;
    matrix[3] += k * matrix[2];
  }
  slice.spacing_kind = image.spacing_kind;
  slice.stored_bits = image.stored_bits;
  slice.modality = image.modality;
  slice.window_low_high = image.window_low_high;
  return slice;
}

}  // namespace galen::image
