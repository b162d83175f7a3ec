// The figures of `galen eval` for people.
#pragma once

#include <string>

#include "galen/base/json.h"

namespace galen::cli {

// `summary` as evaluate::Evaluation has it. One line a figure, "lung dice  0.968  [0.963, 0.971]", for all images and
// for each domain; what is no single figure (the confusion matrix, the reliability curve) is left out.
std::string figures_table(const Json& summary);

}  // namespace galen::cli
