// SHA-256, as lower-case hexadecimal text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "galen/base/result.h"

namespace galen {

std::string sha256(std::string_view bytes);
Result<std::string> sha256_of_file(const std::filesystem::path& path);

}  // namespace galen
