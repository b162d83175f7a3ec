#include "galen/cli/open_zoo.h"

namespace galen::cli {

Result<zoo::Zoo> open_zoo(const Arguments& arguments) {
  return zoo::Zoo::open(arguments.has("zoo") ? std::filesystem::path(arguments.text("zoo"))
                                             : zoo::default_zoo_folder());
}

}  // namespace galen::cli
