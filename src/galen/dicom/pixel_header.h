// What a DICOM file says about how its pixels are stored (PS3.3 C.7.6.3, Image Pixel Module).
#pragma once

#include <cstdint>
#include <string>

#include "galen/dicom/dataset.h"

namespace galen::dicom {

struct PixelHeader {
  int rows = 0;
  int columns = 0;
  int frames = 1;
  int samples = 1;
  int bits_allocated = 0;
  int bits_stored = 0;
  int high_bit = 0;
  bool is_signed = false;
  bool planar = false;  // The samples of a frame one plane after another.
  std::string photometric;

  std::size_t frame_pixels() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
  std::size_t frame_values() const { return frame_pixels() * static_cast<std::size_t>(samples); }
};

// Fails with a sentence where the file holds no image (and says what it is), where the numbers are impossible or of a
// kind that is not read, and where the image is above the limits.
Result<PixelHeader> read_pixel_header(const Dataset& dataset, const image::ReadLimits& limits);

}  // namespace galen::dicom
