#include "galen/evaluate/evaluate.h"

#include <gtest/gtest.h>

#include <fstream>

namespace galen::evaluate {
namespace {

image::LabelMap disc(int side, double cx, double cy, double radius, std::uint8_t value) {
  image::LabelMap map = image::make_label_map(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      if ((x - cx) * (x - cx) + (y - cy) * (y - cy) <= radius * radius) map.at(x, y) = value;
    }
  }
  return map;
}

image::LabelMap row_of(std::vector<std::uint8_t> labels) {
  image::LabelMap map;
  map.width = static_cast<int>(labels.size());
  map.height = 1;
  map.labels = std::move(labels);
  return map;
}

TEST(CompareMasksTest, FiguresOfAHandMadeRowAreAsCounted) {
  const auto figures = compare_masks(row_of({3, 3, 0, 0, 3}), 3, row_of({1, 0, 1, 0, 1}), nullptr, false);
  ASSERT_TRUE(figures) << figures.error().message;
  EXPECT_DOUBLE_EQ(figures->dice, 4.0 / 6);
  EXPECT_DOUBLE_EQ(figures->iou, 2.0 / 4);
  EXPECT_DOUBLE_EQ(figures->sensitivity, 2.0 / 3);
  EXPECT_DOUBLE_EQ(figures->specificity, 1.0 / 2);
}

TEST(CompareMasksTest, OutsideOfTheFieldNothingCounts) {
  const image::LabelMap field = row_of({1, 0, 1, 1, 0});
  const auto figures = compare_masks(row_of({1, 1, 0, 0, 1}), 1, row_of({1, 0, 1, 0, 0}), &field, false);
  ASSERT_TRUE(figures);
  EXPECT_DOUBLE_EQ(figures->dice, 2.0 / 3);
  EXPECT_DOUBLE_EQ(figures->specificity, 1);
}

TEST(CompareMasksTest, AShiftedDiscIsOffByItsShift) {
  const auto figures = compare_masks(disc(64, 33, 30, 12, 2), 2, disc(64, 30, 30, 12, 1), nullptr, true);
  ASSERT_TRUE(figures);
  ASSERT_TRUE(figures->hausdorff95);
  EXPECT_NEAR(*figures->hausdorff95, 3, 0.5);
}

TEST(CompareMasksTest, TheDistanceIsAlsoInMillimetresWhereTheSpacingIsKnown) {
  const image::LabelMap predicted = row_of({0, 0, 1}), truth = row_of({1, 0, 0});
  EXPECT_FALSE(compare_masks(predicted, 1, truth, nullptr, true)->hausdorff95_mm);
  const auto figures = compare_masks(predicted, 1, truth, nullptr, true, Spacing{0.5, 3, 3});
  EXPECT_DOUBLE_EQ(*figures->hausdorff95, 2);
  EXPECT_DOUBLE_EQ(*figures->hausdorff95_mm, 1);
}

TEST(CompareMasksTest, MasksOfDifferentSizesAreAnError) {
  EXPECT_FALSE(compare_masks(row_of({1, 1}), 1, row_of({1, 1, 1}), nullptr, false));
}

TEST(SummaryTest, MeansAreOverImagesAndByDomain) {
  std::vector<Json> rows;
  for (const auto& [domain, dice] : {std::pair{"east", 0.9}, {"east", 0.7}, {"west", 0.5}}) {
    rows.push_back(
        {{"id", "x"},
         {"domain", domain},
         {"dice", dice},
         {"labels",
          {{"lung", {{"dice", dice}, {"iou", 0.5}, {"sensitivity", 1.0}, {"specificity", 1.0}, {"hd95", nullptr}}}}}});
  }
  const Json summary = summarise_segmentation(rows, {});
  EXPECT_EQ(summary["images"], 3);
  EXPECT_NEAR(summary["dice"]["value"].get<double>(), 0.7, 1e-12);
  EXPECT_LE(summary["dice"]["low"].get<double>(), 0.7);
  EXPECT_GE(summary["dice"]["high"].get<double>(), 0.7);
  EXPECT_NEAR(summary["domains"]["east"]["dice"]["value"].get<double>(), 0.8, 1e-12);
  EXPECT_EQ(summary["domains"]["west"]["images"], 1);
  EXPECT_EQ(summary["labels"]["lung"]["hd95_missing"], 3);
  EXPECT_TRUE(summary["labels"]["lung"]["hd95"].is_null());
}

zoo::Card two_classes() {
  zoo::Card card;
  card.task = zoo::Task::kClassify;
  card.classes = {{0, "normal", true, {}}, {1, "ill", false, {}}};
  return card;
}

TEST(SummaryTest, AClassifierIsJudgedByItsOwnDecisions) {
  std::vector<ClassifiedCase> cases;
  const auto add = [&](int truth, double p, bool positive, bool abstained) {
    cases.push_back({"x", "d", truth, {1 - p, p}, positive, abstained});
  };
  add(1, 0.9, true, false);
  add(1, 0.4, true, false);  // The card's threshold is 0.35
  add(1, 0.3, false, true);
  add(0, 0.35, true, true);
  add(0, 0.1, false, false);
  add(0, 0.05, false, false);
  const Json summary = summarise_classification(cases, two_classes(), {});
  EXPECT_NEAR(summary["auc"]["value"].get<double>(), 8.0 / 9, 1e-12);
  EXPECT_NEAR(summary["f1"]["value"].get<double>(), 4.0 / 6, 1e-12);
  EXPECT_NEAR(summary["accuracy"]["value"].get<double>(), 4.0 / 6, 1e-12);
  EXPECT_NEAR(summary["sensitivity"]["value"].get<double>(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(summary["coverage"].get<double>(), 4.0 / 6, 1e-12);
  EXPECT_NEAR(summary["accuracy_of_answered"].get<double>(), 1, 1e-12);
  EXPECT_FALSE(summary["calibration"]["reliability"].empty());
}

TEST(CasesForCardTest, ATableIsReadAsTheCardsRecipeReadsItsSet) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "cases-for-card" / "myset";
  fs::create_directories(folder);
  std::ofstream(folder / "cases.csv")
      << "id,image,mask,split,domain\na,a.png,a.png,val,east\nb,b.png,b.png,test,west\nc,c.png,c.png,val,west\n";
  zoo::Card card;
  card.labels = {{5, "heart", "#ffffff", {1}, 0.5, {}}};
  card.recipe = Json::parse(R"({"data": [{"cases": "myset/cases.csv"}], "targets": [{"channel": 1, "bits": 4}]})");
  const auto val = cases_for_card(card, folder / "cases.csv", "val");
  ASSERT_TRUE(val) << val.error().message;
  ASSERT_EQ(val->cases.size(), 2U);
  EXPECT_EQ(val->cases[0].targets[0].bits, 4);
  EXPECT_EQ(cases_for_card(card, folder / "cases.csv", "")->cases.size(), 2U) << "the validation cases by default";
  EXPECT_EQ(cases_for_card(card, folder / "cases.csv", "val", "west")->cases.size(), 1U);
  EXPECT_EQ(cases_for_card(card, folder / "cases.csv", "test")->cases.size(), 1U);
  EXPECT_EQ(cases_for_card(card, folder / "cases.csv", "all")->cases.size(), 3U);
  EXPECT_FALSE(cases_for_card(card, folder / "cases.csv", "nobody"));

  card.recipe = Json::object();
  const auto plain = cases_for_card(card, folder / "cases.csv", "val");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->cases[0].targets[0].values, std::vector<int>{5})
      << "without a recipe, mask values are the label values";
  fs::remove_all(folder.parent_path());
}

TEST(CasesForCardTest, ATableWithoutASplitIsTakenWholeUnlessASplitIsAskedFor) {
  namespace fs = std::filesystem;
  const fs::path table = fs::path(testing::TempDir()) / "unsplit.csv";
  std::ofstream(table) << "id,image,mask\na,a.png,a.png\nb,b.png,b.png\n";
  zoo::Card card;
  card.labels = {{1, "heart", "#ffffff", {0}, 0.5, {}}};
  const auto whole = cases_for_card(card, table, "");
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->cases.size(), 2U);
  EXPECT_TRUE(whole->unsplit);
  EXPECT_FALSE(cases_for_card(card, table, "all")->unsplit) << "that is what was asked for";
  const auto asked = cases_for_card(card, table, "val");
  ASSERT_FALSE(asked);
  EXPECT_NE(asked.error().message.find("no column \"split\"; --split all"), std::string::npos) << asked.error().message;
  fs::remove(table);
}

}  // namespace
}  // namespace galen::evaluate
