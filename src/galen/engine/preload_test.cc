#include "galen/engine/preload.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>

#include "galen/engine/fake_runner.h"
#include "galen/engine/study.h"

namespace galen::engine {
namespace {

class WarmedRunner : public FakeRunner {
 public:
  Status warm(const std::string& id) override {
    {
      const std::lock_guard lock(mutex_);
      warmed.insert(id);
    }
    changed_.notify_all();
    if (id == "segment/broken") return Error{"its network differs"};
    if (id == "segment/fault") throw std::runtime_error("a fault");
    return {};
  }
  void wait_for(const std::string& id) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return warmed.count(id) != 0; });
  }
  std::set<std::string> warmed;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

class PreloadTest : public testing::Test {
 protected:
  void SetUp() override {
    runner.cards = {classify_card(kModalityRecogniser, "modality", "any", {{"cxr", false}}),
                    segment_card("segment/broken", "rib", "cxr"), segment_card("segment/fault", "spine", "cxr"),
                    segment_card("segment/lung", "lung", "cxr")};
  }
  WarmedRunner runner;
};

TEST_F(PreloadTest, TheRecogniserIsWarmedWhateverIsAskedFor) {
  {
    const Preload preload(runner, [] { return std::vector<std::string>{}; });
  }
  EXPECT_EQ(runner.warmed, std::set<std::string>{kModalityRecogniser});
}

TEST_F(PreloadTest, EntriesThatFailOrDoNotExistDoNotKeepTheNextFromBeingWarmed) {
  {
    const Preload preload(runner, [] {
      return std::vector<std::string>{"segment/broken", "segment/unknown", "segment/fault", "segment/lung"};
    });
    runner.wait_for("segment/lung");
  }
  EXPECT_EQ(runner.warmed.count("segment/broken"), 1U);
  EXPECT_EQ(runner.warmed.count("segment/unknown"), 0U);
  EXPECT_EQ(runner.warmed.count("segment/lung"), 1U);
}

}  // namespace
}  // namespace galen::engine
