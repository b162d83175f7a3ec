// AdamW and SGD over named parameters, the learning rate's schedule, and the moving average of weights.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "galen/train/recipe.h"

namespace galen::train {

using NamedTensors = std::map<std::string, torch::Tensor>;

// Share of the learning rate at a step: rises linearly over the warm-up, then falls along half a cosine (Loshchilov and
// Hutter 2017) to `final_factor` at the last of `total` steps.
double schedule_factor(std::int64_t step, std::int64_t total, int warm_up, double final_factor);

// AdamW (Loshchilov and Hutter 2019; beta 0.9, 0.999) or SGD with momentum and decoupled decay. Parameters of one
// dimension (norms, biases) do not decay; those named encoder/... have their own learning rate.
class Optimizer {
 public:
  Optimizer(const NamedTensors& parameters, const OptimizerRecipe& recipe);

  // Clips the gradients, takes one step with `factor` of the learning rate and clears them. Gives the gradients' norm.
  double step(double factor);

  // For checkpoints: state tensors by "first/NAME" and "second/NAME", and the number of steps taken.
  NamedTensors state() const;
  void load(const NamedTensors& state, std::int64_t steps);
  std::int64_t steps() const { return steps_; }

 private:
  struct Group {
    double rate = 0;
    double decay = 0;
    std::vector<std::string> names;
    std::vector<torch::Tensor> parameters, first, second;
  };

  OptimizerRecipe recipe_;
  std::vector<Group> groups_;
  std::int64_t steps_ = 0;
};

// Exponential moving average of tensors. The first steps are averaged with less inertia: min(decay, (1 + t) / (10 +
// t)).
class MovingAverage {
 public:
  MovingAverage(const NamedTensors& tensors, double decay);
  void update(const NamedTensors& tensors);
  const NamedTensors& values() const { return values_; }
  void load(const NamedTensors& values, std::int64_t updates);
  std::int64_t updates() const { return updates_; }

 private:
  double decay_;
  std::int64_t updates_ = 0;
  NamedTensors values_;
};

}  // namespace galen::train
