#include "galen/base/json.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

TEST(JsonTest, KeepsTheOrderOfKeys) {
  const Result<Json> document = parse_json(R"({"b":1,"a":2})");
  ASSERT_TRUE(document);
  EXPECT_EQ(to_text(*document), R"({"b":1,"a":2})");
}

TEST(JsonTest, RefusesTextBeyondTheLimits) {
  EXPECT_FALSE(parse_json("[1,2,3]", {.bytes = 3}));
  EXPECT_FALSE(parse_json("[[[1]]]", {.depth = 2}));
  EXPECT_TRUE(parse_json("[[1],\"[[[[\"]", {.depth = 2})) << "brackets inside a string are no nesting";
}

TEST(JsonTest, RefusesAMillionOpenBrackets) { EXPECT_FALSE(parse_json(std::string(1'000'000, '['))); }

TEST(JsonTest, RefusesTrailingTextAndInvalidUtf8) {
  EXPECT_FALSE(parse_json("{} x"));
  EXPECT_FALSE(parse_json("\"\xff\""));
  EXPECT_FALSE(parse_json(""));
}

TEST(JsonTest, WritesBytesThatAreNotTextAsReplacementCharacters) {
  EXPECT_EQ(to_text(Json("\xff")), "\"\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace galen
