#include "galen/train/augment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace galen::train {
namespace {

AugmentRecipe everything() {
  AugmentRecipe augment;
  augment.flip_horizontal = augment.flip_vertical = 0.5;
  augment.rotate_degrees = 30;
  augment.scale = {0.7, 1.4};
  augment.stretch = 0.2;
  augment.translate = 0.1;
  augment.elastic_probability = 1;
  augment.elastic_amplitude = 3;
  augment.brightness = 0.1;
  augment.contrast = {0.7, 1.3};
  augment.gamma = {0.6, 1.6};
  augment.saturation = {0.5, 1.5};
  augment.hue_degrees = 20;
  augment.noise = 0.05;
  augment.blur_probability = augment.jpeg_probability = augment.erase_probability = 1;
  return augment;
}

runtime::TensorF colours(int side) {
  runtime::TensorF image;
  image.shape = {1, 3, side, side};
  Random random(1);
  for (int i = 0; i < 3 * side * side; ++i) image.values.push_back(static_cast<float>(random.uniform()));
  return image;
}

TEST(AugmentTest, TheSameStreamGivesTheSameChangesAndAnotherOneOthers) {
  const auto draw = [](std::uint64_t seed) {
    Random random(seed);
    const GeometricChange change = draw_geometric_change(everything(), 40, 32, random);
    runtime::TensorF image = colours(32);
    change_intensities(everything(), true, image, random);
    return std::make_tuple(change.unchanged_from_changed.a, change.displacement->x, image.values);
  };
  EXPECT_EQ(draw(7), draw(7));
  EXPECT_NE(draw(7), draw(8));
}

TEST(AugmentTest, NothingAskedForChangesNothing) {
  Random random(3);
  const GeometricChange change = draw_geometric_change({}, 64, 48, random);
  EXPECT_DOUBLE_EQ(change.unchanged_from_changed.a, 1);
  EXPECT_DOUBLE_EQ(change.unchanged_from_changed.b, 0);
  EXPECT_NEAR(change.unchanged_from_changed.c, 0, 1e-12);
  EXPECT_NEAR(change.unchanged_from_changed.f, 0, 1e-12);
  EXPECT_FALSE(change.displacement);
  runtime::TensorF image = colours(16);
  const std::vector<float> before = image.values;
  change_intensities({}, true, image, random);
  EXPECT_EQ(image.values, before);
}

TEST(AugmentTest, AFlipMapsTheFirstColumnToTheLast) {
  AugmentRecipe augment;
  augment.flip_horizontal = 1;
  Random random(3);
  const runtime::PixelMap map = draw_geometric_change(augment, 64, 48, random).unchanged_from_changed;
  EXPECT_NEAR(map.a * 0 + map.b * 5 + map.c, 63, 1e-12);
  EXPECT_NEAR(map.d * 0 + map.e * 5 + map.f, 5, 1e-12);
}

TEST(AugmentTest, TheCentreStaysWhereItIsWithoutTranslation) {
  AugmentRecipe augment;
  augment.rotate_degrees = 90;
  augment.scale = {0.5, 2};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const runtime::PixelMap map = draw_geometric_change(augment, 65, 49, random).unchanged_from_changed;
    EXPECT_NEAR(map.a * 32 + map.b * 24 + map.c, 32, 1e-9);
    EXPECT_NEAR(map.d * 32 + map.e * 24 + map.f, 24, 1e-9);
    const double shrink = std::sqrt(std::abs(map.a * map.e - map.b * map.d));
    EXPECT_GE(shrink, 0.5 - 1e-9);
    EXPECT_LE(shrink, 2 + 1e-9);
  }
}

TEST(AugmentTest, ImageAndMaskStayAlignedUnderEveryGeometricChange) {
  // The mask is where the image is bright: after the same change it must still be.
  const int side = 96;
  image::Image image = image::make_image(side, side);
  image::LabelMap mask = image::make_label_map(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const bool inside = std::hypot(x - 40.0, y - 52.0) < 22 || (x > 60 && x < 85 && y > 20 && y < 40);
      image.at(x, y) = inside ? 255.0F : 0.0F;
      mask.at(x, y) = inside ? 1 : 0;
    }
  }
  zoo::InputRule rule;
  rule.channels = 1;
  rule.width = rule.height = 64;
  rule.mean = {0};
  rule.deviation = {1};
  const auto prepared = runtime::prepare(image, rule);
  ASSERT_TRUE(prepared) << prepared.error().message;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const GeometricChange change = draw_geometric_change(everything(), 64, 64, random);
    const runtime::PixelMap map =
        runtime::compose(runtime::placements(*prepared, rule)[0], change.unchanged_from_changed);
    const runtime::TensorF sampled = runtime::sample_map(*prepared, map, rule, 64, 64, &*change.displacement);
    const image::LabelMap labels = runtime::sample_labels(mask, map, 64, 64, &*change.displacement);
    int differ = 0, bright = 0;
    for (std::size_t i = 0; i < labels.labels.size(); ++i) {
      bright += sampled.values[i] > 0.5F;
      differ += (sampled.values[i] > 0.5F) != (labels.labels[i] == 1);
    }
    EXPECT_LT(differ, 0.05 * bright + 20) << "seed " << seed;
  }
}

TEST(AugmentTest, GreyStaysGreyAndValuesStayInRange) {
  runtime::TensorF image;
  image.shape = {1, 3, 24, 24};
  for (int c = 0; c < 3; ++c) {
    Random random(2);
    for (int i = 0; i < 24 * 24; ++i) image.values.push_back(static_cast<float>(random.uniform()));
  }
  Random random(9);
  change_intensities(everything(), true, image, random);
  for (std::size_t i = 0; i < 24 * 24; ++i) {
    EXPECT_EQ(image.values[i], image.values[576 + i]);
    EXPECT_GE(image.values[i], 0);
    EXPECT_LE(image.values[i], 1);
  }
}

TEST(AugmentTest, JpegOfHighQualityHardlyChangesAndOfLowQualityLosesDetail) {
  const auto error_at = [](double quality) {
    std::vector<float> plane(50 * 41);
    for (int y = 0; y < 41; ++y) {
      for (int x = 0; x < 50; ++x)
        plane[static_cast<std::size_t>(y) * 50 + x] =
            0.5F + 0.4F * std::sin(0.9F * static_cast<float>(x)) * std::cos(0.7F * static_cast<float>(y));
    }
    const std::vector<float> before = plane;
    simulate_jpeg(plane.data(), 50, 41, quality);
    double sum = 0;
    for (std::size_t i = 0; i < plane.size(); ++i) sum += std::abs(static_cast<double>(plane[i] - before[i]));
    return sum / static_cast<double>(plane.size());
  };
  EXPECT_LT(error_at(100), 0.002);
  EXPECT_GT(error_at(10), 0.03);
}

TEST(AugmentTest, ADisplacementIsSmoothAndOfTheAskedSize) {
  Random random(4);
  const runtime::Displacement displacement = draw_displacement(256, 256, 4, 32, random);
  double squares = 0, steepest = 0;
  for (std::size_t i = 0; i < displacement.x.size(); ++i) {
    squares += static_cast<double>(displacement.x[i]) * static_cast<double>(displacement.x[i]);
    if (i % 256 != 0)
      steepest = std::max(steepest, static_cast<double>(std::abs(displacement.x[i] - displacement.x[i - 1])));
  }
  const double deviation = std::sqrt(squares / static_cast<double>(displacement.x.size()));
  EXPECT_GT(deviation, 2);
  EXPECT_LT(deviation, 5);
  EXPECT_LT(steepest, 1);  // Otherwise the picture would fold over itself
}

}  // namespace
}  // namespace galen::train
