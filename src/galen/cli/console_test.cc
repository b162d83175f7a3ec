#include "galen/cli/console.h"

#include <gtest/gtest.h>

#include <sstream>

namespace galen::cli {
namespace {

TEST(ConsoleTest, KeepsResultsAndMessagesApart) {
  std::ostringstream out, err;
  Console console(out, err, false);
  console.print("a result");
  console.say("a message");
  console.print_json(Json{{"key", 1}});
  EXPECT_EQ(out.str(), "a result\n{\"key\":1}\n");
  EXPECT_EQ(err.str(), "galen: a message\n");
}

TEST(ConsoleTest, ShowsNoProgressWhereThereIsNoTerminal) {
  std::ostringstream out, err;
  Console console(out, err, false);
  EXPECT_FALSE(console.progress());
}

TEST(ConsoleTest, ShowsNoProgressForWorkOfLessThanASecond) {
  std::ostringstream out, err;
  Console console(out, err, true);
  const Progress progress = console.progress();
  for (std::size_t i = 0; i < 10; ++i) tell(progress, i, 10, "reading");
  EXPECT_EQ(err.str(), "");
}

TEST(ConsoleTest, ProgressTellsTheShareAndTheTimeLeft) {
  const std::string line = progress_line(25, 100, "reading", 10);
  EXPECT_NE(line.find("25 %"), std::string::npos) << line;
  EXPECT_NE(line.find("30 s left"), std::string::npos) << line;
  EXPECT_NE(line.find("reading"), std::string::npos) << line;
}

TEST(ConsoleTest, FailsWhenTheOutputCannotBeWritten) {
  std::ostringstream out, err;
  Console console(out, err, false);
  EXPECT_TRUE(console.flush().ok());
  out.setstate(std::ios::badbit);
  EXPECT_FALSE(console.flush().ok());
}

}  // namespace
}  // namespace galen::cli
