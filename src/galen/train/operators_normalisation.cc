// Normalisations and soft-max.
#include <cmath>

#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;

// running = running * momentum + batch * (1 - momentum), with the population's variance, as ONNX has it (PyTorch's
// momentum is one minus this, and its running variance is the sample's).
void update_running(const Tensor& running_mean, const Tensor& running_var, const Tensor& mean, const Tensor& variance,
                    double momentum) {
  const torch::NoGradGuard guard;
  Tensor(running_mean).mul_(momentum).add_(mean.detach(), 1 - momentum);
  Tensor(running_var).mul_(momentum).add_(variance.detach(), 1 - momentum);
}

Tensor activated(const Tensor& input, const NormActivation& options) {
  switch (options.activation) {
    case FusedActivation::kNone:
      return input;
    case FusedActivation::kSilu:
      return torch::silu(input);
    case FusedActivation::kClip:
      break;
  }
  if (options.low == 0 && std::isinf(options.high)) return torch::relu(input);
  return torch::hardtanh(input, options.low, options.high);
}

// With the running statistics; without gradients one pass over memory.
Tensor with_running_statistics(const Call& call, const NormActivation& options) {
  const Tensor &input = call.inputs[0], &scale = call.inputs[1], &bias = call.inputs[2];
  const Tensor &mean = call.inputs[3], &variance = call.inputs[4];
  const bool gradient =
      at::GradMode::is_enabled() && (input.requires_grad() || scale.requires_grad() || bias.requires_grad());
  if (!gradient && fused_norm_takes(input)) {
    const Tensor factor = scale.detach() / (variance + options.epsilon).sqrt();
    return scale_shift(input, factor, bias.detach() - mean * factor, options, call.in_place);
  }
  return activated(std::get<0>(torch::native_batch_norm(input, scale, bias, mean, variance, false, 0, options.epsilon)),
                   options);
}

Operator batch_normalization() {
  Operator made;
  made.attributes = {"epsilon", "momentum", "training_mode", "spatial"};
  made.make = [](const Site& site) -> Result<Kernel> {
    NormActivation options = site.activation;
    options.epsilon = site.node.number("epsilon", 1e-5F);
    options.momentum = site.node.number("momentum", 0.9F);
    const bool asked_for = site.node.integer("training_mode", 0) != 0;
    const bool frozen = site.frozen;
    const std::size_t outputs = site.node.outputs.size();
    if (site.node.integer("spatial", 1) == 0) return unsupported(site.node, "spatial 0 is not supported");
    if (outputs > 1 && !asked_for) return unsupported(site.node, "statistics as outputs need training_mode 1");
    return Kernel([=](Call& call) -> Tensors {
      TORCH_CHECK(call.inputs.size() == 5, "BatchNormalization needs five inputs");
      const Tensor &input = call.inputs[0], &scale = call.inputs[1], &bias = call.inputs[2];
      const bool batch_statistics = asked_for || (call.training && !frozen);
      if (!batch_statistics) return {with_running_statistics(call, options)};
      Tensor running_mean = call.inputs[3], running_var = call.inputs[4];
      if (outputs > 1) {  // The graph wants the statistics as values of their own.
        running_mean = running_mean.clone();
        running_var = running_var.clone();
      }
      Tensor output;
      if (fused_norm_takes(input)) {
        output = batch_norm_training(input, scale, bias, running_mean, running_var, options);
      } else {
        auto [normalised, mean, inverse] =
            torch::native_batch_norm(input, scale, bias, Tensor(), Tensor(), true, 0, options.epsilon);
        update_running(running_mean, running_var, mean, inverse.detach().pow(-2) - options.epsilon, options.momentum);
        output = activated(normalised, options);
      }
      Tensors results{output};
      if (outputs > 1) results.push_back(running_mean);
      if (outputs > 2) results.push_back(running_var);
      return results;
    });
  };
  return made;
}

Operator instance_normalization() {
  Operator made;
  made.attributes = {"epsilon"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const double epsilon = site.node.number("epsilon", 1e-5F);
    return Kernel([epsilon](Call& call) -> Tensors {
      return {torch::instance_norm(call.inputs[0], call.inputs[1], call.inputs[2], {}, {}, true, 0, epsilon, false)};
    });
  };
  return made;
}

Operator layer_normalization() {
  Operator made;
  made.attributes = {"axis", "epsilon", "stash_type"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const double epsilon = site.node.number("epsilon", 1e-5F);
    const std::int64_t axis = site.node.integer("axis", -1);
    if (site.node.integer("stash_type", 1) != 1) return unsupported(site.node, "stash_type must be 1 (float)");
    return Kernel([=](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const std::int64_t first = normalised_axis(axis, input.dim());
      const std::vector<std::int64_t> shape(input.sizes().begin() + first, input.sizes().end());
      const auto fitted = [&](std::size_t index) {
        return has_input(call, index) ? call.inputs[index].expand(shape) : Tensor();
      };
      auto [output, mean, inverse] = torch::native_layer_norm(input, shape, fitted(1), fitted(2), epsilon);
      return {output, mean, inverse};
    });
  };
  return made;
}

// Before opset 13, soft-max worked on the input as a matrix split at `axis`.
template <typename Function>
Operator soft(Function function) {
  Operator made;
  made.attributes = {"axis"};
  made.saves_output = true;
  made.make = [function](const Site& site) -> Result<Kernel> {
    const bool as_matrix = site.opset < 13;
    const std::int64_t axis = site.node.integer("axis", as_matrix ? 1 : -1);
    return Kernel([=](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const std::int64_t from = normalised_axis(axis, input.dim());
      if (!as_matrix) return {function(input, from)};
      return {function(input.flatten(from), from).reshape(input.sizes())};
    });
  };
  return made;
}

Operator mean_variance_normalization() {
  Operator made;
  made.attributes = {"axes"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const auto axes = site.node.integers("axes", {0, 2, 3});
    return Kernel([axes](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const Tensor centred = input - input.mean(axes, true);
      return {centred / (centred.pow(2).mean(axes, true).sqrt() + 1e-9)};
    });
  };
  return made;
}

}  // namespace

void add_normalisation_operators(OperatorTable& table) {
  table["BatchNormalization"] = batch_normalization();
  table["InstanceNormalization"] = instance_normalization();
  table["LayerNormalization"] = layer_normalization();
  table["MeanVarianceNormalization"] = mean_variance_normalization();
  table["Softmax"] = soft([](const Tensor& x, std::int64_t axis) { return torch::softmax(x, axis); });
  table["LogSoftmax"] = soft([](const Tensor& x, std::int64_t axis) { return torch::log_softmax(x, axis); });
}

}  // namespace galen::train
