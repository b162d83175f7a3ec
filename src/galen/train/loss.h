// Losses of the two heads. All are means over what is known; a batch of which nothing is known gives 0.
#pragma once

#include <torch/torch.h>

#include "galen/train/batch.h"
#include "galen/train/recipe.h"

namespace galen::train {

// logits, target, weight: [N, K, H, W]. 1 - (2 sum(p t) + 1) / (sum(p) + sum(t) + 1) for each image and channel
// (Milletari et al. 2016, with sums instead of squares), or for each channel over the batch.
torch::Tensor dice_loss(const torch::Tensor& logits, const torch::Tensor& target, const torch::Tensor& weight,
                        bool of_batch);
// Binary cross-entropy of each pixel, times (1 - p_t)^gamma for gamma > 0 (Lin et al. 2017).
torch::Tensor pixel_loss(const torch::Tensor& logits, const torch::Tensor& target, const torch::Tensor& weight,
                         double positive_weight, double gamma);
torch::Tensor segmentation_loss(const torch::Tensor& logits, const Batch& batch, const LossRecipe& recipe);

// logits: [N, classes]; cases of class -1 are left out.
torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& classes, const LossRecipe& recipe);

}  // namespace galen::train
