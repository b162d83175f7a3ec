// Reading one DICOM file as an image.
#pragma once

#include <string_view>

#include "galen/image/read.h"

namespace galen::dicom {

// Radiographs, CT, MR, PET, ultrasound, photographs, secondary captures; the transfer syntaxes of stored_values.h.
// Frames become slices (depth). Grey samples are in rescaled units (HU for CT), turned round where white is 0, so that
// a larger number is always brighter; colours are RGB. Geometry, the meaning of the spacing, the display window and the
// modality come from the file. A file without an image (report, structure set, directory) and a segmentation are
// refused.
Result<image::Image> decode_dicom(std::string_view bytes, const image::ReadLimits& limits = {});

}  // namespace galen::dicom
