// From stored values to samples: rescale, inversion, palettes and colour spaces.
#pragma once

#include "galen/dicom/pixel_header.h"
#include "galen/dicom/stored_values.h"
#include "galen/image/image.h"

namespace galen::dicom {

// Fills `image.samples` (and channels, stored_bits, window): grey in rescaled units with larger numbers brighter,
// colours as RGB 0-255 (0-65535 for 16 bits).
Status fill_samples(const Dataset& dataset, const PixelHeader& header, const StoredValues& stored, image::Image& image);

}  // namespace galen::dicom
