#include "galen/measure/overlap.h"

#include <gtest/gtest.h>

#include "galen/measure/drawn_mask.h"

namespace galen::measure {
namespace {

struct Case {
  const char* name;
  std::vector<std::string> predicted, truth;
  double dice, iou, sensitivity, specificity;
};

// By hand from the counts TP, FP, FN, TN.
const std::vector<Case>& cases() {
  static const std::vector<Case> table = {
      {"equal", {"11.", "..."}, {"11.", "..."}, 1, 1, 1, 1},
      {"half", {"11..", "...."}, {".11.", "...."}, 2.0 / 4, 1.0 / 3, 1.0 / 2, 5.0 / 6},  // 1 1 1 5
      {"inside", {"1...", "...."}, {"1111", "...."}, 2.0 / 5, 1.0 / 4, 1.0 / 4, 1},      // 1 0 3 4
      {"apart", {"1...", "...."}, {"...1", "...."}, 0, 0, 0, 6.0 / 7},                   // 0 1 1 6
      {"both empty", {"....", "...."}, {"....", "...."}, 1, 1, 1, 1},                    // 0 0 0 8
      {"truth empty", {"1...", "...."}, {"....", "...."}, 0, 0, 1, 7.0 / 8},             // 0 1 0 7
      {"prediction empty", {"....", "...."}, {"1...", "...."}, 0, 0, 0, 1},              // 0 0 1 7
      {"all foreground", {"11", "11"}, {"11", "11"}, 1, 1, 1, 1},                        // 4 0 0 0
  };
  return table;
}

TEST(OverlapTest, AgreesWithFiguresCountedByHand) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Overlap result = overlap(drawn(c.predicted), drawn(c.truth));
    EXPECT_DOUBLE_EQ(result.dice(), c.dice);
    EXPECT_DOUBLE_EQ(result.iou(), c.iou);
    EXPECT_DOUBLE_EQ(result.sensitivity(), c.sensitivity);
    EXPECT_DOUBLE_EQ(result.specificity(), c.specificity);
  }
}

TEST(OverlapTest, LeavesOutWhatIsOutsideTheRegion) {
  const image::LabelMap within = drawn({"11..", "11.."});
  const Overlap result = overlap(drawn({"11.1", "...."}), drawn({"1..1", "...."}), kAnyLabel, &within);
  EXPECT_EQ(result.true_positive, 1u);
  EXPECT_EQ(result.false_positive, 1u);
  EXPECT_EQ(result.false_negative, 0u);
  EXPECT_EQ(result.true_negative, 2u);
}

TEST(OverlapTest, ComparesOneLabelOfSeveral) {
  const image::LabelMap predicted = drawn({"1122"});
  const image::LabelMap truth = drawn({"1222"});
  EXPECT_DOUBLE_EQ(overlap(predicted, truth, 1).dice(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(overlap(predicted, truth, 2).dice(), 4.0 / 5);
  EXPECT_DOUBLE_EQ(overlap(predicted, truth).dice(), 1);
  EXPECT_DOUBLE_EQ(overlap(predicted, 1, truth, 2).dice(), 2.0 / 5);
}

TEST(OverlapTest, MasksOfDifferentSizeAreNamedInTheError) {
  const Status status = same_grid(drawn({"11"}), drawn({"1", "1"}));
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("2x1 and 1x2"), std::string::npos);
}

}  // namespace
}  // namespace galen::measure
