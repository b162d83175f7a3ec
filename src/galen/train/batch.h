// Samples as tensors.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "galen/train/dataset.h"

namespace galen::train {

struct Batch {
  torch::Tensor image;    // [N, C, H, W] float
  torch::Tensor target;   // [N, K, H, W] float 0 or 1; not defined without segmentation
  torch::Tensor weight;   // [N, K, H, W] float: 1 where the loss looks, 0 where the truth is not known
  torch::Tensor classes;  // [N] int64; -1: not known
};

// `samples` must not be empty; `channels` is K (0: no segmentation).
Batch make_batch(const std::vector<Sample>& samples, const zoo::InputRule& rule, int channels);

}  // namespace galen::train
