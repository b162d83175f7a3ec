#include "galen/image/shown_range.h"

#include <gtest/gtest.h>

namespace galen::image {
namespace {

Image with_samples(std::vector<float> samples, int stored_bits) {
  Image image = make_image(static_cast<int>(samples.size()), 1);
  image.samples = std::move(samples);
  image.stored_bits = stored_bits;
  return image;
}

using Range = std::array<double, 2>;

TEST(ShownRangeTest, TheFilesWindowComesFirst) {
  Image image = with_samples({-1000, 0, 3000}, 16);
  image.window_low_high = {-160, 240};
  EXPECT_EQ(shown_range(image), (Range{-160, 240}));
}

TEST(ShownRangeTest, SamplesOfEightBitsKeepTheirBlackAndWhite) {
  EXPECT_EQ(shown_range(with_samples({10, 20}, 8)), (Range{0, 255}));
  EXPECT_EQ(shown_range(with_samples({7, 7}, 8)), (Range{0, 255}));
}

TEST(ShownRangeTest, WiderSamplesReachToWhatTheBitsInUseCanHold) {
  EXPECT_EQ(shown_range(with_samples({0, 3900}, 16)), (Range{0, 4095}));
  EXPECT_EQ(shown_range(with_samples({0, 65000}, 16)), (Range{0, 65535}));
  EXPECT_EQ(shown_range(with_samples({0, 3}, 16)), (Range{0, 255}));
}

TEST(ShownRangeTest, SignedAndFloatingPointSamplesSpanTheirMiddle) {
  std::vector<float> ramp;
  for (int i = 0; i <= 1000; ++i) ramp.push_back(static_cast<float>(i) - 500);
  ramp.back() = 1e6F;  // One wild value does not decide
  EXPECT_EQ(shown_range(with_samples(ramp, 16)), (Range{-495, 495}));
  EXPECT_EQ(shown_range(with_samples({0.25F, 0.25F}, 32)), (Range{0.25, 1.25}));
}

}  // namespace
}  // namespace galen::image
