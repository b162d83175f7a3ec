#include "galen/train/calibrate.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace galen::train {
namespace {

constexpr double kPrior = 1;            // Weight of the prior, in cases
constexpr double kLeastInverse = 0.02;  // Temperatures up to 50

double logit(double p) {
  const double limited = std::clamp(p, 1e-9, 1 - 1e-9);
  return std::log(limited / (1 - limited));
}

}  // namespace

Scaling calibrate_classes(const std::vector<std::vector<double>>& logits, const std::vector<int>& truth,
                          const std::vector<bool>& abnormal, bool with_bias) {
  double inverse = 1, bias = 0;
  std::vector<double> p;
  const auto loss = [&](double a, double b) {
    double sum = 0.5 * kPrior * ((a - 1) * (a - 1) + b * b);
    for (std::size_t n = 0; n < logits.size(); ++n) {
      double largest = -1e300, total = 0;
      for (std::size_t k = 0; k < logits[n].size(); ++k) {
        largest = std::max(largest, a * logits[n][k] + (abnormal[k] ? b : 0));
      }
      for (std::size_t k = 0; k < logits[n].size(); ++k) {
        total += std::exp(a * logits[n][k] + (abnormal[k] ? b : 0) - largest);
      }
      const std::size_t y = static_cast<std::size_t>(truth[n]);
      sum += largest + std::log(total) - a * logits[n][y] - (abnormal[y] ? b : 0);
    }
    return sum;
  };
  for (int iteration = 0; iteration < 100; ++iteration) {
    double ga = kPrior * (inverse - 1), gb = kPrior * bias, haa = kPrior, hab = 0, hbb = kPrior;
    for (std::size_t n = 0; n < logits.size(); ++n) {
      const std::vector<double>& z = logits[n];
      p.assign(z.size(), 0);
      double largest = -1e300, total = 0;
      for (std::size_t k = 0; k < z.size(); ++k) {
        p[k] = inverse * z[k] + (abnormal[k] ? bias : 0);
        largest = std::max(largest, p[k]);
      }
      for (double& one : p) total += one = std::exp(one - largest);
      double mean = 0, square = 0, bad = 0, cross = 0;
      for (std::size_t k = 0; k < z.size(); ++k) {
        p[k] /= total;
        mean += p[k] * z[k];
        square += p[k] * z[k] * z[k];
        if (!abnormal[k]) continue;
        bad += p[k];
        cross += p[k] * z[k];
      }
      const std::size_t y = static_cast<std::size_t>(truth[n]);
      ga += mean - z[y];
      gb += bad - (abnormal[y] ? 1 : 0);
      haa += square - mean * mean;
      hab += cross - mean * bad;
      hbb += bad - bad * bad;
    }
    double da = 0, db = 0;
    if (with_bias) {
      const double determinant = haa * hbb - hab * hab;
      da = (hbb * ga - hab * gb) / determinant;
      db = (haa * gb - hab * ga) / determinant;
    } else {
      da = ga / haa;
    }
    // Newton's step may be too long far from the minimum.
    const double before = loss(inverse, bias);
    double share = 1;
    while (share > 1e-6 && loss(std::max(kLeastInverse, inverse - share * da), bias - share * db) > before + 1e-12) {
      share /= 2;
    }
    inverse = std::max(kLeastInverse, inverse - share * da);
    bias -= share * db;
    if (std::abs(share * da) + std::abs(share * db) < 1e-9) break;
  }
  return {1 / inverse, bias};
}

double calibrate_pixels(const std::vector<float>& logits, const std::vector<std::uint8_t>& truth) {
  // One logit z against none is the two-class softmax of (0, z).
  std::vector<std::vector<double>> pairs;
  std::vector<int> classes;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    pairs.push_back({0, static_cast<double>(logits[i])});
    classes.push_back(truth[i] ? 1 : 0);
  }
  return calibrate_classes(pairs, classes, {false, true}, false).temperature;
}

double operating_threshold(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth,
                           const std::string& rule) {
  const double positives =
      static_cast<double>(std::count_if(truth.begin(), truth.end(), [](auto t) { return t != 0; }));
  const double negatives = static_cast<double>(truth.size()) - positives;
  if (rule == "half" || positives == 0 || negatives == 0) return 0.5;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  double best = -1, threshold = 0.5, hits = 0, alarms = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (truth[order[i]] ? hits : alarms) += 1;
    const double here = scores[order[i]];
    const double below = i + 1 < order.size() ? scores[order[i + 1]] : 0.0;
    if (below == here) continue;
    const double value =
        rule == "youden" ? hits / positives - alarms / negatives : 2 * hits / (2 * hits + alarms + (positives - hits));
    if (value > best) {
      best = value;
      threshold = (here + below) / 2;
    }
  }
  return threshold;
}

std::optional<std::array<double, 2>> abstention_band(const std::vector<double>& scores, double threshold,
                                                     double coverage) {
  if (coverage >= 1 || scores.empty()) return std::nullopt;
  std::vector<double> distances;
  for (const double score : scores) distances.push_back(std::abs(logit(score) - logit(threshold)));
  std::sort(distances.begin(), distances.end());
  const auto unanswered = static_cast<std::size_t>((1 - coverage) * static_cast<double>(scores.size()));
  if (unanswered == 0) return std::nullopt;
  // Just beyond the last one that is left out.
  const double reach =
      unanswered < distances.size() ? (distances[unanswered - 1] + distances[unanswered]) / 2 : distances.back() + 1e-6;
  const auto probability = [&](double z) { return 1 / (1 + std::exp(-z)); };
  return std::array<double, 2>{probability(logit(threshold) - reach), probability(logit(threshold) + reach)};
}

}  // namespace galen::train
