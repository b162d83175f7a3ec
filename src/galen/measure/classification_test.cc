#include "galen/measure/classification.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace galen::measure {
namespace {

struct AucCase {
  const char* name;
  std::vector<double> scores;
  std::vector<std::uint8_t> truth;
  double auc;
};

TEST(ClassificationTest, AucAgreesWithPairsCountedByHand) {
  const std::vector<AucCase> table = {
      {"perfect", {0.1, 0.2, 0.8, 0.9}, {0, 0, 1, 1}, 1},
      {"reversed", {0.9, 0.8, 0.2, 0.1}, {0, 0, 1, 1}, 0},
      {"three of four pairs", {0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}, 0.75},
      {"all tied", {0.5, 0.5, 0.5}, {0, 1, 1}, 0.5},
      {"one tie", {0.3, 0.3, 0.7}, {0, 1, 1}, 0.75},
  };
  for (const AucCase& c : table) {
    SCOPED_TRACE(c.name);
    EXPECT_DOUBLE_EQ(*auc(c.scores, c.truth), c.auc);
  }
}

TEST(ClassificationTest, AucNeedsBothClasses) {
  EXPECT_FALSE(auc({0.1, 0.2}, {1, 1}));
  EXPECT_FALSE(auc({0.1, 0.2}, {0, 0}));
  EXPECT_FALSE(auc({}, {}));
}

TEST(ClassificationTest, BinaryFiguresAgreeWithCountsByHand) {
  // At 0.5: TP 2 (0.5 counts as positive), FP 1, FN 1, TN 2.
  const BinaryFigures f = binary_figures({0.9, 0.5, 0.4, 0.6, 0.1, 0.2}, {1, 1, 1, 0, 0, 0});
  EXPECT_DOUBLE_EQ(f.accuracy(), 4.0 / 6);
  EXPECT_DOUBLE_EQ(f.f1(), 4.0 / 6);
  EXPECT_DOUBLE_EQ(f.sensitivity(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(f.specificity(), 2.0 / 3);
  const BinaryFigures strict = binary_figures({0.9, 0.5, 0.4, 0.6, 0.1, 0.2}, {1, 1, 1, 0, 0, 0}, 0.7);
  EXPECT_DOUBLE_EQ(strict.sensitivity(), 1.0 / 3);
  EXPECT_DOUBLE_EQ(strict.specificity(), 1);
}

TEST(ClassificationTest, MulticlassFiguresAgreeWithCountsByHand) {
  const MulticlassFigures f = multiclass_figures({0, 0, 1, 1}, {0, 1, 1, 1}, 3);
  EXPECT_DOUBLE_EQ(f.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(f.f1[0], 2.0 / 3);
  EXPECT_DOUBLE_EQ(f.f1[1], 4.0 / 5);
  EXPECT_DOUBLE_EQ(f.macro_f1, (2.0 / 3 + 4.0 / 5) / 2);  // Class 2 does not occur.
  EXPECT_EQ(f.confusion[1][0], 1u);
}

TEST(ClassificationTest, CalibrationErrorAgreesWithBinsByHand) {
  // Bin 0.2-0.3: probabilities 0.2, 0.28, one of two happened: |0.5 - 0.24| = 0.26; last bin: 1 and happened: 0.
  const Calibration c = calibration({0.2, 0.28, 1.0, 1.0}, {0, 1, 1, 1});
  EXPECT_NEAR(c.expected_error, 0.26 / 2, 1e-12);
  EXPECT_NEAR(c.maximum_error, 0.26, 1e-12);
  EXPECT_EQ(c.bins[2].count, 2u);
  EXPECT_EQ(c.bins[9].count, 2u);
  EXPECT_DOUBLE_EQ(c.bins[9].frequency, 1);
  EXPECT_DOUBLE_EQ(c.bins[2].low, 0.2);
}

TEST(ClassificationTest, ChanceAloneGivesACalibrationErrorThatShrinksWithTheCases) {
  EXPECT_DOUBLE_EQ(calibration_error_by_chance({}), 0);
  EXPECT_DOUBLE_EQ(calibration_error_by_chance({0, 1, 1}), 0);
  // One case of probability a half is off by a half whatever happens.
  EXPECT_DOUBLE_EQ(calibration_error_by_chance({0.5}), 0.5);
  // The mean distance of a binomial share from its mean: sqrt(2 p q / (pi n)).
  const std::vector<double> many(400, 0.5);
  EXPECT_NEAR(calibration_error_by_chance(many), std::sqrt(2 * 0.25 / (std::numbers::pi * 400)), 0.002);
}

TEST(ClassificationTest, AlwaysRightAndAlwaysSureHasNoCalibrationError) {
  EXPECT_DOUBLE_EQ(calibration({1, 1, 0}, {1, 1, 0}).expected_error, 0);
  EXPECT_DOUBLE_EQ(calibration({}, {}).expected_error, 0);
}

}  // namespace
}  // namespace galen::measure
