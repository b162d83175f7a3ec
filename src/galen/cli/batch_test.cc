#include "galen/cli/batch.h"

#include <gtest/gtest.h>

#include <sstream>

namespace galen::cli {
namespace {

// Of two images: "refuse" is refused, "fail" fails, anything else is answered.
int status_of(const std::string& first, const std::string& second) {
  std::ostringstream out, err;
  Console console(out, err, false);
  const auto answer = [](const std::filesystem::path& path) -> Result<BatchAnswer> {
    if (path == "refuse") return refusal("not of this kind");
    if (path == "fail") return Error{"damaged"};
    return BatchAnswer{{{"image", path.string()}}, path.string()};
  };
  return *run_batch({first, second}, "segment/x", BatchForm::kJsonLines, answer, console);
}

TEST(BatchTest, TheStatusSaysWhetherAllSomeOrNoneWereAnswered) {
  EXPECT_EQ(status_of("a", "b"), kExitDone);
  EXPECT_EQ(status_of("a", "refuse"), kExitPartial);
  EXPECT_EQ(status_of("fail", "fail"), kExitFailed);
}

TEST(BatchTest, WhereEveryImageWasRefusedTheBatchIs) {
  EXPECT_EQ(status_of("refuse", "refuse"), kExitRefused);
  EXPECT_EQ(status_of("refuse", "fail"), kExitFailed);
}

}  // namespace
}  // namespace galen::cli
