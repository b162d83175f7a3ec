#include "galen/train/optimizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace galen::train {

double schedule_factor(std::int64_t step, std::int64_t total, int warm_up, double final_factor) {
  if (step < warm_up) return static_cast<double>(step + 1) / (warm_up + 1);
  const double rest = static_cast<double>(std::max<std::int64_t>(1, total - 1 - warm_up));
  const double share = std::clamp(static_cast<double>(step - warm_up) / rest, 0.0, 1.0);
  return final_factor + (1 - final_factor) * 0.5 * (1 + std::cos(std::numbers::pi * share));
}

Optimizer::Optimizer(const NamedTensors& parameters, const OptimizerRecipe& recipe) : recipe_(recipe) {
  for (const auto& [name, parameter] : parameters) {
    const double rate = recipe.learning_rate * (name.starts_with("encoder/") ? recipe.encoder_factor : 1.0);
    const double decay = parameter.dim() > 1 ? recipe.weight_decay : 0.0;
    const auto same = [&](const Group& group) { return group.rate == rate && group.decay == decay; };
    auto group = std::find_if(groups_.begin(), groups_.end(), same);
    if (group == groups_.end()) group = groups_.insert(groups_.end(), Group{rate, decay, {}, {}, {}, {}});
    group->names.push_back(name);
    group->parameters.push_back(parameter);
    group->first.push_back(torch::zeros_like(parameter).detach());
    if (recipe.adamw) group->second.push_back(torch::zeros_like(parameter).detach());
  }
}

double Optimizer::step(double factor) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> all;
  for (Group& group : groups_) {
    for (torch::Tensor& parameter : group.parameters) {
      // The kernels below walk through memory: a gradient must lie as its parameter does.
      torch::Tensor& gradient = parameter.mutable_grad();
      if (!gradient.defined()) {
        gradient = torch::zeros_like(parameter);
      } else if (gradient.strides() != parameter.strides()) {
        gradient = torch::empty_like(parameter).copy_(gradient);
      }
      all.push_back(gradient);
    }
  }
  double norm = 0;
  for (const torch::Tensor& part : at::_foreach_norm(all, 2)) norm += std::pow(part.item<double>(), 2);
  norm = std::sqrt(norm);
  ++steps_;
  if (std::isfinite(norm)) {
    if (recipe_.clip_norm > 0 && norm > recipe_.clip_norm) at::_foreach_mul_(all, recipe_.clip_norm / norm);
    for (Group& group : groups_) {
      std::vector<torch::Tensor> gradients;
      for (torch::Tensor& parameter : group.parameters) gradients.push_back(parameter.mutable_grad());
      const double rate = group.rate * factor;
      if (recipe_.adamw) {
        std::vector<torch::Tensor> counts(group.parameters.size());
        for (torch::Tensor& count : counts) count = torch::full({}, static_cast<float>(steps_));
        at::_fused_adamw_(group.parameters, gradients, group.first, group.second, {}, counts, rate, 0.9, 0.999,
                          group.decay, 1e-8, false, false);
      } else {
        at::_foreach_mul_(group.first, recipe_.momentum);
        at::_foreach_add_(group.first, gradients);
        if (group.decay > 0) at::_foreach_mul_(group.parameters, 1 - rate * group.decay);
        at::_foreach_add_(group.parameters, group.first, -rate);
      }
    }
  }
  for (Group& group : groups_) {
    for (torch::Tensor& parameter : group.parameters) parameter.mutable_grad().zero_();
  }
  return norm;
}

NamedTensors Optimizer::state() const {
  NamedTensors state;
  for (const Group& group : groups_) {
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      state["first/" + group.names[i]] = group.first[i];
      if (recipe_.adamw) state["second/" + group.names[i]] = group.second[i];
    }
  }
  return state;
}

void Optimizer::load(const NamedTensors& state, std::int64_t steps) {
  for (auto& [name, tensor] : this->state()) tensor.copy_(state.at(name));
  steps_ = steps;
}

MovingAverage::MovingAverage(const NamedTensors& tensors, double decay) : decay_(decay) {
  for (const auto& [name, tensor] : tensors) values_[name] = tensor.detach().clone();
}

void MovingAverage::update(const NamedTensors& tensors) {
  const torch::NoGradGuard no_grad;
  const double decay = std::min(decay_, static_cast<double>(1 + updates_) / static_cast<double>(10 + updates_));
  ++updates_;
  std::vector<torch::Tensor> averages, values;
  for (auto& [name, average] : values_) {
    averages.push_back(average);
    values.push_back(tensors.at(name).detach());
  }
  if (averages.empty()) return;
  at::_foreach_lerp_(averages, values, 1 - decay);
}

void MovingAverage::load(const NamedTensors& values, std::int64_t updates) {
  for (auto& [name, tensor] : values_) tensor.copy_(values.at(name));
  updates_ = updates;
}

}  // namespace galen::train
