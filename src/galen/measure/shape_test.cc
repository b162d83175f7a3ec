#include "galen/measure/shape.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "galen/measure/drawn_mask.h"

namespace galen::measure {
namespace {

TEST(ShapeTest, AreaCountsPixelsAndUsesTheSpacing) {
  const image::LabelMap mask = drawn({".11.", ".12."});
  EXPECT_EQ(count_voxels(mask), 4u);
  EXPECT_EQ(count_voxels(mask, 1), 3u);
  EXPECT_DOUBLE_EQ(area(mask, 1, {0.5, 0.2}), 0.3);
}

TEST(ShapeTest, BoxAndCentroidAreThoseOfTheLabel) {
  const image::LabelMap mask = drawn({".....", "..11.", "..11.", "2...."});
  const Box box = *bounding_box(mask, 1);
  EXPECT_EQ(box.left, 2);
  EXPECT_EQ(box.top, 1);
  EXPECT_EQ(box.right, 3);
  EXPECT_EQ(box.bottom, 2);
  EXPECT_DOUBLE_EQ(centroid(mask, 1)->x, 2.5);
  EXPECT_DOUBLE_EQ(centroid(mask, 1)->y, 1.5);
}

TEST(ShapeTest, DiametersOfARectangleAreItsDiagonalAndTheWidthAcross) {
  // 4 x 3 pixels: the diagonal is 5; a line at right angles to it rises 4 in 5, so that it crosses the height 3
  // in 3.75.
  const Diameters d = *diameters(drawn({"......", ".1111.", ".1111.", ".1111."}), 1);
  EXPECT_DOUBLE_EQ(d.major.length, 5);
  EXPECT_NEAR(d.minor.length, 3.75, 1e-9);
  const double dot = (d.major.to.x - d.major.from.x) * (d.minor.to.x - d.minor.from.x) +
                     (d.major.to.y - d.major.from.y) * (d.minor.to.y - d.minor.from.y);
  EXPECT_NEAR(dot, 0, 1e-9);
}

TEST(ShapeTest, DiametersUseTheSpacingAndEndPointsStayInPixels) {
  // 4 x 3 pixels of 3 x 4 mm: 12 x 12 mm.
  const Diameters d = *diameters(drawn({"1111", "1111", "1111"}), 1, {3, 4});
  EXPECT_NEAR(d.major.length, std::sqrt(288.0), 1e-9);
  EXPECT_NEAR(d.minor.length, std::sqrt(288.0), 1e-9);
  EXPECT_NEAR(std::abs(d.major.to.x - d.major.from.x), 4, 1e-9);
  EXPECT_NEAR(std::abs(d.major.to.y - d.major.from.y), 3, 1e-9);
}

TEST(ShapeTest, DiametersOfADiscAreItsOwn) {
  const Diameters d = *diameters(disc(101, 101, 50, 50, 40), 1);
  EXPECT_NEAR(d.major.length, 80, 1.5);
  EXPECT_NEAR(d.minor.length, 80, 1.5);
}

TEST(ShapeTest, ASinglePixelHasItsDiagonal) {
  const Diameters d = *diameters(drawn({"...", ".1."}), 1);
  EXPECT_NEAR(d.major.length, std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(d.minor.length, std::sqrt(2.0), 1e-12);
}

TEST(ShapeTest, VerticalAndHorizontalDiametersAreOfTheLargestPart) {
  const image::LabelMap mask = drawn({"1......", "...11..", "...11..", "...11..", "......."});
  const Line vertical = *vertical_diameter(mask, 1, {1, 0.5});
  EXPECT_DOUBLE_EQ(vertical.length, 1.5);
  EXPECT_DOUBLE_EQ(vertical.from.x, 3.5);
  EXPECT_DOUBLE_EQ(vertical.from.y, 0.5);
  EXPECT_DOUBLE_EQ(vertical.to.y, 3.5);
  const Line horizontal = *horizontal_diameter(mask, 1);
  EXPECT_DOUBLE_EQ(horizontal.length, 2);
  EXPECT_DOUBLE_EQ(horizontal.from.y, 2);
}

TEST(ShapeTest, ComponentsTouchOverCornersAndComeLargestFirst) {
  const std::vector<Component> parts = components(drawn({"1....", ".1..1", "....1", "...11"}));
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].pixels, 4u);
  EXPECT_EQ(parts[1].pixels, 2u);
  EXPECT_EQ(parts[0].box.left, 3);
}

TEST(ShapeTest, KeepsTheLargestComponentsAboveAShare) {
  const image::LabelMap mask = drawn({"1111.11.1"});
  EXPECT_EQ(count_voxels(largest_components(mask, 1, 1)), 4u);
  EXPECT_EQ(count_voxels(largest_components(mask, 1, 3)), 7u);
  EXPECT_EQ(count_voxels(largest_components(mask, 1, 3, 0.5)), 6u);
}

TEST(ShapeTest, HolesAreEnclosedGaps) {
  EXPECT_EQ(count_holes(drawn({"11111", "1.1.1", "11111"})), 2);
  EXPECT_EQ(count_holes(drawn({"11111", "1.1..", "11111"})), 1);
  EXPECT_EQ(count_holes(drawn({"111", "111"})), 0);
  EXPECT_EQ(count_holes(drawn({"...", "..."})), 0);
}

TEST(ShapeTest, EllipseOfADiscHasItsCircumference) {
  const Ellipse ellipse = *fit_ellipse(disc(201, 201, 100, 100, 80), 1, {0.5, 0.5});
  EXPECT_NEAR(ellipse.circumference(), 2 * std::numbers::pi * 40, 0.5);
  EXPECT_NEAR(ellipse.semi_major, 40, 0.2);
}

TEST(ShapeTest, EllipseFollowsATiltedShape) {
  image::LabelMap mask = image::make_label_map(200, 200);
  const double angle = std::numbers::pi / 6;
  for (int j = 0; j < 200; ++j) {
    for (int i = 0; i < 200; ++i) {
      const double x = std::cos(angle) * (i - 100) + std::sin(angle) * (j - 100);
      const double y = -std::sin(angle) * (i - 100) + std::cos(angle) * (j - 100);
      if (x * x / 6400 + y * y / 2500 <= 1) mask.at(i, j) = 1;
    }
  }
  const Ellipse ellipse = *fit_ellipse(mask);
  EXPECT_NEAR(ellipse.semi_major, 80, 0.3);
  EXPECT_NEAR(ellipse.semi_minor, 50, 0.3);
  EXPECT_NEAR(ellipse.angle, angle, 0.01);
  // Complete elliptic integral: 4 * 80 * E(1 - 2500 / 6400) = 413.5
  EXPECT_NEAR(ellipse.circumference(), 413.5, 2);
}

TEST(ShapeTest, EmptyMasksHaveNoShape) {
  const image::LabelMap empty = drawn({"...", "..."});
  EXPECT_FALSE(bounding_box(empty));
  EXPECT_FALSE(centroid(empty));
  EXPECT_FALSE(diameters(empty));
  EXPECT_FALSE(vertical_diameter(empty));
  EXPECT_FALSE(fit_ellipse(empty));
  EXPECT_TRUE(components(empty).empty());
}

}  // namespace
}  // namespace galen::measure
