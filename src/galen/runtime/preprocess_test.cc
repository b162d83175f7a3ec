#include "galen/runtime/preprocess.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace galen::runtime {
namespace {

image::Image grey_image(int width, int height, float (*value)(int, int)) {
  image::Image image;
  image.width = width;
  image.height = height;
  image.samples.resize(image.voxels());
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.at(x, y) = value(x, y);
  }
  return image;
}

zoo::InputRule plain_rule(int channels, int width, int height) {
  zoo::InputRule rule;
  rule.channels = channels;
  rule.width = width;
  rule.height = height;
  return rule;
}

image::Image disc_picture(int width, int height, double radius, float inside, float outside) {
  image::Image image;
  image.width = width;
  image.height = height;
  image.channels = 3;
  image.samples.resize(image.voxels() * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool lit = std::hypot(x - width / 2.0, y - height / 2.0) < radius;
      image.at(x, y, 0, 0) = lit ? inside : outside;
      image.at(x, y, 0, 1) = lit ? inside / 3 : outside;
    }
  }
  return image;
}

TEST(PrepareTest, ScalesBlackToWhiteToZeroToOne) {
  image::Image image = grey_image(4, 2, [](int x, int) { return static_cast<float>(x) * 85.0F; });
  const auto prepared = prepare(image, plain_rule(1, 4, 2));
  ASSERT_TRUE(prepared);
  EXPECT_FLOAT_EQ(prepared->planes[1], 85.0F / 255.0F);
  EXPECT_FLOAT_EQ(prepared->planes[3], 1.0F);
  image.stored_bits = 16;
  image.samples.back() = 3000;  // As a 12-bit detector in a 16-bit file
  EXPECT_FLOAT_EQ(prepare(image, plain_rule(1, 4, 2))->planes[3], 255.0F / 4095.0F);
  image.window_low_high = {85, 170};
  EXPECT_FLOAT_EQ(prepare(image, plain_rule(1, 4, 2))->planes[1], 0.0F);
  EXPECT_FLOAT_EQ(prepare(image, plain_rule(1, 4, 2))->planes[3], 1.0F);
}

TEST(PrepareTest, PercentilesClipTheTailsAndRefuseAFlatImage) {
  zoo::InputRule rule = plain_rule(1, 32, 32);
  rule.intensity = zoo::InputRule::Intensity::kPercentile;
  rule.low = 10;
  rule.high = 90;
  const auto prepared = prepare(grey_image(100, 1, [](int x, int) { return static_cast<float>(x); }), rule);
  ASSERT_TRUE(prepared);
  EXPECT_FLOAT_EQ(prepared->planes[5], 0.0F);
  EXPECT_NEAR(prepared->planes[50], 0.5F, 0.02F);
  EXPECT_FLOAT_EQ(prepared->planes[95], 1.0F);
  EXPECT_FALSE(prepare(grey_image(8, 8, [](int, int) { return 7.0F; }), rule));
}

TEST(PrepareTest, RefusesAVolumeAndTwoChannels) {
  image::Image volume;
  volume.width = volume.height = volume.depth = 4;
  volume.samples.resize(64);
  EXPECT_FALSE(prepare(volume, plain_rule(1, 4, 4)));
  image::Image pair;
  pair.width = pair.height = 4;
  pair.channels = 2;
  pair.samples.resize(32);
  EXPECT_FALSE(prepare(pair, plain_rule(1, 4, 4)));
}

TEST(SampleTest, ShrinkingByAnyFactorKeepsTheMean) {
  for (const int side : {64, 100, 257, 1000}) {
    const image::Image stripes = grey_image(side, side, [](int x, int y) { return (x + y) % 2 == 0 ? 255.0F : 0.0F; });
    const zoo::InputRule rule = plain_rule(1, 32, 32);
    const auto prepared = prepare(stripes, rule);
    const TensorF tensor = sample(*prepared, placements(*prepared, rule).front(), rule);
    const double mean = std::accumulate(tensor.values.begin(), tensor.values.end(), 0.0) / 1024.0;
    EXPECT_NEAR(mean, 0.5, 0.01) << side;
    for (const float value : tensor.values) EXPECT_NEAR(value, 0.5F, 0.26F) << side;
  }
}

TEST(SampleTest, TheSameSizeGivesTheSamePixels) {
  const image::Image ramp = grey_image(20, 10, [](int x, int y) { return static_cast<float>(x * 10 + y); });
  const zoo::InputRule rule = plain_rule(1, 20, 10);
  const auto prepared = prepare(ramp, rule);
  const TensorF tensor = sample(*prepared, placements(*prepared, rule).front(), rule);
  for (std::size_t i = 0; i < tensor.values.size(); ++i) EXPECT_NEAR(tensor.values[i], ramp.samples[i] / 255.0F, 1e-6F);
}

TEST(SampleTest, TheUprightAndTheGeneralWayAgree) {
  const image::Image waves = grey_image(
      300, 200, [](int x, int y) { return 127.0F + 100.0F * std::sin(0.1F * static_cast<float>(x * y) / 50); });
  for (const auto fit : {zoo::InputRule::Fit::kStretch, zoo::InputRule::Fit::kLetterbox}) {
    zoo::InputRule rule = plain_rule(3, 64, 48);
    rule.fit = fit;
    rule.mean = {0.4, 0.5, 0.6};
    const auto prepared = prepare(waves, rule);
    const PixelMap map = placements(*prepared, rule).front();
    Displacement still;
    still.x.assign(64 * 48, 0.0F);
    still.y.assign(64 * 48, 0.0F);
    const TensorF upright = sample_map(*prepared, map, rule, 64, 48);
    const TensorF general = sample_map(*prepared, map, rule, 64, 48, &still);
    for (std::size_t i = 0; i < upright.values.size(); ++i)
      ASSERT_NEAR(upright.values[i], general.values[i], 1e-5F) << i;
  }
}

TEST(SampleTest, LetterboxPaddingIsZeroAfterNormalising) {
  const image::Image white = grey_image(200, 50, [](int, int) { return 255.0F; });
  zoo::InputRule rule = plain_rule(3, 64, 64);
  rule.fit = zoo::InputRule::Fit::kLetterbox;
  rule.mean = {0.2, 0.3, 0.4};
  rule.deviation = {0.5, 0.5, 0.5};
  const auto prepared = prepare(white, rule);
  const TensorF tensor = sample(*prepared, placements(*prepared, rule).front(), rule);
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(tensor.values[c * 4096 + 5 * 64 + 30], 0.0F, 1e-6F);
    EXPECT_NEAR(tensor.values[c * 4096 + 32 * 64 + 30], static_cast<float>((1 - rule.mean[c]) / 0.5), 1e-5F);
  }
}

TEST(SampleTest, AQuarterTurnMovesTheBrightCorner) {
  const image::Image corner = grey_image(32, 32, [](int x, int y) { return x < 8 && y < 8 ? 255.0F : 0.0F; });
  const zoo::InputRule rule = plain_rule(1, 32, 32);
  const auto prepared = prepare(corner, rule);
  // Output (x, y) shows the image at (y, 31 - x): its top right shows the image's top left.
  const TensorF turned = sample_map(*prepared, {0, 1, 0, -1, 0, 31}, rule, 32, 32);
  EXPECT_FLOAT_EQ(turned.values[2 * 32 + 29], 1.0F);
  EXPECT_FLOAT_EQ(turned.values[2 * 32 + 2], 0.0F);
  const TensorF mirrored = sample_map(*prepared, {-1, 0, 31, 0, 1, 0}, rule, 32, 32);
  EXPECT_FLOAT_EQ(mirrored.values[2 * 32 + 29], 1.0F);
  EXPECT_FLOAT_EQ(mirrored.values[2 * 32 + 2], 0.0F);
}

TEST(SampleTest, DiscardedFineLevelsStillGiveTheSmallSample) {
  const image::Image ramp = grey_image(512, 512, [](int x, int) { return static_cast<float>(x) / 2.1F; });
  const zoo::InputRule rule = plain_rule(1, 64, 64);
  auto prepared = prepare(ramp, rule);
  const PixelMap map = placements(*prepared, rule).front();
  const TensorF before = sample(*prepared, map, rule);
  discard_fine_levels(*prepared, 4);
  EXPECT_TRUE(prepared->planes.empty());
  EXPECT_TRUE(prepared->reduced[0].planes.empty());
  const TensorF after = sample(*prepared, map, rule);
  EXPECT_EQ(before.values, after.values);
}

TEST(PlacementTest, TilesCoverTheWholeImageWithTheirOverlap) {
  const image::Image image = grey_image(500, 300, [](int x, int) { return static_cast<float>(x % 256); });
  zoo::InputRule rule = plain_rule(1, 128, 128);
  rule.fit = zoo::InputRule::Fit::kTiles;
  rule.tile_overlap = 0.25;
  const auto prepared = prepare(image, rule);
  const std::vector<PixelMap> maps = placements(*prepared, rule);
  EXPECT_EQ(maps.size(), 5u * 3u);
  EXPECT_DOUBLE_EQ(maps.front().c, 0);
  EXPECT_DOUBLE_EQ(maps.back().c, 500 - 128);
  EXPECT_DOUBLE_EQ(maps.back().f, 300 - 128);
  rule.tile_image_side = 128;
  EXPECT_EQ(placements(*prepared, rule).size(), 1u);
}

TEST(LabelSampleTest, ShrinkingTakesTheMostFrequentLabelAndOutsideIsMarked) {
  image::LabelMap labels;
  labels.width = labels.height = 8;
  labels.labels.assign(64, 0);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) labels.at(x, y) = 3;
  }
  const image::LabelMap half = sample_labels(labels, {2, 0, 0.5, 0, 2, 0.5}, 4, 4);
  EXPECT_EQ(half.at(1, 1), 3);
  EXPECT_EQ(half.at(2, 2), 0);
  const image::LabelMap shifted = sample_labels(labels, {1, 0, -2, 0, 1, 0}, 8, 8, nullptr, 255);
  EXPECT_EQ(shifted.at(0, 0), 255);
  EXPECT_EQ(shifted.at(2, 0), 3);
}

TEST(FieldOfViewTest, FindsTheDiscOfBrightAndDimPictures) {
  for (const float inside : {40.0F, 120.0F, 250.0F}) {
    const image::Image picture = disc_picture(640, 480, 200, inside, 2);
    const image::LabelMap field = field_of_view(picture);
    const double area = std::accumulate(field.labels.begin(), field.labels.end(), 0.0);
    EXPECT_NEAR(area / (M_PI * 200 * 200), 1.0, 0.03) << inside;
    EXPECT_EQ(field.at(320, 240), 1);
    EXPECT_EQ(field.at(10, 10), 0);
  }
}

TEST(FieldOfViewTest, IsTheWholePictureWithoutADarkSurround) {
  const image::Image film = grey_image(200, 200, [](int x, int y) { return static_cast<float>(80 + (x * y) % 100); });
  const image::LabelMap field = field_of_view(film);
  EXPECT_EQ(std::accumulate(field.labels.begin(), field.labels.end(), 0), 200 * 200);
}

TEST(FieldOfViewTest, CroppingPlacesTheInputOnTheDisc) {
  const image::Image picture = disc_picture(640, 480, 200, 200, 0);
  zoo::InputRule rule = plain_rule(3, 256, 256);
  rule.crop = zoo::InputRule::Crop::kFieldOfView;
  const auto prepared = prepare(picture, rule);
  const PixelMap map = placements(*prepared, rule).front();
  EXPECT_NEAR(map.a * 256, 400, 8);
  EXPECT_NEAR(map.c, 120, 6);
}

}  // namespace
}  // namespace galen::runtime
