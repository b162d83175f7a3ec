#include "galen/cli/input_image.h"

#include "galen/dicom/open_image.h"

namespace galen::cli {

Result<image::Image> open_image(const std::filesystem::path& path) { return dicom::open_image(path); }

Result<image::Image> open_image_of(const std::filesystem::path& path, const std::string& modality) {
  Result<image::Image> image = open_image(path);
  if (!image || image->modality.empty() || modality.empty() || image->modality == modality) return image;
  return refusal(path.string() + ": the file says that it is of the modality " + image->modality +
                 ", and the network is for " + modality + ".");
}

}  // namespace galen::cli
