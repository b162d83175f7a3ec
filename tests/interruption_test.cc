// Ctrl-C and kill -9 at any moment leave whole files and nothing else.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>

#include "galen/base/random.h"
#include "galen/image/read.h"
#include "galen/image/write.h"
#include "program.h"
#include "test_zoo.h"

namespace galen::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

class InterruptionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    make_test_zoo(folder_ / "zoo");
    fs::create_directories(folder_ / "in");
    image::Image picture = image::make_image(400, 400);
    Random random(3);
    for (float& sample : picture.samples) sample = static_cast<float>(random.below(256));
    std::ofstream list(folder_ / "list.txt");
    for (int i = 0; i < 400; ++i) {
      const fs::path path = folder_ / "in" / ("film" + std::to_string(i) + ".png");
      if (i == 0) {
        ASSERT_TRUE(image::write_png(path, picture).ok());
      } else {
        fs::create_hard_link(folder_ / "in" / "film0.png", path);
      }
      list << path.string() << '\n';
    }
    conditions_.environment = {"GALEN_CACHE=" + (folder_ / "cache").string(),
                               "GALEN_ZOO=" + (folder_ / "zoo").string()};
    // The first run compiles the network; those that are interrupted should spend their time writing.
    ASSERT_EQ(galen({"segment", "segment/lung-cxr", "-o", (folder_ / "first").string(),
                     (folder_ / "in" / "film0.png").string()},
                    conditions_)
                  .status,
              0);
  }

  Outcome interrupted(int signal, milliseconds after) {
    Conditions conditions = conditions_;
    conditions.signal = signal;
    conditions.signal_after = after;
    return galen(
        {"segment", "segment/lung-cxr", "-o", out().string(), "@" + (folder_ / "list.txt").string(), "--probabilities"},
        conditions);
  }
  fs::path out() const { return folder_ / "out"; }

  // Every file under its final name is whole. Returns their number.
  int whole_files() const {
    int count = 0;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(out(), code)) {
      if (is_temporary(entry.path())) continue;
      const Result<image::Image> image = image::read_image(entry.path());
      EXPECT_TRUE(image.ok()) << entry.path() << ": " << image.error().message;
      ++count;
    }
    return count;
  }
  int temporary_files() const {
    int count = 0;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(out(), code)) count += is_temporary(entry.path()) ? 1 : 0;
    return count;
  }
  static bool is_temporary(const fs::path& path) {
    return path.filename().string().find("galen-tmp") != std::string::npos;
  }

  const TemporaryFolder folder_;
  Conditions conditions_;
};

TEST_F(InterruptionTest, CtrlCStopsWithASentenceAndLeavesWholeFiles) {
  int stopped_midway = 0;
  for (const int after : {150, 300, 600}) {
    fs::remove_all(out());
    const Outcome outcome = interrupted(SIGINT, milliseconds(after));
    if (outcome.status == 0) continue;  // It had finished
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    EXPECT_EQ(outcome.err.rfind("galen: ", 0), 0u) << outcome.err;
    EXPECT_EQ(temporary_files(), 0);
    if (whole_files() > 0) ++stopped_midway;
  }
  EXPECT_GT(stopped_midway, 0) << "no run was stopped while it wrote";
}

TEST_F(InterruptionTest, KillLeavesWholeFilesAndTheNextRunClearsTheRest) {
  int killed_midway = 0;
  for (int round = 0; round < 8; ++round) {
    const Outcome outcome = interrupted(SIGKILL, milliseconds(120 + 60 * round));
    if (outcome.status == 128 + SIGKILL && whole_files() > 0) ++killed_midway;
  }
  EXPECT_GT(killed_midway, 0) << "no run was killed while it wrote";
  const Outcome next = galen(
      {"segment", "segment/lung-cxr", "-o", out().string(), (folder_ / "in" / "film0.png").string()}, conditions_);
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(temporary_files(), 0);
  whole_files();
}

}  // namespace
}  // namespace galen::test
