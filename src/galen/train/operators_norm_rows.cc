#include "galen/train/operators_norm_rows.h"

#include <cstddef>
#include <type_traits>

#include "galen/train/operators_vector.h"

namespace galen::train {

namespace portable {
namespace {
#include "galen/train/operators_norm_rows.inc"
}  // namespace
}  // namespace portable

#if GALEN_HAS_AVX2_CODE
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
namespace {
#include "galen/train/operators_norm_rows.inc"
}  // namespace
}  // namespace avx2
#pragma GCC pop_options
#endif

namespace {

// Calls function(pointer to the element type, activation as a type); bfloat16 is handled as its bits.
template <typename Function>
void dispatch(Element element, FusedActivation activation, Function function) {
  const auto with_type = [&](auto* pointer) {
    switch (activation) {
      case FusedActivation::kNone:
        return function(pointer, std::integral_constant<FusedActivation, FusedActivation::kNone>());
      case FusedActivation::kClip:
        return function(pointer, std::integral_constant<FusedActivation, FusedActivation::kClip>());
      case FusedActivation::kSilu:
        return function(pointer, std::integral_constant<FusedActivation, FusedActivation::kSilu>());
    }
  };
  if (element == Element::kFloat32) return with_type(static_cast<float*>(nullptr));
  return with_type(static_cast<std::uint16_t*>(nullptr));
}

}  // namespace

void sum_rows(Element element, const void* x, std::int64_t rows, std::int64_t width, const float* shift, float* sum,
              float* squares) {
  dispatch(element, FusedActivation::kNone, [&](auto* pointer, auto) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    GALEN_FASTEST(sum_rows(static_cast<const T*>(x), rows, width, shift, sum, squares));
  });
}

void normalise_rows(Element element, const RowActivation& activation, const void* x, void* y, std::int64_t rows,
                    std::int64_t width, const float* factor, const float* offset) {
  dispatch(element, activation.kind, [&](auto* pointer, auto kind) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    GALEN_FASTEST(normalise_rows(kind, static_cast<const T*>(x), static_cast<T*>(y), rows, width, factor, offset,
                                 activation.low, activation.high));
  });
}

void sum_gradient_rows(Element element, const RowActivation& activation, const void* x, const void* dy,
                       std::int64_t rows, std::int64_t width, std::int64_t pitch, const float* factor,
                       const float* offset, const float* mean, float* sum, float* products) {
  dispatch(element, activation.kind, [&](auto* pointer, auto kind) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    GALEN_FASTEST(sum_gradient_rows(kind, static_cast<const T*>(x), static_cast<const T*>(dy), rows, width, pitch,
                                    factor, offset, mean, activation.low, activation.high, sum, products));
  });
}

void gradient_rows(Element element, const RowActivation& activation, const void* x, const void* dy, void* dx,
                   std::int64_t rows, std::int64_t width, std::int64_t pitch, const float* factor, const float* offset,
                   const float* slope, const float* constant) {
  dispatch(element, activation.kind, [&](auto* pointer, auto kind) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    GALEN_FASTEST(gradient_rows(kind, static_cast<const T*>(x), static_cast<const T*>(dy), static_cast<T*>(dx), rows,
                                width, pitch, factor, offset, slope, constant, activation.low, activation.high));
  });
}

}  // namespace galen::train
