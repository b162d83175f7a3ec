#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "galen/base/files.h"
#include "galen/cli/command.h"

namespace galen::cli {
namespace {

// Characters on a terminal, not bytes.
std::size_t columns(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST(HelpTest, FitsOneScreen) {
  std::istringstream lines(help_text());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) EXPECT_LE(columns(line), 100u) << line;
  EXPECT_LE(count, 30);
}

TEST(HelpTest, NamesEveryCommand) {
  const std::string text = help_text();
  for (const Command& command : command_table()) {
    const std::string first = command.name.substr(0, command.name.find(' '));
    EXPECT_NE(text.find("galen " + first + " "), std::string::npos) << command.name;
  }
}

TEST(HelpTest, ExplainsEveryOptionOfACommand) {
  for (const Command& command : command_table()) {
    const std::string text = help_text(command);
    for (const Option& option : command.options) {
      EXPECT_FALSE(option.help.empty()) << command.name << " " << option.name;
      EXPECT_NE(text.find(option.name), std::string::npos) << command.name << " " << option.name;
    }
  }
}

TEST(HelpTest, TheTrainerDeclaresEveryOptionThatItsHelpNames) {
  const Result<std::string> trainer = read_text_file(std::string(GALEN_SOURCE_DIR) + "/src/galen/train/train_main.cc");
  ASSERT_TRUE(trainer.ok()) << trainer.error().message;
  const Command& train = *find_command("train");
  std::vector<Option> options = train.options;
  for (const Option& option : global_options()) {
    if (takes(train, option)) options.push_back(option);
  }
  for (const Option& option : options) {
    if (option.name.front() != '-') continue;
    EXPECT_NE(trainer->find("\"" + option.name + "\""), std::string::npos) << option.name;
  }
  EXPECT_EQ(help_text(train).find("--precision"), std::string::npos);
  EXPECT_NE(help_text(*find_command("eval")).find("--precision"), std::string::npos);
}

TEST(HelpTest, EveryExampleIsACommandThatTheParserTakes) {
  for (const Command& command : command_table()) {
    for (const std::string& example : command.examples) {
      std::vector<std::string> words;
      std::string word;
      bool quoted = false, any = false;
      for (const char c : example + " ") {
        if (c == '"') {
          quoted = !quoted;
          any = true;
        } else if (c == ' ' && !quoted) {
          if (any || !word.empty()) words.push_back(word);
          word.clear();
          any = false;
        } else {
          word += c;
        }
      }
      ASSERT_EQ(words.front(), "galen");
      const Result<Parsed> parsed = parse_arguments({words.begin() + 1, words.end()});
      ASSERT_TRUE(parsed.ok()) << example << ": " << parsed.error().message;
      EXPECT_EQ(parsed->command, &command) << example;
    }
  }
}

TEST(HelpTest, TheCommandsDocumentIsUpToDate) {
  const Result<std::string> document = read_text_file(std::string(GALEN_SOURCE_DIR) + "/docs/commands.md");
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(*document, commands_document()) << "run scripts/update-docs";
}

TEST(HelpTest, NamesAndOptionsAreUnique) {
  std::set<std::string> names;
  for (const Command& command : command_table()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    std::set<std::string> keys;
    for (const Option& option : global_options()) keys.insert(option_key(option));
    for (const Option& option : command.options) {
      EXPECT_TRUE(keys.insert(option_key(option)).second) << command.name << " " << option.name;
    }
  }
}

}  // namespace
}  // namespace galen::cli
