#include "galen/image/resample.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace galen::image {
namespace {

TEST(ResampleTest, KeepsEveryStructureAtItsPlaceInTheWorld) {
  Image image = make_image(8, 6);
  image.geometry.world_from_voxel = {2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 1, 0, 0, 0, 0, 1};
  const Image half = resize(image, 4, 3, Interpolation::kArea);
  const auto spacing = half.geometry.spacing_mm();
  EXPECT_DOUBLE_EQ(spacing[0], 4);
  EXPECT_DOUBLE_EQ(spacing[1], 6);
  // The corner of the image (voxel -0.5) does not move.
  const auto& before = image.geometry.world_from_voxel;
  const auto& after = half.geometry.world_from_voxel;
  EXPECT_DOUBLE_EQ(after[3] - 0.5 * after[0], before[3] - 0.5 * before[0]);
  EXPECT_DOUBLE_EQ(after[7] - 0.5 * after[5], before[7] - 0.5 * before[5]);
}

TEST(ResampleTest, AreaKeepsTheMean) {
  Image image = make_image(12, 12, 3);
  for (std::size_t n = 0; n < image.samples.size(); ++n) image.samples[n] = static_cast<float>((n * 31) % 17);
  const Image small = resize(image, 4, 3, Interpolation::kArea);
  double before = 0;
  double after = 0;
  for (float value : image.samples) before += static_cast<double>(value);
  for (float value : small.samples) after += static_cast<double>(value);
  EXPECT_NEAR(before / static_cast<double>(image.samples.size()), after / static_cast<double>(small.samples.size()),
              1e-4);
}

TEST(ResampleTest, AMaskGainsNoNewClassNumbers) {
  LabelMap map = make_label_map(7, 7, 2);
  for (std::size_t n = 0; n < map.labels.size(); ++n) map.labels[n] = n % 3 == 0 ? 9 : 0;
  const LabelMap large = resize(map, 20, 15);
  EXPECT_EQ(large.depth, 2);
  EXPECT_TRUE(
      std::all_of(large.labels.begin(), large.labels.end(), [](int label) { return label == 0 || label == 9; }));
  EXPECT_TRUE(std::find(large.labels.begin(), large.labels.end(), 9) != large.labels.end());
}

}  // namespace
}  // namespace galen::image
