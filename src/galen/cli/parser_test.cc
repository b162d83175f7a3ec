#include <gtest/gtest.h>

#include "galen/cli/command.h"

namespace galen::cli {
namespace {

Error error_of(const std::vector<std::string>& words) {
  const Result<Parsed> parsed = parse_arguments(words);
  EXPECT_FALSE(parsed.ok());
  return parsed.ok() ? Error{} : parsed.error();
}

TEST(ParserTest, ReadsValuesByPlaceAndByName) {
  const Result<Parsed> parsed =
      parse_arguments({"segment", "segment/lung-cxr", "a.png", "b.png", "-o", "masks", "--overlay"});
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(parsed->command->name, "segment");
  EXPECT_EQ(parsed->arguments.text("TASK"), "segment/lung-cxr");
  EXPECT_EQ(parsed->arguments.list("IMAGE"), (std::vector<std::string>{"a.png", "b.png"}));
  EXPECT_EQ(parsed->arguments.text("output"), "masks");
  EXPECT_TRUE(parsed->arguments.has("overlay"));
  EXPECT_FALSE(parsed->arguments.has("jsonl"));
}

TEST(ParserTest, TakesGlobalOptionsBeforeAndAfterTheCommand) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--zoo", "z", "zoo", "list"},
                                                {"zoo", "list", "--zoo", "z"},
                                                {"zoo", "--zoo=z", "list"}}) {
    const Result<Parsed> parsed = parse_arguments(words);
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->command->name, "zoo list");
    EXPECT_EQ(parsed->arguments.text("zoo"), "z");
  }
}

TEST(ParserTest, AGlobalOptionThatTheCommandDoesNotTakeIsAWrongUse) {
  const std::vector<std::string> train = {"train", "recipe.json", "-o", "zoo", "--threads", "2", "--zoo", "z"};
  EXPECT_TRUE(parse_arguments(train).ok());
  std::vector<std::string> words = train;
  words.insert(words.end(), {"--precision", "bf16"});
  const Error error = error_of(words);
  EXPECT_EQ(error.kind, ErrorKind::kUsage);
  EXPECT_NE(error.message.find("--precision"), std::string::npos) << error.message;
}

TEST(ParserTest, LeavesTheRequestAsItWasTyped) {
  for (const std::string& request : {std::string("[a,b]"), std::string("  lungs\n"), std::string("\xff\xfe"),
                                     std::string("--"), std::string("\"quoted\" \\ text"), std::string("{}")}) {
    const Result<Parsed> parsed = parse_arguments({"plan", "--", request});
    ASSERT_TRUE(parsed.ok()) << request;
    EXPECT_EQ(parsed->arguments.text("REQUEST"), request);
  }
}

TEST(ParserTest, SaysWhichCommandWasPerhapsMeant) {
  const Error error = error_of({"segmnet", "a.png"});
  EXPECT_EQ(error.kind, ErrorKind::kUsage);
  EXPECT_NE(error.message.find("'segmnet'"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("did you mean 'segment'"), std::string::npos) << error.message;
}

TEST(ParserTest, NamesWhatIsMissing) {
  const Error error = error_of({"segment", "segment/lung-cxr", "a.png"});
  EXPECT_EQ(error.kind, ErrorKind::kUsage);
  EXPECT_NE(error.message.find("--output"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("galen segment --help"), std::string::npos) << error.message;
}

TEST(ParserTest, RefusesOptionsThatTheCommandDoesNotHave) {
  EXPECT_EQ(error_of({"classify", "t", "a.png", "--overlay"}).kind, ErrorKind::kUsage);
  EXPECT_EQ(error_of({"bench", "--repeat", "many"}).kind, ErrorKind::kUsage);
  EXPECT_EQ(error_of({"zoo", "sell"}).kind, ErrorKind::kUsage);
}

TEST(ParserTest, ShowsHelpForTheProgramTheGroupAndTheCommand) {
  EXPECT_EQ(parse_arguments({})->text, help_text());
  EXPECT_EQ(parse_arguments({"--help"})->text, help_text());
  EXPECT_EQ(parse_arguments({"zoo"})->text, help_text_of_group("zoo"));
  EXPECT_EQ(parse_arguments({"zoo", "--help"})->text, help_text_of_group("zoo"));
  EXPECT_EQ(parse_arguments({"segment", "--help"})->text, help_text(*find_command("segment")));
}

}  // namespace
}  // namespace galen::cli
