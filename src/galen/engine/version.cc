#include "galen/engine/version.h"

namespace galen::engine {

std::string galen_version() { return GALEN_VERSION; }

}  // namespace galen::engine
