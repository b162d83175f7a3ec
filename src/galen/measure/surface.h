// Distances between the surfaces of two masks, in 2-D and 3-D.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "galen/image/image.h"
#include "galen/measure/mask.h"

namespace galen::measure {

// Exact squared Euclidean distance of every voxel centre to the nearest voxel that has the label (Felzenszwalb and
// Huttenlocher 2012), in the spacing's unit squared; infinite where the mask is empty. Order [k][j][i].
std::vector<double> squared_distance_to(const image::LabelMap& mask, int value, const std::array<double, 3>& spacing);

// 95th percentile Hausdorff distance: the larger of the two directed 95th percentiles of the distances from surface
// voxels of one mask to the surface of the other. A surface voxel has a face neighbour outside of the label; outside of
// the image is outside. Spacing 1, 1, 1 gives pixels, Geometry::spacing_mm() gives mm. Both masks empty: 0. One empty:
// none, since there is no distance.
std::optional<double> hausdorff95(const image::LabelMap& predicted, const image::LabelMap& truth, int value = kAnyLabel,
                                  const std::array<double, 3>& spacing = {1, 1, 1});

std::optional<double> hausdorff95(const image::LabelMap& predicted, int predicted_value, const image::LabelMap& truth,
                                  int truth_value, const std::array<double, 3>& spacing = {1, 1, 1});

}  // namespace galen::measure
