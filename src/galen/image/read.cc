#include "galen/image/read.h"

#include <algorithm>
#include <cmath>

#include "galen/base/files.h"
#include "galen/image/codecs.h"

namespace galen::image {
namespace {

bool starts_with(std::string_view bytes, std::string_view magic) { return bytes.substr(0, magic.size()) == magic; }

// Old programs leave out the preamble: the file starts with an element of group 2 or 8, in either byte order, with the
// two letters of its value representation or with a short length.
bool is_dicom_without_preamble(std::string_view bytes) {
  if (bytes.size() < 16) return false;
  const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(bytes[n]); };
  const bool little = (byte(0) == 2 || byte(0) == 8) && byte(1) == 0 && byte(3) == 0;
  const bool big = (byte(1) == 2 || byte(1) == 8) && byte(0) == 0 && byte(2) == 0;
  if (!little && !big) return false;
  const auto is_letter = [&](std::size_t n) { return byte(n) >= 'A' && byte(n) <= 'Z'; };
  if (is_letter(4) && is_letter(5)) return true;
  const bool short_little = byte(5) == 0 && byte(6) == 0 && byte(7) == 0 && byte(4) % 2 == 0;
  return little && short_little && byte(4) <= 64;
}

// Networks and measurements know no NaN: the darkest value stands for "no value".
Status replace_non_finite(std::vector<float>& samples) {
  if (std::all_of(samples.begin(), samples.end(), [](float value) { return std::isfinite(value); })) return {};
  float smallest = 0;
  bool found = false;
  for (float value : samples) {
    if (std::isfinite(value) && (!found || value < smallest)) smallest = value, found = true;
  }
  if (!found) return Error{"none of the image's samples is a number"};
  for (float& value : samples) {
    if (!std::isfinite(value)) value = smallest;
  }
  return {};
}

// 0 and 255 are how programs without class numbers write a mask of one class.
void make_class_numbers(LabelMap& map) {
  bool only_ends = true;
  bool any_high = false;
  for (std::uint8_t label : map.labels) {
    only_ends &= label == 0 || label == 255;
    any_high |= label == 255;
  }
  if (only_ends && any_high) {
    for (std::uint8_t& label : map.labels) label = label == 0 ? 0 : 1;
  }
}

Result<LabelMap> labels_from_image(const Image& image) {
  if (image.channels != 1) return Error{"the mask has several channels; a mask holds one class number for each voxel"};
  LabelMap map = make_label_map(image.width, image.height, image.depth);
  for (std::size_t n = 0; n < image.samples.size(); ++n) {
    const float value = image.samples[n];
    if (!(value >= 0 && value <= 255) || value != std::floor(value)) {
      return Error{"the mask holds values that are not whole numbers from 0 to 255, so it is no map of class numbers"};
    }
    map.labels[n] = static_cast<std::uint8_t>(value);
  }
  return map;
}

constexpr const char* kUnknownFormat =
    "not an image that galen reads; it should be a PNG, JPEG, TIFF, NIfTI or DICOM file (its content counts, not its "
    "name)";

}  // namespace

FileFormat recognise_format(std::string_view bytes) {
  using namespace std::string_view_literals;
  // First, because a DICOM file's preamble may make it a TIFF as well.
  if (bytes.size() >= 132 && bytes.substr(128, 4) == "DICM") return FileFormat::kDicom;
  if (starts_with(bytes, "\x89PNG\r\n\x1a\n"sv)) return FileFormat::kPng;
  if (starts_with(bytes, "\xff\xd8\xff"sv)) return FileFormat::kJpeg;
  for (std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (starts_with(bytes, magic)) return FileFormat::kTiff;
  }
  if (is_dicom_without_preamble(bytes)) return FileFormat::kDicom;
  if (is_nifti(bytes)) return FileFormat::kNifti;
  return FileFormat::kUnknown;
}

Result<Image> decode_image(std::string_view bytes, const ReadLimits& limits) {
  if (bytes.empty()) return Error{"the file is empty"};
  auto decode = [&]() -> Result<Image> {
    switch (recognise_format(bytes)) {
      case FileFormat::kPng:
        return decode_png(bytes, limits);
      case FileFormat::kJpeg:
        return decode_jpeg(bytes, limits);
      case FileFormat::kTiff:
        return decode_tiff(bytes, limits);
      case FileFormat::kNifti:
        return decode_nifti(bytes, limits);
      case FileFormat::kDicom:
        return Error{"this is a DICOM file, which is read by another function (galen::dicom::open_image)"};
      case FileFormat::kUnknown:
        break;
    }
    return Error{kUnknownFormat};
  };
  Result<Image> image = decode();
  if (!image) return image;
  if (Status finite = replace_non_finite(image->samples); !finite) return finite.error();
  return image;
}

Result<Image> read_image(const std::filesystem::path& path, const ReadLimits& limits) {
  Result<std::string> bytes = read_text_file(path, limits.file_bytes);
  if (!bytes) return bytes.error();
  Result<Image> image = decode_image(*bytes, limits);
  if (!image) return image.error_in(path.string());
  return image;
}

Result<LabelMap> read_label_map(const std::filesystem::path& path, const ReadLimits& limits) {
  Result<std::string> bytes = read_text_file(path, limits.file_bytes);
  if (!bytes) return bytes.error();
  auto decode = [&]() -> Result<LabelMap> {
    if (bytes->empty()) return Error{"the file is empty"};
    switch (recognise_format(*bytes)) {
      case FileFormat::kPng:
        return decode_png_labels(*bytes, limits);
      case FileFormat::kNifti:
      case FileFormat::kTiff: {
        Result<Image> image = decode_image(*bytes, limits);
        if (!image) return image.error();
        return labels_from_image(*image);
      }
      case FileFormat::kJpeg:
        return Error{"a JPEG cannot hold a mask, because its compression changes class numbers; use PNG or NIfTI"};
      default:
        return Error{"not a mask that galen reads; it should be a PNG or NIfTI file of class numbers"};
    }
  };
  Result<LabelMap> map = decode();
  if (!map) return map.error_in(path.string());
  make_class_numbers(*map);
  return map;
}

}  // namespace galen::image
