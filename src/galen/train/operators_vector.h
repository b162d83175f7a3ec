// For the few loops that training's speed hangs on: their code is compiled twice, for any processor and for one with
// AVX2 and FMA, and chosen at run time. Code that does so includes operators_vector.inc and its own .inc in both
// namespaces:
//
//   namespace galen::train::portable {
//   #include "galen/train/x.inc"
//   }
//   #if GALEN_HAS_AVX2_CODE ... the same in namespace avx2, between push_options, target("avx2,fma") and pop_options
//
// and calls GALEN_FASTEST(function(arguments)).
#pragma once

#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define GALEN_HAS_AVX2_CODE 1
#define GALEN_FASTEST(call) (galen::train::processor_has_avx2() ? avx2::call : portable::call)
#else
#define GALEN_HAS_AVX2_CODE 0
#define GALEN_FASTEST(call) portable::call
#endif

// Vectors are handed over only between functions that are inlined, so that their calling convention does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"

#define GALEN_INLINE __attribute__((always_inline)) inline
#define GALEN_INLINE_LAMBDA __attribute__((always_inline))

namespace galen::train {

#if GALEN_HAS_AVX2_CODE
inline bool processor_has_avx2() {
  static const bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return has;
}
#endif

}  // namespace galen::train
