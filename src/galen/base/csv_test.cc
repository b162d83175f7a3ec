#include "galen/base/csv.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

TEST(CsvTest, ReadsQuotedFieldsWithCommasQuotesAndLineBreaks) {
  const Result<CsvTable> table = parse_csv("id,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n2,\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->columns, (std::vector<std::string>{"id", "text"}));
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->at(0, "text"), "a, \"b\"\nc");
  EXPECT_EQ(table->at(1, "text"), "");
  EXPECT_EQ(table->at(1, "missing"), "");
}

TEST(CsvTest, SkipsAByteOrderMarkAndBlankLines) {
  const Result<CsvTable> table = parse_csv("\xEF\xBB\xBFid\n\n7\n\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->column("id"), 0);
  ASSERT_EQ(table->rows.size(), 1u);
}

TEST(CsvTest, NamesTheLineOfARowOfTheWrongLength) {
  const Result<CsvTable> table = parse_csv("a,b\n1,2\n3\n");
  ASSERT_FALSE(table);
  EXPECT_NE(table.error().message.find("line 3"), std::string::npos) << table.error().message;
}

TEST(CsvTest, RefusesAnUnclosedQuoteAndAnEmptyTable) {
  EXPECT_FALSE(parse_csv("a\n\"x\n"));
  EXPECT_FALSE(parse_csv(""));
}

TEST(CsvTest, AWrittenFieldReadsBackAsItself) {
  for (const std::string field : {"plain", "with, comma", "with \"quote\"", "two\nlines", ""}) {
    const Result<CsvTable> table = parse_csv("a,b\n" + csv_field(field) + ",x\n");
    ASSERT_TRUE(table) << field;
    EXPECT_EQ(table->at(0, "a"), field);
  }
}

}  // namespace
}  // namespace galen
