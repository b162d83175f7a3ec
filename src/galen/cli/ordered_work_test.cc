#include "galen/cli/ordered_work.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

namespace galen::cli {
namespace {

TEST(OrderedWorkTest, HandsResultsOverInOrderWhateverTheirTimes) {
  std::vector<std::size_t> order;
  const std::size_t done = ordered_work(
      60, 4,
      [](std::size_t i) {
        std::this_thread::sleep_for(std::chrono::microseconds((i * 7919) % 900));
        return i * i;
      },
      [&](std::size_t i, std::size_t square) {
        EXPECT_EQ(square, i * i);
        order.push_back(i);
      });
  EXPECT_EQ(done, 60u);
  ASSERT_EQ(order.size(), 60u);
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

TEST(OrderedWorkTest, KeepsFewResultsWaiting) {
  std::atomic<std::size_t> started{0};
  std::size_t most_ahead = 0;
  ordered_work(
      100, 3,
      [&](std::size_t i) {
        ++started;
        if (i == 0) std::this_thread::sleep_for(std::chrono::milliseconds(30));
        return i;
      },
      [&](std::size_t i, std::size_t) { most_ahead = std::max(most_ahead, started.load() - i); });
  EXPECT_LE(most_ahead, 2u * 3u + 3u);
}

TEST(OrderedWorkTest, RethrowsWhatAWorkerThrew) {
  const auto run = [] {
    ordered_work(
        20, 3, [](std::size_t i) { return i == 5 ? throw std::runtime_error("five") : i; },
        [](std::size_t, std::size_t) {});
  };
  EXPECT_THROW(run(), std::runtime_error);
}

TEST(OrderedWorkTest, DoesNothingForNoItems) {
  EXPECT_EQ(ordered_work(
                0, 2, [](std::size_t i) { return i; }, [](std::size_t, std::size_t) { FAIL(); }),
            0u);
}

}  // namespace
}  // namespace galen::cli
