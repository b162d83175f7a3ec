// Ctrl-C and kill -9 at any moment leave whole files and nothing else.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <fstream>

#include "galen/base/random.h"
#include "galen/image/read.h"
#include "galen/image/write.h"
#include "program.h"
#include "test_zoo.h"

namespace galen::test {
namespace {

namespace fs = std::filesystem;

constexpr int kImages = 400;

class InterruptionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    make_test_zoo(folder_ / "zoo");
    fs::create_directories(folder_ / "in");
    image::Image picture = image::make_image(400, 400);
    Random random(3);
    for (float& sample : picture.samples) sample = static_cast<float>(random.below(256));
    std::ofstream list(folder_ / "list.txt");
    for (int i = 0; i < kImages; ++i) {
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

  // The signal comes once that many masks and maps have been written and another is being written.
  Outcome interrupted(int signal, int written) {
    Conditions conditions = conditions_;
    conditions.signal = signal;
    conditions.signal_when = [=, this] { return entries(false) >= written && entries(true) > 0; };
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
  int temporary_files() const { return entries(true); }
  int entries(bool temporary) const {
    int count = 0;
    std::error_code code;
    for (fs::directory_iterator it(out(), code), end; !code && it != end; it.increment(code)) {
      count += is_temporary(it->path()) == temporary ? 1 : 0;
    }
    return count;
  }
  static bool is_temporary(const fs::path& path) {
    return path.filename().string().find("galen-tmp") != std::string::npos;
  }

  const TemporaryFolder folder_;
  Conditions conditions_;
};

TEST_F(InterruptionTest, CtrlCStopsWithASentenceAndLeavesWholeFiles) {
  for (const int written : {1, 10, 100}) {
    fs::remove_all(out());
    const Outcome outcome = interrupted(SIGINT, written);
    EXPECT_EQ(outcome.status, 1) << outcome.err;
    EXPECT_EQ(outcome.err.rfind("galen: ", 0), 0u) << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(temporary_files(), 0);
    EXPECT_GE(whole_files(), written);
    EXPECT_LT(whole_files(), kImages * 2);
  }
}

TEST_F(InterruptionTest, KillLeavesWholeFilesAndTheNextRunClearsTheRest) {
  // Whether the file that is being written is put in place before the signal comes is a matter of luck.
  for (int round = 0; round < 30 && temporary_files() == 0; ++round) {
    fs::remove_all(out());
    const Outcome outcome = interrupted(SIGKILL, 5 * round);
    EXPECT_EQ(outcome.status, 128 + SIGKILL) << outcome.err;
    whole_files();
  }
  ASSERT_GT(temporary_files(), 0) << "no run was killed while it wrote";
  const Outcome next = galen(
      {"segment", "segment/lung-cxr", "-o", out().string(), (folder_ / "in" / "film0.png").string()}, conditions_);
  EXPECT_EQ(next.status, 0) << next.err;
  EXPECT_EQ(temporary_files(), 0);
  whole_files();
}

}  // namespace
}  // namespace galen::test
