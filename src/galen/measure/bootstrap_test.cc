#include "galen/measure/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "galen/base/random.h"

namespace galen::measure {
namespace {

TEST(BootstrapTest, QuantilesInterpolateLikeNumpy) {
  const std::vector<double> values = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0.95), 3.85);
  EXPECT_DOUBLE_EQ(quantile({7}, 0.3), 7);
}

TEST(BootstrapTest, IntervalOfAMeanHasTheWidthOfTheory) {
  Random random(3);
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(random.normal());
  const Interval interval = *bootstrap_mean(values);
  const double half = 1.96 / std::sqrt(400.0);
  EXPECT_NEAR(interval.high - interval.estimate, half, 0.02);
  EXPECT_NEAR(interval.estimate - interval.low, half, 0.02);
}

TEST(BootstrapTest, TheSameSeedGivesTheSameInterval) {
  const std::vector<double> values = {0.1, 0.9, 0.4, 0.7, 0.2};
  const Interval one = *bootstrap_mean(values);
  const Interval again = *bootstrap_mean(values);
  EXPECT_EQ(one.low, again.low);
  EXPECT_EQ(one.high, again.high);
  BootstrapOptions other_seed;
  other_seed.seed = 2;
  other_seed.resamples = 50;
  EXPECT_NE(bootstrap_mean(values, other_seed)->low, one.low);
}

TEST(BootstrapTest, ConstantValuesHaveAnIntervalOfNoWidth) {
  const Interval interval = *bootstrap_mean({0.5, 0.5, 0.5});
  EXPECT_DOUBLE_EQ(interval.low, 0.5);
  EXPECT_DOUBLE_EQ(interval.high, 0.5);
}

TEST(BootstrapTest, ThereIsNoIntervalOfNoCases) { EXPECT_FALSE(bootstrap_mean({})); }

TEST(BootstrapTest, LeavesOutResamplesWithoutTheStatistic) {
  // Defined only where case 0 was drawn; the value then is always 1.
  const Statistic statistic = [](const std::vector<std::size_t>& cases) -> std::optional<double> {
    for (const std::size_t index : cases) {
      if (index == 0) return 1.0;
    }
    return std::nullopt;
  };
  const Interval interval = *bootstrap(5, statistic);
  EXPECT_DOUBLE_EQ(interval.low, 1);
  EXPECT_DOUBLE_EQ(interval.high, 1);
}

}  // namespace
}  // namespace galen::measure
