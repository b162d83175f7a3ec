// Dense convolutions with stride 1 in float and channels_last, with a gradient by the weight that is two to three times
// as fast as the library's in this layout, and without LibTorch's slow path for one thread.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace galen::train {

// Two spatial axes, one group, stride 1, float, channels_last, output channels in multiples of 8.
bool dense_convolution_takes(const torch::Tensor& input, const torch::Tensor& weight,
                             const std::vector<std::int64_t>& strides, std::int64_t groups);

// As torch::conv2d with symmetric `pads`; differentiable in input, weight and bias (which may be undefined).
// Deterministic: the same for every number of threads.
torch::Tensor dense_convolution(const torch::Tensor& input, const torch::Tensor& weight, const torch::Tensor& bias,
                                const std::vector<std::int64_t>& pads, const std::vector<std::int64_t>& dilations);

// The gradient by the weight, [out, in, kh, kw] in channels_last, of `input` [N, in, H, W] and `gradient` [N, out, H',
// W'].
torch::Tensor weight_gradient(const torch::Tensor& input, const torch::Tensor& gradient, std::int64_t kernel_height,
                              std::int64_t kernel_width, const std::vector<std::int64_t>& pads,
                              const std::vector<std::int64_t>& dilations);

}  // namespace galen::train
