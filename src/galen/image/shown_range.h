// Which sample values of an image mean black and white.
#pragma once

#include <array>

#include "galen/image/image.h"

namespace galen::image {

// In sample units, low < high:
// - the display window, where the file gives one;
// - 0 to 255 of files with samples of up to 8 bits;
// - of larger unsigned integers, 0 to what the bits that occur can hold: detectors put 10 to 14 bits into 16-bit files;
// - of signed and floating-point samples, the middle 99 % of what occurs.
// An image of one value everywhere gets a range of width 1 above it, or the one that its bits say.
std::array<double, 2> shown_range(const Image& image);

}  // namespace galen::image
