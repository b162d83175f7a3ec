// The zoo that a command works with.
#pragma once

#include "galen/cli/command.h"
#include "galen/zoo/zoo.h"

namespace galen::cli {

// --zoo, else $GALEN_ZOO, else the one that comes with galen.
Result<zoo::Zoo> open_zoo(const Arguments& arguments);

}  // namespace galen::cli
