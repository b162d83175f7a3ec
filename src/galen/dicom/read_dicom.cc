#include "galen/dicom/read_dicom.h"

#include "galen/dicom/colours.h"
#include "galen/dicom/decode_pixels.h"
#include "galen/dicom/geometry.h"
#include "galen/image/limits.h"

namespace galen::dicom {
namespace {

Result<image::Image> decode(std::string_view bytes, const image::ReadLimits& limits) {
  const Result<Dataset> dataset = Dataset::parse(bytes, limits);
  if (!dataset) return dataset.error();
  const Result<PixelHeader> header = read_pixel_header(*dataset, limits);
  if (!header) return header.error();
  if (dataset->text(DCM_Modality) == "SEG") {
    return Error{"this DICOM file is a segmentation, not an image; give the image that it belongs to"};
  }
  const int channels = header->samples == 3 || header->photometric == "PALETTE COLOR" ? 3 : 1;
  if (Status fits =
          image::check_grid(static_cast<std::uint64_t>(header->columns), static_cast<std::uint64_t>(header->rows),
                            static_cast<std::uint64_t>(header->frames), static_cast<std::uint64_t>(channels), limits);
      !fits) {
    return fits.error();
  }
  const Result<StoredValues> stored = decode_pixels(*dataset, *header, limits);
  if (!stored) return stored.error();
  image::Image image = image::make_image(header->columns, header->rows, channels, header->frames);
  if (Status filled = fill_samples(*dataset, *header, *stored, image); !filled) return filled.error();
  fill_geometry(*dataset, *header, image);
  image.modality = modality_of(*dataset);
  return image;
}

}  // namespace

Result<image::Image> decode_dicom(std::string_view bytes, const image::ReadLimits& limits) {
  return without_exceptions([&] { return decode(bytes, limits); });
}

}  // namespace galen::dicom
