#include "galen/network/half.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::network {
namespace {

TEST(HalfTest, EveryHalfSurvivesTheWayThroughFloat) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_from_half(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(float_from_half(half_from_float(value))));
    } else {
      EXPECT_EQ(half_from_float(value), half) << bits;
    }
  }
}

TEST(HalfTest, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(half_from_float(1.0f), 0x3c00);
  EXPECT_EQ(half_from_float(1.0f + 0x1.0p-11f), 0x3c00);  // Half way between 1 and its neighbour
  EXPECT_EQ(half_from_float(1.0f + 0x1.8p-10f), 0x3c02);  // Half way, the even one is above
  EXPECT_EQ(half_from_float(1.0f + 0x1.1p-11f), 0x3c01);
  EXPECT_EQ(half_from_float(65519.0f), 0x7bff);
  EXPECT_EQ(half_from_float(65520.0f), 0x7c00);
  EXPECT_EQ(half_from_float(-0x1.0p-24f), 0x8001);
  EXPECT_EQ(half_from_float(0x1.0p-25f), 0x0000);
  EXPECT_EQ(half_from_float(0x1.1p-25f), 0x0001);
}

}  // namespace
}  // namespace galen::network
