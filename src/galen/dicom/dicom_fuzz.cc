// libFuzzer: any bytes give an image or an error.
#include "galen/dicom/read_dicom.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  galen::image::ReadLimits limits;
  limits.voxels = std::size_t{1} << 20;
  limits.decoded_bytes = std::size_t{16} << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const galen::Result<galen::image::Image> image = galen::dicom::decode_dicom(bytes, limits);
  if (image && image->samples.size() != image->voxels() * static_cast<std::size_t>(image->channels)) __builtin_trap();
  return 0;
}
