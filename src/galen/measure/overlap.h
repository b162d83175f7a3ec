// How well a mask agrees with another: Dice, intersection over union, sensitivity, specificity.
#pragma once

#include <cstddef>

#include "galen/image/image.h"
#include "galen/measure/mask.h"

namespace galen::measure {

struct Overlap {
  std::size_t true_positive = 0;
  std::size_t false_positive = 0;
  std::size_t false_negative = 0;
  std::size_t true_negative = 0;

  // A quotient without anything to count is 1: nothing was there to be missed (both masks empty: Dice 1; one empty: 0).
  double dice() const;         // 2 TP / (2 TP + FP + FN)
  double iou() const;          // TP / (TP + FP + FN)
  double sensitivity() const;  // TP / (TP + FN)
  double specificity() const;  // TN / (TN + FP)
};

// Counts voxels. `value` is the label compared in both masks (kAnyLabel: all labels together); voxels where `within` is
// 0 are left out. The masks must lie in one grid (same_grid()).
Overlap overlap(const image::LabelMap& predicted, const image::LabelMap& truth, int value = kAnyLabel,
                const image::LabelMap* within = nullptr);

// The same for labels that have different numbers in the two masks.
Overlap overlap(const image::LabelMap& predicted, int predicted_value, const image::LabelMap& truth, int truth_value,
                const image::LabelMap* within = nullptr);

}  // namespace galen::measure
