// Figures of classifiers: area under the ROC curve, F1, accuracy, calibration error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace galen::measure {

// Probability that a positive case scores higher than a negative one, ties counting half (Mann and Whitney 1947).
// None where one of the classes is missing.
std::optional<double> auc(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth);

struct BinaryFigures {
  std::size_t true_positive = 0;
  std::size_t false_positive = 0;
  std::size_t false_negative = 0;
  std::size_t true_negative = 0;

  // A quotient without anything to count is 1, as in Overlap.
  double accuracy() const;
  double f1() const;
  double sensitivity() const;
  double specificity() const;
};

// A score at or above the threshold is positive.
BinaryFigures binary_figures(const std::vector<double>& scores, const std::vector<std::uint8_t>& truth,
                             double threshold = 0.5);

struct MulticlassFigures {
  double accuracy = 0;
  double macro_f1 = 0;                              // Mean over the classes that occur in the truth or the answers
  std::vector<double> f1;                           // By class; 1 where the class occurs in neither
  std::vector<std::vector<std::size_t>> confusion;  // [truth][answer]
};

// Classes are 0..classes-1; no cases give accuracy 1.
MulticlassFigures multiclass_figures(const std::vector<int>& answers, const std::vector<int>& truth, int classes);

struct CalibrationBin {
  double low = 0, high = 0;  // Of the probability; the last bin includes 1
  std::size_t count = 0;
  double mean_probability = 0;  // 0 in an empty bin
  double frequency = 0;         // How often it was so
};

struct Calibration {
  double expected_error = 0;  // Mean of |frequency - mean probability|, weighted by count (Naeini et al. 2015)
  double maximum_error = 0;
  std::vector<CalibrationBin> bins;
};

// `probability` of an event and whether it `happened`: for two classes, the positive class's probability; for several,
// the reported class's probability and whether it was right. Bins of equal width.
Calibration calibration(const std::vector<double>& probability, const std::vector<std::uint8_t>& happened,
                        int bins = 10);

// The expected error that a perfectly calibrated classifier would show on average with these probabilities: what of a
// measured error comes from the number of cases alone. The mean of 1000 seeded draws; 0 of no cases.
double calibration_error_by_chance(const std::vector<double>& probability, int bins = 10);

}  // namespace galen::measure
