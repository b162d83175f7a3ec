#include "galen/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "galen/base/threads.h"

namespace galen {
namespace {

TEST(RandomTest, GivesThePublishedFirstNumbersOfSplitMix64) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317ULL);
  EXPECT_EQ(random.next(), 3203168211198807973ULL);
}

TEST(RandomTest, ContinuesFromASavedState) {
  Random random(5);
  random.next();
  Random copy(random.state());
  EXPECT_EQ(copy.next(), random.next());
}

TEST(RandomTest, NormalNumbersHaveMeanZeroAndDeviationOne) {
  Random random(9);
  double sum = 0, squares = 0;
  constexpr int kCount = 100'000;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.02);
  EXPECT_NEAR(squares / kCount, 1, 0.03);
}

TEST(RandomTest, ShufflingKeepsEveryItem) {
  std::vector<int> items = {1, 2, 3, 4, 5, 6, 7, 8};
  Random(3).shuffle(items);
  EXPECT_NE(items, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8}));
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(ThreadsTest, ParallelForVisitsEachIndexOnce) {
  std::vector<std::atomic<int>> visits(1000);
  parallel_for(
      visits.size(), [&](std::size_t i) { ++visits[i]; }, 4);
  EXPECT_TRUE(std::all_of(visits.begin(), visits.end(), [](const auto& n) { return n == 1; }));
}

TEST(ThreadsTest, ParallelForHandsOnAnException) {
  EXPECT_THROW(parallel_for(
                   10,
                   [](std::size_t i) {
                     if (i == 7) throw std::runtime_error("seven");
                   },
                   3),
               std::runtime_error);
}

}  // namespace
}  // namespace galen
