#include "galen/measure/ratios.h"

#include <gtest/gtest.h>

#include "galen/measure/drawn_mask.h"

namespace galen::measure {
namespace {

TEST(RatiosTest, CupToDiscIsTheQuotientOfTheHeights) {
  const image::LabelMap disc_mask = drawn({".111.", ".111.", ".111.", ".111.", "....."});
  const image::LabelMap cup = drawn({".....", ".22..", ".22..", ".....", "....."});
  const LineRatio ratio = *vertical_cup_to_disc(disc_mask, 1, cup, 2);
  EXPECT_DOUBLE_EQ(ratio.value, 0.5);
  EXPECT_DOUBLE_EQ(ratio.numerator.length, 2);
  EXPECT_DOUBLE_EQ(ratio.denominator.from.y, -0.5);
  EXPECT_DOUBLE_EQ(ratio.denominator.to.y, 3.5);
}

TEST(RatiosTest, CupToDiscOfNoCupIsZeroAndOfNoDiscIsAnError) {
  const image::LabelMap some = drawn({"11", "11"});
  const image::LabelMap none = drawn({"..", ".."});
  EXPECT_DOUBLE_EQ(vertical_cup_to_disc(some, 1, none, 1)->value, 0);
  const auto result = vertical_cup_to_disc(none, 1, some, 1);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "no optic disc was found");
}

TEST(RatiosTest, CardiothoracicRatioIsHeartWidthOverThoraxWidth) {
  const image::LabelMap lungs = drawn({
      "....1.....2...",
      "...11.....22..",
      "..111....2222.",  // 2..12: 11 wide
      "..11......222.",
  });
  const image::LabelMap heart = drawn({
      "..............", "......11......", ".....11.......",
      ".....1111.....",  // 5..8: 4 wide
  });
  const LineRatio ratio = *cardiothoracic_ratio(heart, 1, lungs);
  EXPECT_DOUBLE_EQ(ratio.value, 4.0 / 11);
  EXPECT_DOUBLE_EQ(ratio.numerator.from.x, 4.5);
  EXPECT_DOUBLE_EQ(ratio.numerator.to.x, 8.5);
  EXPECT_DOUBLE_EQ(ratio.numerator.from.y, 3);
  EXPECT_DOUBLE_EQ(ratio.denominator.from.x, 1.5);
  EXPECT_DOUBLE_EQ(ratio.denominator.to.x, 12.5);
  EXPECT_DOUBLE_EQ(ratio.denominator.from.y, 2);
}

TEST(RatiosTest, SpecksOutsideOfTheLungsDoNotWidenTheThorax) {
  image::LabelMap lungs = image::make_label_map(60, 30);
  for (int j = 5; j < 25; ++j) {
    for (int i = 10; i < 20; ++i) lungs.at(i, j) = 1;
    for (int i = 40; i < 50; ++i) lungs.at(i, j) = 1;
  }
  lungs.at(58, 10) = 1;
  const image::LabelMap heart = disc(60, 30, 30, 20, 5);
  EXPECT_DOUBLE_EQ(cardiothoracic_ratio(heart, 1, lungs)->denominator.length, 40);
}

TEST(RatiosTest, CardiothoracicRatioNeedsHeartAndBothLungs) {
  const image::LabelMap heart = drawn({"...1...", "..11..."});
  const image::LabelMap right_lung = drawn({"1......", "1......"});
  const image::LabelMap none = drawn({".......", "......."});
  EXPECT_EQ(cardiothoracic_ratio(none, 1, right_lung).error().message, "no heart was found");
  EXPECT_EQ(cardiothoracic_ratio(heart, 1, none).error().message, "no lungs were found");
  EXPECT_NE(cardiothoracic_ratio(heart, 1, right_lung).error().message.find("one side"), std::string::npos);
}

TEST(RatiosTest, SharesCountPixels) {
  const image::LabelMap vessels = drawn({"11..", "...1"});
  const image::LabelMap field = drawn({"111.", "111."});
  EXPECT_DOUBLE_EQ(*share_of(vessels, 1, field), 2.0 / 6);
  EXPECT_DOUBLE_EQ(share_of_image(vessels), 3.0 / 8);
  EXPECT_FALSE(share_of(vessels, 1, drawn({"....", "...."})));
  EXPECT_FALSE(share_of(vessels, 1, drawn({"1"})));
}

}  // namespace
}  // namespace galen::measure
