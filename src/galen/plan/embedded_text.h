// Data files that the build puts into the program.
#pragma once

#include <string_view>

namespace galen::plan {

extern const std::string_view kPlanSchemaText;  // plan.schema.json

}  // namespace galen::plan
