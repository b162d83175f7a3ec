// Batch normalisation with the activation that follows it, in one pass over memory each way: most of the training time
// of a mobile network on a processor goes into reading and writing activations, and separate kernels do that twice as
// often.
#pragma once

#include <torch/torch.h>

#include "galen/train/operators_norm_rows.h"

namespace galen::train {

struct NormActivation {
  double epsilon = 1e-5;
  double momentum = 0.9;  // ONNX's: running = running * momentum + batch * (1 - momentum)
  FusedActivation activation = FusedActivation::kNone;
  float low = 0;  // Of kClip; infinite for Relu's upper end
  float high = 0;
};

// Whether the fused kernels take this input: float or bfloat16, dense with channels innermost ([N, C], channels_last).
bool fused_norm_takes(const torch::Tensor& input);

// activation((x - mean) / sqrt(variance + epsilon) * scale + bias) with the batch's statistics; updates the running
// ones in place. Differentiable in input, scale and bias. Deterministic: the same for every number of threads.
torch::Tensor batch_norm_training(const torch::Tensor& input, const torch::Tensor& scale, const torch::Tensor& bias,
                                  const torch::Tensor& running_mean, const torch::Tensor& running_var,
                                  const NormActivation& options);

// activation(x * factor + offset) by channel, without gradient; into `input` itself where `in_place`.
torch::Tensor scale_shift(const torch::Tensor& input, const torch::Tensor& factor, const torch::Tensor& offset,
                          const NormActivation& options, bool in_place);

}  // namespace galen::train
