#include "galen/train/loss.h"

namespace galen::train {

torch::Tensor dice_loss(const torch::Tensor& logits, const torch::Tensor& target, const torch::Tensor& weight,
                        bool of_batch) {
  const std::vector<std::int64_t> over =
      of_batch ? std::vector<std::int64_t>{0, 2, 3} : std::vector<std::int64_t>{2, 3};
  const torch::Tensor probability = torch::sigmoid(logits) * weight;
  const torch::Tensor truth = target * weight;
  const torch::Tensor both = (probability * truth).sum(over);
  const torch::Tensor loss = 1 - (2 * both + 1) / (probability.sum(over) + truth.sum(over) + 1);
  const torch::Tensor known = (weight.sum(over) > 0).to(torch::kFloat32);
  return (loss * known).sum() / known.sum().clamp_min(1);
}

torch::Tensor pixel_loss(const torch::Tensor& logits, const torch::Tensor& target, const torch::Tensor& weight,
                         double positive_weight, double gamma) {
  const auto factor = positive_weight == 1 ? torch::Tensor() : torch::full({1}, positive_weight);
  torch::Tensor loss = torch::binary_cross_entropy_with_logits(logits, target, {}, factor, at::Reduction::None);
  if (gamma > 0) {
    const torch::Tensor probability = torch::sigmoid(logits);
    const torch::Tensor miss = probability + target - 2 * probability * target;  // 1 - p_t
    loss = loss * miss.pow(gamma);
  }
  return (loss * weight).sum() / weight.sum().clamp_min(1);
}

torch::Tensor segmentation_loss(const torch::Tensor& logits, const Batch& batch, const LossRecipe& recipe) {
  const torch::Tensor values = logits.to(torch::kFloat32).contiguous();
  torch::Tensor loss = torch::zeros({});
  if (recipe.dice > 0) loss = loss + recipe.dice * dice_loss(values, batch.target, batch.weight, recipe.dice_of_batch);
  if (recipe.bce > 0) {
    loss = loss + recipe.bce * pixel_loss(values, batch.target, batch.weight, recipe.positive_weight, 0);
  }
  if (recipe.focal > 0) {
    loss = loss +
           recipe.focal * pixel_loss(values, batch.target, batch.weight, recipe.positive_weight, recipe.focal_gamma);
  }
  return loss;
}

torch::Tensor classification_loss(const torch::Tensor& logits, const torch::Tensor& classes, const LossRecipe& recipe) {
  const torch::Tensor known = (classes >= 0).nonzero().squeeze(1);
  if (known.numel() == 0) return torch::zeros({});
  torch::Tensor weights;
  if (!recipe.class_weights.empty()) {
    weights = torch::tensor(std::vector<float>(recipe.class_weights.begin(), recipe.class_weights.end()));
  }
  return recipe.cross_entropy * torch::cross_entropy_loss(logits.to(torch::kFloat32).index_select(0, known),
                                                          classes.index_select(0, known), weights, at::Reduction::Mean,
                                                          -100, recipe.label_smoothing);
}

}  // namespace galen::train
