#include "galen/measure/classification.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "galen/base/check.h"
#include "galen/base/random.h"

namespace galen::measure {
namespace {

double quotient(std::size_t numerator, std::size_t denominator) {
  return denominator == 0 ? 1.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

}  // namespace

std::optional<double> auc(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth) {
  GALEN_CHECK(scores.size() == truth.size(), "one truth a score");
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double positive_ranks = 0;
  std::size_t positives = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && scores[order[end]] == scores[order[begin]]) ++end;
    const double rank =
        (static_cast<double>(begin) + static_cast<double>(end) + 1) / 2;  // Mean of ranks begin+1 .. end
    for (std::size_t i = begin; i < end; ++i) {
      if (truth[order[i]] == 0) continue;
      positive_ranks += rank;
      ++positives;
    }
    begin = end;
  }
  const std::size_t negatives = scores.size() - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  const auto p = static_cast<double>(positives);
  return (positive_ranks - p * (p + 1) / 2) / (p * static_cast<double>(negatives));
}

double BinaryFigures::accuracy() const {
  return quotient(true_positive + true_negative, true_positive + false_positive + false_negative + true_negative);
}
double BinaryFigures::f1() const {
  return quotient(2 * true_positive, 2 * true_positive + false_positive + false_negative);
}
double BinaryFigures::sensitivity() const { return quotient(true_positive, true_positive + false_negative); }
double BinaryFigures::specificity() const { return quotient(true_negative, true_negative + false_positive); }

BinaryFigures binary_figures(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth,
                             double threshold) {
  GALEN_CHECK(scores.size() == truth.size(), "one truth a score");
  BinaryFigures counts;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const bool positive = scores[i] >= threshold;
    if (positive) ++(truth[i] != 0 ? counts.true_positive : counts.false_positive);
    else ++(truth[i] != 0 ? counts.false_negative : counts.true_negative);
  }
  return counts;
}

MulticlassFigures multiclass_figures(const std::vector<int>& answers, const std::vector<int>& truth, int classes) {
  GALEN_CHECK(answers.size() == truth.size(), "one truth an answer");
  const auto n = static_cast<std::size_t>(classes);
  MulticlassFigures figures;
  figures.confusion.assign(n, std::vector<std::size_t>(n, 0));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    GALEN_CHECK(answers[i] >= 0 && answers[i] < classes && truth[i] >= 0 && truth[i] < classes, "class out of range");
    ++figures.confusion[static_cast<std::size_t>(truth[i])][static_cast<std::size_t>(answers[i])];
  }
  std::size_t right = 0;
  std::size_t occurring = 0;
  double sum = 0;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t of_truth = 0;
    std::size_t of_answers = 0;
    for (std::size_t other = 0; other < n; ++other) {
      of_truth += figures.confusion[c][other];
      of_answers += figures.confusion[other][c];
    }
    const std::size_t hits = figures.confusion[c][c];
    right += hits;
    figures.f1.push_back(quotient(2 * hits, of_truth + of_answers));
    if (of_truth + of_answers == 0) continue;
    sum += figures.f1.back();
    ++occurring;
  }
  figures.accuracy = quotient(right, answers.size());
  figures.macro_f1 = occurring == 0 ? 1 : sum / static_cast<double>(occurring);
  return figures;
}

Calibration calibration(const std::vector<double>& probability, const std::vector<std::uint8_t>& happened, int bins) {
  GALEN_CHECK(probability.size() == happened.size() && bins > 0, "one outcome a probability, and at least one bin");
  Calibration result;
  result.bins.resize(static_cast<std::size_t>(bins));
  for (int b = 0; b < bins; ++b) {
    result.bins[static_cast<std::size_t>(b)].low = static_cast<double>(b) / bins;
    result.bins[static_cast<std::size_t>(b)].high = static_cast<double>(b + 1) / bins;
  }
  for (std::size_t i = 0; i < probability.size(); ++i) {
    const int b = std::clamp(static_cast<int>(std::floor(probability[i] * bins)), 0, bins - 1);
    CalibrationBin& bin = result.bins[static_cast<std::size_t>(b)];
    ++bin.count;
    bin.mean_probability += probability[i];
    bin.frequency += happened[i] != 0 ? 1 : 0;
  }
  for (CalibrationBin& bin : result.bins) {
    if (bin.count == 0) continue;
    const auto count = static_cast<double>(bin.count);
    bin.mean_probability /= count;
    bin.frequency /= count;
    const double error = std::abs(bin.frequency - bin.mean_probability);
    result.expected_error += error * count / static_cast<double>(probability.size());
    result.maximum_error = std::max(result.maximum_error, error);
  }
  return result;
}

double calibration_error_by_chance(const std::vector<double>& probability, int bins) {
  constexpr int kDraws = 1000;
  Random random(1);
  double sum = 0;
  std::vector<std::uint8_t> happened(probability.size());
  for (int draw = 0; draw < kDraws; ++draw) {
    std::transform(probability.begin(), probability.end(), happened.begin(),
                   [&random](double p) { return static_cast<std::uint8_t>(random.chance(p)); });
    sum += calibration(probability, happened, bins).expected_error;
  }
  return sum / kDraws;
}

}  // namespace galen::measure
