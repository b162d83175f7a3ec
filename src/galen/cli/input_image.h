// Reading an image of any kind that galen knows, as the command line says.
#pragma once

#include <filesystem>

#include "galen/cli/command.h"
#include "galen/image/image.h"

namespace galen::cli {

// The image, or the slice of it that --slice names. The sentence of an error begins with the path.
Result<image::Image> open_image(const std::filesystem::path& path, const Arguments& arguments);

// For a network of one modality: fails (refused) where the file itself says that it is of another.
Result<image::Image> open_image_of(const std::filesystem::path& path, const std::string& modality,
                                   const Arguments& arguments);

}  // namespace galen::cli
