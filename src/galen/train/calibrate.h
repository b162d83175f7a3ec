// Probabilities that mean what they say, and the thresholds that decisions are taken at. All are found on val.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace galen::train {

struct Scaling {
  double temperature = 1;
  double bias = 0;  // Of the abnormal classes' logits, after the temperature
};

// Temperature, and with `with_bias` the bias, that minimise the negative log-likelihood of softmax(logits / temperature
// + bias of abnormal classes) (Guo et al. 2017; Platt 1999), by Newton's method: the problem is convex in 1 /
// temperature and bias. A weak prior at 1 and 0, worth one case, keeps few or perfectly separated cases finite.
Scaling calibrate_classes(const std::vector<std::vector<double>>& logits, const std::vector<int>& truth,
                          const std::vector<bool>& abnormal, bool with_bias);

// The temperature alone, of sigmoid(logit / temperature).
double calibrate_pixels(const std::vector<float>& logits, const std::vector<std::uint8_t>& truth);

// Threshold of the probability at which F1 ("f1") or sensitivity + specificity ("youden") is the largest: in the middle
// between two neighbouring scores. "half", and where a class is missing: 0.5.
double operating_threshold(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth,
                           const std::string& rule);

// Probabilities [low, high] around the threshold between which the share 1 - coverage of the scores lies, those nearest
// in logits. None for a coverage of 1.
std::optional<std::array<double, 2>> abstention_band(const std::vector<double>& scores, double threshold,
                                                     double coverage);

}  // namespace galen::train
