// The loops of batch normalisation with the activation that follows it, over rows of `width` neighbouring values (one
// pixel or several) with channels innermost. Arrays by channel are repeated to `width` and padded to a multiple of
// eight.
#pragma once

#include <cstdint>

namespace galen::train {

enum class FusedActivation { kNone, kClip, kSilu };
enum class Element { kFloat32, kBfloat16 };

inline std::int64_t bytes_of(Element element) { return element == Element::kFloat32 ? 4 : 2; }

// What the loops need of an activation.
struct RowActivation {
  FusedActivation kind = FusedActivation::kNone;
  float low = 0, high = 0;  // Of kClip
};

// sum += x - shift, squares += (x - shift)^2
void sum_rows(Element element, const void* x, std::int64_t rows, std::int64_t width, const float* shift, float* sum,
              float* squares);

// y = activation(x * factor + offset); y may be x.
void normalise_rows(Element element, const RowActivation& activation, const void* x, void* y, std::int64_t rows,
                    std::int64_t width, const float* factor, const float* offset);

// With grad = dy * activation'(x * factor + offset): sum += grad, products += grad * (x - mean). `pitch` is the
// distance between rows of dy in values.
void sum_gradient_rows(Element element, const RowActivation& activation, const void* x, const void* dy,
                       std::int64_t rows, std::int64_t width, std::int64_t pitch, const float* factor,
                       const float* offset, const float* mean, float* sum, float* products);

// dx = factor * grad + slope * x + constant
void gradient_rows(Element element, const RowActivation& activation, const void* x, const void* dy, void* dx,
                   std::int64_t rows, std::int64_t width, std::int64_t pitch, const float* factor, const float* offset,
                   const float* slope, const float* constant);

}  // namespace galen::train
