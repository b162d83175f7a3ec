#include "galen/train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace galen::train {
namespace {

torch::Tensor parameter(std::vector<std::int64_t> shape, float value, float gradient) {
  torch::Tensor tensor = torch::full(shape, value).requires_grad_();
  tensor.mutable_grad() = torch::full(shape, gradient);
  return tensor;
}

TEST(ScheduleTest, RisesOverTheWarmUpAndFallsAlongACosineToTheFinalFactor) {
  EXPECT_NEAR(schedule_factor(0, 101, 9, 0.1), 0.1, 1e-12);
  EXPECT_NEAR(schedule_factor(8, 101, 9, 0.1), 0.9, 1e-12);
  EXPECT_NEAR(schedule_factor(9, 101, 10, 0), 10.0 / 11, 1e-12);
  EXPECT_NEAR(schedule_factor(10, 111, 10, 0), 1, 1e-12);
  EXPECT_NEAR(schedule_factor(60, 111, 10, 0), 0.5, 1e-12);
  EXPECT_NEAR(schedule_factor(110, 111, 10, 0.02), 0.02, 1e-12);
  for (int step = 11; step < 111; ++step)
    EXPECT_LT(schedule_factor(step, 111, 10, 0), schedule_factor(step - 1, 111, 10, 0));
}

TEST(OptimizerTest, TheFirstAdamWStepIsAsComputedByHand) {
  OptimizerRecipe recipe;
  recipe.learning_rate = 0.1;
  recipe.weight_decay = 0.5;
  recipe.clip_norm = 0;
  recipe.encoder_factor = 0.1;
  NamedTensors parameters = {{"head/weight", parameter({2, 2}, 1, 0.3F)},
                             {"head/bias", parameter({3}, 1, -0.3F)},
                             {"encoder/weight", parameter({2, 2}, 1, 0.3F)}};
  Optimizer optimizer(parameters, recipe);
  optimizer.step(1);
  // Bias correction makes the first step the sign of the gradient; weights also decay, by rate * decay.
  EXPECT_NEAR(parameters["head/weight"][0][0].item<double>(), 1 * (1 - 0.05) - 0.1, 1e-5);
  EXPECT_NEAR(parameters["head/bias"][0].item<double>(), 1 + 0.1, 1e-5);
  EXPECT_NEAR(parameters["encoder/weight"][1][1].item<double>(), 1 * (1 - 0.005) - 0.01, 1e-5);
  EXPECT_EQ(parameters["head/weight"].grad().abs().sum().item<double>(), 0);
}

TEST(OptimizerTest, GradientsOfAnotherMemoryOrderReachTheRightWeights) {
  torch::Tensor weight = torch::zeros({2, 3, 2, 2}).contiguous(torch::MemoryFormat::ChannelsLast).requires_grad_();
  const torch::Tensor gradient = torch::arange(24).to(torch::kFloat32).reshape({2, 3, 2, 2}) - 11.5;
  weight.mutable_grad() = gradient.clone();
  OptimizerRecipe recipe;
  recipe.learning_rate = 1;
  recipe.weight_decay = 0;
  recipe.clip_norm = 0;
  Optimizer optimizer({{"w", weight}}, recipe);
  optimizer.step(1);
  EXPECT_LT((weight.detach() + gradient.sign()).abs().max().item<double>(), 1e-4);
}

TEST(OptimizerTest, LongGradientsAreClipped) {
  OptimizerRecipe recipe;
  recipe.adamw = false;
  recipe.momentum = 0;
  recipe.learning_rate = 1;
  recipe.weight_decay = 0;
  recipe.clip_norm = 1;
  NamedTensors parameters = {{"w", parameter({4}, 0, 5)}};
  Optimizer optimizer(parameters, recipe);
  EXPECT_NEAR(optimizer.step(1), 10, 1e-5);
  EXPECT_NEAR(parameters["w"][0].item<double>(), -0.5, 1e-5);
}

TEST(OptimizerTest, AStepWhoseGradientIsNotANumberChangesNothing) {
  OptimizerRecipe recipe;
  NamedTensors parameters = {{"w", parameter({4}, 2, std::nanf(""))}};
  Optimizer optimizer(parameters, recipe);
  optimizer.step(1);
  EXPECT_EQ(parameters["w"][0].item<double>(), 2);
}

TEST(MovingAverageTest, StartsQuickAndThenFollowsItsDecay) {
  NamedTensors tensors = {{"w", torch::zeros({1})}};
  MovingAverage average(tensors, 0.9);
  tensors["w"].fill_(1);
  average.update(tensors);  // Decay 1/10 at first
  EXPECT_NEAR(average.values().at("w").item<double>(), 0.9, 1e-6);
  for (int i = 0; i < 200; ++i) average.update(tensors);
  tensors["w"].fill_(2);
  const double before = average.values().at("w").item<double>();
  average.update(tensors);
  EXPECT_NEAR(average.values().at("w").item<double>(), before * 0.9 + 2 * 0.1, 1e-6);
}

}  // namespace
}  // namespace galen::train
