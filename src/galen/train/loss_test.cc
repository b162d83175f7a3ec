#include "galen/train/loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::train {
namespace {

// Two pixels of one channel: probabilities 0.8 (truth 1) and 0.3 (truth 0).
struct TwoPixels {
  torch::Tensor logits = torch::tensor({std::log(4.0F), std::log(3.0F / 7.0F)}).reshape({1, 1, 1, 2});
  torch::Tensor target = torch::tensor({1.0F, 0.0F}).reshape({1, 1, 1, 2});
  torch::Tensor weight = torch::ones({1, 1, 1, 2});
};

TEST(LossTest, DiceIsAsComputedByHand) {
  const TwoPixels p;
  // 1 - (2 * 0.8 + 1) / (1.1 + 1 + 1)
  EXPECT_NEAR(dice_loss(p.logits, p.target, p.weight, false).item<double>(), 1 - 2.6 / 3.1, 1e-6);
}

TEST(LossTest, CrossEntropyOfPixelsIsAsComputedByHand) {
  const TwoPixels p;
  const double expected = (-std::log(0.8) - std::log(0.7)) / 2;
  EXPECT_NEAR(pixel_loss(p.logits, p.target, p.weight, 1, 0).item<double>(), expected, 1e-6);
  const double weighted = (-3 * std::log(0.8) - std::log(0.7)) / 2;
  EXPECT_NEAR(pixel_loss(p.logits, p.target, p.weight, 3, 0).item<double>(), weighted, 1e-6);
}

TEST(LossTest, FocalWeighsByTheSquaredMiss) {
  const TwoPixels p;
  const double expected = (-0.2 * 0.2 * std::log(0.8) - 0.3 * 0.3 * std::log(0.7)) / 2;
  EXPECT_NEAR(pixel_loss(p.logits, p.target, p.weight, 1, 2).item<double>(), expected, 1e-6);
}

TEST(LossTest, PixelsOfWeightZeroDoNotCount) {
  TwoPixels p;
  p.weight[0][0][0][1] = 0;
  EXPECT_NEAR(pixel_loss(p.logits, p.target, p.weight, 1, 0).item<double>(), -std::log(0.8), 1e-6);
  EXPECT_NEAR(dice_loss(p.logits, p.target, p.weight, false).item<double>(), 1 - 2.6 / 2.8, 1e-6);
}

TEST(LossTest, AChannelThatIsNotKnownGivesNoLossAndNoGradient) {
  torch::Tensor logits = torch::zeros({1, 2, 2, 2}).requires_grad_();
  Batch batch;
  batch.target = torch::ones({1, 2, 2, 2});
  batch.weight = torch::ones({1, 2, 2, 2});
  batch.weight[0][1].zero_();
  segmentation_loss(logits, batch, {}).backward();
  EXPECT_GT(logits.grad()[0][0].abs().sum().item<double>(), 0);
  EXPECT_EQ(logits.grad()[0][1].abs().sum().item<double>(), 0);
}

TEST(LossTest, DiceOfTheBatchCountsItsImagesTogether) {
  torch::Tensor logits = torch::tensor({50.0F, -50.0F, -50.0F, -50.0F}).reshape({2, 1, 1, 2});
  torch::Tensor target = torch::tensor({1.0F, 0.0F, 1.0F, 0.0F}).reshape({2, 1, 1, 2});
  const torch::Tensor weight = torch::ones({2, 1, 1, 2});
  EXPECT_NEAR(dice_loss(logits, target, weight, true).item<double>(), 1 - 3.0 / 4.0, 1e-5);
  EXPECT_NEAR(dice_loss(logits, target, weight, false).item<double>(), (0 + 0.5) / 2, 1e-5);
}

TEST(LossTest, ClassesThatAreNotKnownAreLeftOut) {
  const torch::Tensor logits = torch::tensor({{2.0F, 0.0F}, {0.0F, 9.0F}});
  const double expected = -std::log(std::exp(2.0) / (std::exp(2.0) + 1));
  EXPECT_NEAR(classification_loss(logits, torch::tensor({std::int64_t{0}, std::int64_t{-1}}), {}).item<double>(),
              expected, 1e-6);
  EXPECT_EQ(classification_loss(logits, torch::tensor({std::int64_t{-1}, std::int64_t{-1}}), {}).item<double>(), 0);
}

}  // namespace
}  // namespace galen::train
