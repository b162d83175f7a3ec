#include "galen/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace galen {

void check_failed(const char* condition, const char* file, int line, const std::string& message) {
  const std::string text = std::string(file) + ":" + std::to_string(line) + ": " + message + " (" + condition + ")";
#ifdef NDEBUG
  throw std::logic_error(text);
#else
  std::fprintf(stderr, "%s\n", text.c_str());
  std::abort();
#endif
}

}  // namespace galen
