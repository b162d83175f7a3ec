#include "galen/train/batch.h"

#include <algorithm>

namespace galen::train {

Batch make_batch(const std::vector<Sample>& samples, const zoo::InputRule& rule, int channels) {
  const std::int64_t count = static_cast<std::int64_t>(samples.size());
  const std::int64_t plane = std::int64_t{rule.width} * rule.height;
  Batch batch;
  batch.image = torch::empty({count, rule.channels, rule.height, rule.width});
  batch.classes = torch::empty({count}, torch::kInt64);
  if (channels > 0) {
    batch.target = torch::zeros({count, channels, rule.height, rule.width});
    batch.weight = torch::zeros({count, channels, rule.height, rule.width});
  }
  for (std::int64_t n = 0; n < count; ++n) {
    const Sample& sample = samples[static_cast<std::size_t>(n)];
    std::copy(sample.image.begin(), sample.image.end(), batch.image.data_ptr<float>() + n * rule.channels * plane);
    batch.classes.data_ptr<std::int64_t>()[n] = sample.class_index;
    if (channels == 0 || sample.bits.empty()) continue;
    for (int c = 0; c < channels; ++c) {
      if ((sample.known & (1 << c)) == 0) continue;
      float* target = batch.target.data_ptr<float>() + (n * channels + c) * plane;
      float* weight = batch.weight.data_ptr<float>() + (n * channels + c) * plane;
      for (std::size_t i = 0; i < static_cast<std::size_t>(plane); ++i) {
        target[i] = static_cast<float>((sample.bits[i] >> c) & 1);
        weight[i] = static_cast<float>(sample.counts[i]);
      }
    }
  }
  return batch;
}

}  // namespace galen::train
