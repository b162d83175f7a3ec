// Reading image files of any supported format: PNG, JPEG, TIFF, NIfTI (the format is recognised by content, not name).
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "galen/image/image.h"

namespace galen::image {

struct ReadLimits {
  // Checked against the header before anything is decoded.
  std::size_t file_bytes = std::size_t{2} << 30;
  std::size_t voxels = std::size_t{1} << 28;
  // Of the decoded float samples.
  std::size_t decoded_bytes = std::size_t{2} << 30;
};

enum class FileFormat { kUnknown, kPng, kJpeg, kTiff, kNifti, kDicom };

// By the first bytes of the file.
FileFormat recognise_format(std::string_view first_bytes);

// Reads a PNG (grey, grey + alpha, RGB, RGBA, palette, 1-16 bits), a JPEG (grey, YCbCr, CMYK; turned upright as EXIF
// says) a TIFF (strips and tiles, 8/16 bits, integer and float) or a NIfTI-1/-2 file (.nii, .nii.gz). Alpha is composed
// over black and dropped; palettes become RGB; samples that are not finite become the smallest finite sample. DICOM
// files are read by galen::dicom, and `read_image` says so.
Result<Image> read_image(const std::filesystem::path& path, const ReadLimits& limits = {});
Result<Image> decode_image(std::string_view bytes, const ReadLimits& limits = {});

// A mask: an 8-bit (or 1-, 2-, 4-bit) grey or palette PNG of class numbers, or a NIfTI of whole numbers 0-255.
// A 1-bit PNG, and with it 0/255, give 0 and 1.
Result<LabelMap> read_label_map(const std::filesystem::path& path, const ReadLimits& limits = {});

}  // namespace galen::image
