#include "galen/train/calibrate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"

namespace galen::train {
namespace {

TEST(CalibrateTest, FindsTheTemperatureAndBiasThatOverconfidentLogitsWereMadeWith) {
  Random random(3);
  std::vector<std::vector<double>> logits;
  std::vector<int> truth;
  for (int i = 0; i < 20000; ++i) {
    const double honest = 1.5 * random.normal();
    truth.push_back(random.chance(1 / (1 + std::exp(-honest))) ? 1 : 0);
    // The network says three times as much, and is biased by 2.
    logits.push_back({0, 3 * honest + 2});
  }
  const Scaling scaling = calibrate_classes(logits, truth, {false, true}, true);
  EXPECT_NEAR(scaling.temperature, 3, 0.2);
  EXPECT_NEAR(scaling.bias, -2.0 / 3, 0.06);
}

TEST(CalibrateTest, StaysFiniteOnPerfectlySeparatedCases) {
  const Scaling scaling = calibrate_classes({{5, -5}, {-5, 5}, {4, -4}}, {0, 1, 0}, {false, true}, true);
  EXPECT_GT(scaling.temperature, 0.1);
  EXPECT_LT(scaling.temperature, 2);
  EXPECT_LT(std::abs(scaling.bias), 1);
}

TEST(CalibrateTest, WithoutBiasHalfStaysHalf) {
  std::vector<float> logits;
  std::vector<std::uint8_t> truth;
  Random random(5);
  for (int i = 0; i < 20000; ++i) {
    const double honest = 2 * random.normal();
    logits.push_back(static_cast<float>(0.5 * honest));
    truth.push_back(random.chance(1 / (1 + std::exp(-honest))) ? 1 : 0);
  }
  EXPECT_NEAR(calibrate_pixels(logits, truth), 0.5, 0.03);
}

TEST(OperatingThresholdTest, LiesBetweenTheScoresThatItParts) {
  const std::vector<double> scores = {0.1, 0.2, 0.6, 0.7, 0.9};
  const std::vector<std::uint8_t> truth = {0, 0, 0, 1, 1};
  EXPECT_DOUBLE_EQ(operating_threshold(scores, truth, "f1"), 0.65);
  EXPECT_DOUBLE_EQ(operating_threshold(scores, truth, "youden"), 0.65);
  EXPECT_DOUBLE_EQ(operating_threshold(scores, truth, "half"), 0.5);
  EXPECT_DOUBLE_EQ(operating_threshold(scores, {1, 1, 1, 1, 1}, "f1"), 0.5);
}

TEST(AbstentionBandTest, LeavesOutTheShareNearestToTheThreshold) {
  std::vector<double> scores;
  for (int i = 1; i < 100; ++i) scores.push_back(i / 100.0);
  const auto band = abstention_band(scores, 0.5, 0.8);
  ASSERT_TRUE(band);
  int inside = 0;
  for (const double score : scores) inside += score > (*band)[0] && score < (*band)[1];
  EXPECT_NEAR(inside, 19, 1);
  EXPECT_NEAR((*band)[0] + (*band)[1], 1, 1e-9);
  EXPECT_FALSE(abstention_band(scores, 0.5, 1));
}

}  // namespace
}  // namespace galen::train
