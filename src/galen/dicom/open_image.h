// The one way in for images of any format: the content decides, not the name.
#pragma once

#include <filesystem>

#include "galen/image/read.h"

namespace galen::dicom {

// A PNG, JPEG, TIFF, NIfTI (image::read_image) or DICOM file (decode_dicom).
Result<image::Image> open_image(const std::filesystem::path& path, const image::ReadLimits& limits = {});

}  // namespace galen::dicom
