#include "galen/base/memory.h"

#include <cstdlib>  // Defines __GLIBC__ where that is the C library

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace galen {

void keep_resident_memory_flat() {
#ifdef __GLIBC__
  constexpr int kLargeBlock = 1 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);
#endif
}

}  // namespace galen
