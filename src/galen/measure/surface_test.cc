#include "galen/measure/surface.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "galen/base/random.h"
#include "galen/measure/drawn_mask.h"

namespace galen::measure {
namespace {

// The definition itself: every voxel against every voxel of the label.
double nearest_squared(const image::LabelMap& mask, int i, int j, int k, const std::array<double, 3>& spacing) {
  double best = std::numeric_limits<double>::infinity();
  for (int z = 0; z < mask.depth; ++z) {
    for (int y = 0; y < mask.height; ++y) {
      for (int x = 0; x < mask.width; ++x) {
        if (mask.at(x, y, z) == 0) continue;
        best = std::min(best, std::pow((x - i) * spacing[0], 2) + std::pow((y - j) * spacing[1], 2) +
                                  std::pow((z - k) * spacing[2], 2));
      }
    }
  }
  return best;
}

TEST(SurfaceTest, DistancesAreThoseOfTheDefinitionInTwoAndThreeDimensions) {
  Random random(7);
  for (const int depth : {1, 5}) {
    for (const double density : {0.01, 0.2, 0.9}) {
      image::LabelMap mask = image::make_label_map(13, 9, depth);
      for (std::uint8_t& label : mask.labels) label = random.chance(density) ? 1 : 0;
      mask.at(3, 4) = 1;
      const std::array<double, 3> spacing = {0.5, 2.0, 3.0};
      const std::vector<double> squared = squared_distance_to(mask, 1, spacing);
      for (int k = 0; k < depth; ++k) {
        for (int j = 0; j < mask.height; ++j) {
          for (int i = 0; i < mask.width; ++i) {
            ASSERT_NEAR(squared[mask.offset(i, j, k)], nearest_squared(mask, i, j, k, spacing), 1e-9);
          }
        }
      }
    }
  }
}

TEST(SurfaceTest, ShiftedSquareIsAsFarAsItsShift) {
  const image::LabelMap one = drawn({"111......", "111......", "111......"});
  const image::LabelMap other = drawn({"....111..", "....111..", "....111.."});
  // Nearest surface voxels of the three columns are 4, 3 and 2 columns away; the 95th percentile is 4.
  EXPECT_DOUBLE_EQ(*hausdorff95(one, other), 4);
  EXPECT_DOUBLE_EQ(*hausdorff95(one, other, kAnyLabel, {0.25, 1, 1}), 1);
}

TEST(SurfaceTest, TakesThePercentileNotTheMaximum) {
  // A line of 40 voxels, all in place but for one that lies 30 rows away: 1 of 41 distances, beyond the 95th
  // percentile.
  image::LabelMap truth = image::make_label_map(40, 31);
  for (int i = 0; i < 40; ++i) truth.at(i, 0) = 1;
  image::LabelMap predicted = truth;
  predicted.at(5, 30) = 1;
  EXPECT_DOUBLE_EQ(*hausdorff95(predicted, truth), 0);
}

TEST(SurfaceTest, EmptyMasksHaveNoDistanceUnlessBothAreEmpty) {
  const image::LabelMap empty = drawn({"...", "..."});
  const image::LabelMap some = drawn({".1.", "..."});
  EXPECT_DOUBLE_EQ(*hausdorff95(empty, empty), 0);
  EXPECT_FALSE(hausdorff95(some, empty));
  EXPECT_FALSE(hausdorff95(empty, some));
}

TEST(SurfaceTest, UsesTheThirdDimension) {
  image::LabelMap one = image::make_label_map(3, 3, 6);
  image::LabelMap other = one;
  one.at(1, 1, 0) = 1;
  other.at(1, 1, 5) = 1;
  EXPECT_DOUBLE_EQ(*hausdorff95(one, other, 1, {1, 1, 2}), 10);
}

}  // namespace
}  // namespace galen::measure
