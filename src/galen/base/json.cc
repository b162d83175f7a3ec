#include "galen/base/json.h"

#include "galen/base/files.h"

namespace galen {
namespace {

// nlohmann's parser recurses on depth only when destroying values, but a depth limit keeps hostile input cheap.
bool exceeds_depth(std::string_view text, int limit) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limit) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) {
    return Error{"the JSON text has " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(limits.bytes) + " are read"};
  }
  if (exceeds_depth(text, limits.depth)) {
    return Error{"the JSON text is nested more than " + std::to_string(limits.depth) + " levels deep"};
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    return Error{std::string("not valid JSON: ") + error.what()};
  }
}

Result<Json> read_json_file(const std::filesystem::path& path, const JsonLimits& limits) {
  const Result<std::string> text = read_text_file(path, limits.bytes);
  if (!text) return text.error();
  Result<Json> document = parse_json(*text, limits);
  if (!document) return document.error_in(path.string());
  return document;
}

Status write_json_file(const std::filesystem::path& path, const Json& document) {
  return write_file_atomically(path, to_text(document, 1) + "\n");
}

std::string to_text(const Json& document, int indent) {
  return document.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace galen
