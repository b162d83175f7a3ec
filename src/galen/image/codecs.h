// One decoder for each file format, for read.cc. Each takes the whole file's bytes, and fails with a sentence that does
// not name the file. Damaged and cut-off files are errors, never half an image. Nothing is printed.
#pragma once

#include <string_view>

#include "galen/image/image.h"
#include "galen/image/read.h"

namespace galen::image {

Result<Image> decode_png(std::string_view bytes, const ReadLimits& limits);
// The stored numbers as they are: palette indices, and grey values without scaling.
Result<LabelMap> decode_png_labels(std::string_view bytes, const ReadLimits& limits);

Result<Image> decode_jpeg(std::string_view bytes, const ReadLimits& limits);

Result<Image> decode_tiff(std::string_view bytes, const ReadLimits& limits);

bool is_nifti(std::string_view bytes);
Result<Image> decode_nifti(std::string_view bytes, const ReadLimits& limits);

}  // namespace galen::image
