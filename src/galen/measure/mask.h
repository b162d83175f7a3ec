// What every measurement of a mask shares: which label is meant, points, lines and pixel spacing.
#pragma once

#include <cstdint>

#include "galen/base/result.h"
#include "galen/image/image.h"

namespace galen::measure {

// A label value that stands for every label of a mask (all that is not background).
inline constexpr int kAnyLabel = 0;

inline bool is_label(std::uint8_t sample, int value) { return value == kAnyLabel ? sample != 0 : sample == value; }

// In pixels; centres of pixels are at whole numbers, so that the image begins at -0.5.
struct Point {
  double x = 0, y = 0;
};

// Millimetres between neighbouring pixel centres along columns' and rows' index; 1, 1 measures in pixels.
struct PixelSpacing {
  double x = 1, y = 1;
};

// `length` is in the unit of the spacing that it was measured with.
struct Line {
  Point from, to;
  double length = 0;
};

// Fails with a sentence where two masks do not lie in one grid.
Status same_grid(const image::LabelMap& one, const image::LabelMap& other);

}  // namespace galen::measure
