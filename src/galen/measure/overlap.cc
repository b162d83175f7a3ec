#include "galen/measure/overlap.h"

#include "galen/base/check.h"

namespace galen::measure {
namespace {

double quotient(std::size_t numerator, std::size_t denominator) {
  return denominator == 0 ? 1.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

}  // namespace

double Overlap::dice() const {
  return quotient(2 * true_positive, 2 * true_positive + false_positive + false_negative);
}
double Overlap::iou() const { return quotient(true_positive, true_positive + false_positive + false_negative); }
double Overlap::sensitivity() const { return quotient(true_positive, true_positive + false_negative); }
double Overlap::specificity() const { return quotient(true_negative, true_negative + false_positive); }

Overlap overlap(const image::LabelMap& predicted, int predicted_value, const image::LabelMap& truth, int truth_value,
                const image::LabelMap* within) {
  GALEN_CHECK(same_grid(predicted, truth).ok(), "overlap of masks of different size");
  GALEN_CHECK(within == nullptr || same_grid(predicted, *within).ok(), "overlap within a region of another size");
  Overlap counts;
  for (std::size_t v = 0; v < predicted.labels.size(); ++v) {
    if (within != nullptr && within->labels[v] == 0) continue;
    const bool p = is_label(predicted.labels[v], predicted_value);
    const bool t = is_label(truth.labels[v], truth_value);
    if (p && t) ++counts.true_positive;
    else if (p) ++counts.false_positive;
    else if (t) ++counts.false_negative;
    else ++counts.true_negative;
  }
  return counts;
}

Overlap overlap(const image::LabelMap& predicted, const image::LabelMap& truth, int value,
                const image::LabelMap* within) {
  return overlap(predicted, value, truth, value, within);
}

}  // namespace galen::measure
