// Where the rows of a mask begin and end.
#pragma once

#include <vector>

#include "galen/image/image.h"

namespace galen::measure {

// The first and the last pixel of a row that are not background.
struct RowExtent {
  int row = 0, first = 0, last = 0;
};

// Of every row that is not empty, from top to bottom; of a 2-D mask.
inline std::vector<RowExtent> row_extents(const image::LabelMap& mask) {
  std::vector<RowExtent> extents;
  for (int j = 0; j < mask.height; ++j) {
    RowExtent extent = {j, -1, -1};
    for (int i = 0; i < mask.width; ++i) {
      if (mask.at(i, j) == 0) continue;
      if (extent.first < 0) extent.first = i;
      extent.last = i;
    }
    if (extent.first >= 0) extents.push_back(extent);
  }
  return extents;
}

}  // namespace galen::measure
