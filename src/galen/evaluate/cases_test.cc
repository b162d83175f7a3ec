#include "galen/evaluate/cases.h"

#include <gtest/gtest.h>

#include <fstream>

namespace galen::evaluate {
namespace {

namespace fs = std::filesystem;

image::LabelMap map_of(int width, int height, std::vector<std::uint8_t> labels) {
  image::LabelMap map;
  map.width = width;
  map.height = height;
  map.labels = std::move(labels);
  return map;
}

class CasesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("cases-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::create_directories(folder_ / "set");
    std::ofstream(folder_ / "set" / "cases.csv") << "id,image,mask,split,domain,sick\n"
                                                    "a,images/a.png,masks/a.png,train,east,0\n"
                                                    "b,images/b.png,,train,east,1\n"
                                                    "c,images/c.png,masks/c.png,val,west,?\n"
                                                    "d,images/d.png,masks/d.png,test,west,1\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  Result<CaseSplit> read(const char* json) {
    const Result<CaseSource> source = parse_case_source(Json::parse(json));
    if (!source) return source.error();
    return read_cases(*source, folder_, {});
  }

  fs::path folder_;
};

TEST_F(CasesTest, RowsGoToTheSplitThatTheirColumnNames) {
  const auto split = read(R"({"cases": "set/cases.csv", "class_column": "sick", "class_map": {"0": 0, "1": 1}})");
  ASSERT_TRUE(split) << split.error().message;
  ASSERT_EQ(split->train.size(), 2U);
  ASSERT_EQ(split->val.size(), 1U);
  EXPECT_EQ(split->train[0].image, folder_ / "set" / "images/a.png");
  EXPECT_EQ(split->train[1].class_index, 1);
  EXPECT_TRUE(split->train[1].mask.empty());
  EXPECT_EQ(split->val[0].class_index, -1) << "a value that the map does not have is no class";
  EXPECT_EQ(split->val[0].domain, "west");
}

TEST_F(CasesTest, FilesOfIdsSplitTooAndConditionsFilter) {
  std::ofstream(folder_ / "set" / "t.txt") << "a\nd\r\n";
  std::ofstream(folder_ / "set" / "v.txt") << "c\n";
  const auto split = read(
      R"({"cases": "set/cases.csv", "split_file": {"train": "t.txt", "val": "v.txt"}, "where": {"domain": "west"}})");
  ASSERT_TRUE(split) << split.error().message;
  ASSERT_EQ(split->train.size(), 1U);
  EXPECT_EQ(split->train[0].id, "d");
  ASSERT_EQ(split->val.size(), 1U);
}

TEST_F(CasesTest, ACaseInBothSplitsIsAnError) {
  std::ofstream(folder_ / "set" / "t.txt") << "a\nc\n";
  std::ofstream(folder_ / "set" / "v.txt") << "c\n";
  const auto split = read(R"({"cases": "set/cases.csv", "split_file": {"train": "t.txt", "val": "v.txt"}})");
  ASSERT_FALSE(split);
  EXPECT_NE(split.error().message.find("case c is in train and in val"), std::string::npos) << split.error().message;
}

TEST_F(CasesTest, ASharePutsTheSameRowsIntoValEachTime) {
  const auto one = read(R"({"cases": "set/cases.csv", "val_share": 0.5})");
  const auto two = read(R"({"cases": "set/cases.csv", "val_share": 0.5})");
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->train.size() + one->val.size(), 4U);
  ASSERT_EQ(one->val.size(), two->val.size());
  for (std::size_t i = 0; i < one->val.size(); ++i) EXPECT_EQ(one->val[i].id, two->val[i].id);
}

TEST_F(CasesTest, MissingColumnsAndUnknownKeysAreNamed) {
  const auto missing = read(R"({"cases": "set/cases.csv", "field_of_view_column": "fov"})");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("no column \"fov\""), std::string::npos);
  for (const std::string key : {"mask_column", "domain_column"}) {
    const auto misspelt = read((R"({"cases": "set/cases.csv", ")" + key + R"(": "msk"})").c_str());
    ASSERT_FALSE(misspelt) << key;
    EXPECT_NE(misspelt.error().message.find("no column \"msk\""), std::string::npos) << misspelt.error().message;
    EXPECT_TRUE(read((R"({"cases": "set/cases.csv", ")" + key + R"(": ""})").c_str())) << key;
  }
  const auto unknown = read(R"({"cases": "set/cases.csv", "splt_column": "x"})");
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("splt_column"), std::string::npos);
}

TEST_F(CasesTest, RowsOfOtherSplitsAreInNeither) {
  const auto nothing = read(R"({"cases": "set/cases.csv", "train": "nobody", "val": "none"})");
  ASSERT_TRUE(nothing) << nothing.error().message;
  EXPECT_TRUE(nothing->train.empty() && nothing->val.empty());
}

TEST(ChannelMapTest, ValuesAndBitsBecomeChannels) {
  const image::LabelMap mask = map_of(5, 1, {0, 1, 2, 4, 5});
  const ChannelMap map = channel_map(mask, {{0, {1, 2}, 0, ""}, {1, {}, 4, ""}});
  EXPECT_EQ(map.bits.labels, (std::vector<std::uint8_t>{0, 1, 1, 2, 2}));
  EXPECT_EQ(map.known, 3);
}

TEST(ChannelMapTest, TheTwoLargestComponentsAreTheSidesWhereTheyLieApart) {
  image::LabelMap mask = image::make_label_map(40, 20);
  for (int y = 4; y < 16; ++y) {
    for (int x = 4; x < 14; ++x) mask.at(x, y) = 1;
    for (int x = 24; x < 36; ++x) mask.at(x, y) = 1;
  }
  const std::vector<Target> targets = {{0, {1}, 0, "image-left"}, {1, {1}, 0, "image-right"}};
  const ChannelMap apart = channel_map(mask, targets);
  EXPECT_EQ(apart.known, 3);
  EXPECT_EQ(apart.bits.at(8, 8), 1);
  EXPECT_EQ(apart.bits.at(30, 8), 2);
  EXPECT_EQ(apart.bits.at(18, 8), 0);

  for (int x = 10; x < 30; ++x) mask.at(x, 10) = 1;
  EXPECT_EQ(channel_map(mask, targets).known, 0) << "grown together: neither side is known";
}

TEST(TargetsTest, WrongTargetsAreNamed) {
  for (const char* json :
       {R"([{"channel": 9, "values": [1]}])", R"([{"channel": 0}])", R"([{"channel": 0, "values": [1], "bits": 2}])",
        R"([{"channel": 0, "values": [1], "side": "left"}])", R"([{"chanel": 0, "values": [1]}])",
        R"({"channel": 0})"}) {
    EXPECT_FALSE(parse_targets(Json::parse(json))) << json;
  }
}

}  // namespace
}  // namespace galen::evaluate
