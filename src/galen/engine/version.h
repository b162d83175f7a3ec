#pragma once

#include <string>

namespace galen::engine {

// "0.1.0": the project's version as CMake has it.
std::string galen_version();

}  // namespace galen::engine
