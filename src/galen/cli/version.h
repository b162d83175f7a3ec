// What `galen --version` prints.
#pragma once

#include <string>

namespace galen::cli {

std::string version_text();  // "galen 0.1.0"

}  // namespace galen::cli
