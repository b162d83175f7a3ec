// Writing images: PNG for 2-D, NIfTI for 3-D. Files appear whole or not at all.
#pragma once

#include <filesystem>
#include <string>

#include "galen/image/image.h"

namespace galen::image {

// 1 or 3 channels; samples are rounded and clamped to 0-255.
Status write_png(const std::filesystem::path& path, const Image& image);
// The same, as bytes (for embedding into a report).
Result<std::string> encode_png(const Image& image);
// An 8-bit grey PNG of class numbers. `probability` maps are written as write_png(255 * p).
Status write_label_png(const std::filesystem::path& path, const LabelMap& labels);
// NIfTI-1, gzip when the name ends in .gz; the grid of `geometry`, in mm. An image of unknown spacing is written
// without unit and orientation. The format cannot say that millimetres are on the detector: they read back as the
// patient's.
Status write_nifti(const std::filesystem::path& path, const Image& image);
Status write_label_nifti(const std::filesystem::path& path, const LabelMap& labels, const Geometry& geometry);

}  // namespace galen::image
