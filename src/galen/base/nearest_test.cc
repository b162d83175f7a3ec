#include "galen/base/nearest.h"

#include <gtest/gtest.h>

namespace galen {
namespace {

TEST(NearestTest, CountsASwapOfNeighboursAsOneEdit) {
  EXPECT_EQ(edit_distance("lung", "lnug"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("heart", "heart"), 0u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(NearestTest, FindsTheMisspeltName) { EXPECT_EQ(nearest("segmnet", {"ask", "segment", "measure"}), "segment"); }

TEST(NearestTest, FindsNothingForAWordThatIsLikeNone) {
  EXPECT_EQ(nearest("cauliflower", {"ask", "segment", "measure"}), "");
}

}  // namespace
}  // namespace galen
