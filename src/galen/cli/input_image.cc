#include "galen/cli/input_image.h"

#include "galen/dicom/open_image.h"
#include "galen/image/slice.h"

namespace galen::cli {

Result<image::Image> open_image(const std::filesystem::path& path, const Arguments& arguments) {
  Result<image::Image> image = dicom::open_image(path);
  if (!image || !arguments.has("slice")) return image;
  Result<image::Image> slice = image::take_slice(*image, arguments.integer("slice", 1));
  if (!slice) return slice.error_in(path.string());
  return slice;
}

Result<image::Image> open_image_of(const std::filesystem::path& path, const std::string& modality,
                                   const Arguments& arguments) {
  Result<image::Image> image = open_image(path, arguments);
  if (!image || image->modality.empty() || modality.empty() || image->modality == modality) return image;
  return refusal(path.string() + ": the file says that it is of the modality " + image->modality +
                 ", and the network is for " + modality + ".");
}

}  // namespace galen::cli
