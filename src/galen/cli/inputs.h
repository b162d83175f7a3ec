// The images that a command line names, and the names of what is made from them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "galen/base/result.h"

namespace galen::cli {

// Paths as typed; "@films.txt" stands for the paths that the text file lists, one a line (relative to the working
// folder, as if typed). Empty lines are passed over. Fails on a list that cannot be read or is empty.
Result<std::vector<std::filesystem::path>> expand_inputs(const std::vector<std::string>& typed);

// The file's name without the extension of its format: "film" of "films/film.jpg" and of "film.nii.gz".
std::string base_name(const std::filesystem::path& path);

// Fails (wrong use) where two images have the same base name, naming both: their results would replace each other.
Status refuse_same_names(const std::vector<std::filesystem::path>& images);

}  // namespace galen::cli
