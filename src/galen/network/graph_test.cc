#include "galen/network/graph.h"

#include <gtest/gtest.h>

namespace galen::network {
namespace {

TEST(TensorTest, ReadsEveryElementTypeAsFloats) {
  EXPECT_EQ(Tensor::floats({2}, {1.5f, -2}).as_floats(), (std::vector<float>{1.5f, -2}));
  EXPECT_EQ(Tensor::int64s({2}, {7, -9}).as_floats(), (std::vector<float>{7, -9}));
  const Tensor halves{ElementType::kFloat16, {2}, std::string("\x00\x3c\x00\xc1", 4)};  // 1 and -2.5
  EXPECT_EQ(halves.as_floats(), (std::vector<float>{1, -2.5f}));
  const Tensor bytes{ElementType::kInt8, {2}, std::string("\x7f\x80", 2)};
  EXPECT_EQ(bytes.as_floats(), (std::vector<float>{127, -128}));
  EXPECT_EQ(bytes.as_int64s(), (std::vector<std::int64_t>{127, -128}));
}

TEST(TensorTest, HasOneElementWithoutAShape) {
  EXPECT_EQ(Tensor::floats({}, {3}).elements(), 1);
  EXPECT_EQ((Tensor{ElementType::kFloat32, {4, 0}, ""}).elements(), 0);
}

TEST(NodeTest, GivesTheOtherwiseValueForAMissingAttributeOrOneOfAnotherType) {
  const Node node{"Conv", "n", {}, {}, {{"group", std::int64_t{4}}, {"mode", std::string("linear")}}};
  EXPECT_EQ(node.integer("group", 1), 4);
  EXPECT_EQ(node.integer("axis", 1), 1);
  EXPECT_EQ(node.integer("mode", 5), 5);
  EXPECT_EQ(node.text("mode", ""), "linear");
  EXPECT_EQ(node.integers("pads", {1, 2}), (std::vector<std::int64_t>{1, 2}));
}

}  // namespace
}  // namespace galen::network
