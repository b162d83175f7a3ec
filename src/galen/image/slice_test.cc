#include "galen/image/slice.h"

#include <gtest/gtest.h>

namespace galen::image {
namespace {

Image volume() {
  Image image = make_image(2, 1, 3, 4);
  for (std::size_t n = 0; n < image.samples.size(); ++n) image.samples[n] = static_cast<float>(n);
  image.geometry.world_from_voxel = {1, 0, 0, 10, 0, 1, 3, 20, 0, 0, 4, 30, 0, 0, 0, 1};
  image.spacing_kind = SpacingKind::kPatient;
  image.stored_bits = 16;
  image.modality = "ultrasound";
  image.window_low_high = {5, 9};
  return image;
}

TEST(SliceTest, HoldsTheSamplesOfThatSliceAndWhatTheFileSaysOfTheVolume) {
  const Result<Image> slice = take_slice(volume(), 3);
  ASSERT_TRUE(slice) << slice.error().message;
  EXPECT_FALSE(slice->is_volume());
  EXPECT_EQ(slice->samples, (std::vector<float>{12, 13, 14, 15, 16, 17}));
  EXPECT_EQ(slice->spacing_kind, SpacingKind::kPatient);
  EXPECT_EQ(slice->stored_bits, 16);
  EXPECT_EQ(slice->modality, "ultrasound");
  EXPECT_EQ((*slice->window_low_high)[1], 9);
}

TEST(SliceTest, LiesInTheWorldWhereItLayInTheVolume) {
  const std::array<double, 16> expected = {1, 0, 0, 10, 0, 1, 3, 26, 0, 0, 4, 38, 0, 0, 0, 1};
  EXPECT_EQ(take_slice(volume(), 3)->geometry.world_from_voxel, expected);
}

TEST(SliceTest, ANumberThatTheImageDoesNotHaveIsAnErrorThatNamesThoseItHas) {
  for (const long number : {0L, -1L, 5L, 1L << 40}) {
    const Result<Image> slice = take_slice(volume(), number);
    ASSERT_FALSE(slice) << number;
    EXPECT_NE(slice.error().message.find("1 to 4"), std::string::npos) << slice.error().message;
  }
  EXPECT_TRUE(take_slice(make_image(2, 2), 1));
  EXPECT_FALSE(take_slice(make_image(2, 2), 2));
}

}  // namespace
}  // namespace galen::image
