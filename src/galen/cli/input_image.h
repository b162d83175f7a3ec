// Reading an image of any kind that galen knows.
#pragma once

#include <filesystem>

#include "galen/image/read.h"

namespace galen::cli {

// The sentence of an error begins with the path.
Result<image::Image> open_image(const std::filesystem::path& path);

// For a network of one modality: fails (refused) where the file itself says that it is of another.
Result<image::Image> open_image_of(const std::filesystem::path& path, const std::string& modality);

}  // namespace galen::cli
