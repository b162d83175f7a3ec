// JSON values (nlohmann) and the guarded ways to read and write them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "galen/base/result.h"

namespace galen {

// Keys keep the order in which they were written, so that files are stable and diffs are readable.
using Json = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t bytes = std::size_t{64} << 20;
  int depth = 64;
};

// Parses one document. Fails on text beyond the limits, on invalid UTF-8, and on anything after the document.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

Result<Json> read_json_file(const std::filesystem::path& path, const JsonLimits& limits = {});

// Writes the document whole or not at all (see files.h), indented by one space.
Status write_json_file(const std::filesystem::path& path, const Json& document);

// The document as text; bytes that are not UTF-8 become U+FFFD.
std::string to_text(const Json& document, int indent = -1);

}  // namespace galen
