#include "galen/dicom/open_image.h"

#include "galen/base/files.h"
#include "galen/dicom/read_dicom.h"

namespace galen::dicom {

Result<image::Image> open_image(const std::filesystem::path& path, const image::ReadLimits& limits) {
  const Result<std::string> bytes = read_text_file(path, limits.file_bytes);
  if (!bytes) return bytes.error();
  const bool is_dicom = image::recognise_format(*bytes) == image::FileFormat::kDicom;
  Result<image::Image> image = is_dicom ? decode_dicom(*bytes, limits) : image::decode_image(*bytes, limits);
  if (!image) return image.error_in(path.string());
  return image;
}

}  // namespace galen::dicom
