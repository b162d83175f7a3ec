// Progress of long work, told to whoever listens; library code never prints.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace galen {

// Called with the part done, the whole (0: unknown) and a short phrase of what is being done. May be empty.
using Progress = std::function<void(std::size_t done, std::size_t total, const std::string& what)>;

inline void tell(const Progress& progress, std::size_t done, std::size_t total, const std::string& what) {
  if (progress) progress(done, total, what);
}

}  // namespace galen
