// GALEN_CHECK(condition, message): a broken invariant aborts in debug builds and throws std::logic_error in release.
#pragma once

#include <string>

namespace galen {
[[noreturn]] void check_failed(const char* condition, const char* file, int line, const std::string& message);
}  // namespace galen

#define GALEN_CHECK(condition, message)                                                 \
  do {                                                                                  \
    if (!(condition)) ::galen::check_failed(#condition, __FILE__, __LINE__, (message)); \
  } while (false)
