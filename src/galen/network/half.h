// IEEE 754 half precision: the one 16-bit format that stored weights use.
#pragma once

#include <cstdint>

namespace galen::network {

float float_from_half(std::uint16_t half);

// Rounds to the nearest half, ties to even; beyond the range gives infinity.
std::uint16_t half_from_float(float value);

}  // namespace galen::network
