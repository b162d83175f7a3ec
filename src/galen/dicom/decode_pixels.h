// From PixelData to stored values, whatever the transfer syntax.
#pragma once

#include "galen/dicom/pixel_header.h"
#include "galen/dicom/stored_values.h"

namespace galen::dicom {

Result<StoredValues> decode_pixels(const Dataset& dataset, const PixelHeader& header, const image::ReadLimits& limits);

}  // namespace galen::dicom
