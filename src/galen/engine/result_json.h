// The result as a JSON document (result.json); described by result.schema.json. Pixels are not in it: masks are files.
#pragma once

#include "galen/base/json.h"
#include "galen/engine/result.h"

namespace galen::engine {

Json to_json(const StudyResult& result);
Json to_json(const Measurement& measurement);

// The JSON Schema that every result.json keeps to.
const std::string& result_schema();

}  // namespace galen::engine
