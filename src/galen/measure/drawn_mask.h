// Masks for tests, drawn with characters: '.' is background, digits are labels.
#pragma once

#include <string>
#include <vector>

#include "galen/image/image.h"

namespace galen::measure {

inline image::LabelMap drawn(const std::vector<std::string>& rows) {
  image::LabelMap mask = image::make_label_map(static_cast<int>(rows[0].size()), static_cast<int>(rows.size()));
  for (int j = 0; j < mask.height; ++j) {
    for (int i = 0; i < mask.width; ++i) {
      const char c = rows[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)];
      mask.at(i, j) = c == '.' ? std::uint8_t{0} : static_cast<std::uint8_t>(c - '0');
    }
  }
  return mask;
}

// A filled disc of label 1.
inline image::LabelMap disc(int width, int height, double x, double y, double radius, std::uint8_t value = 1) {
  image::LabelMap mask = image::make_label_map(width, height);
  for (int j = 0; j < height; ++j) {
    for (int i = 0; i < width; ++i) {
      if ((i - x) * (i - x) + (j - y) * (j - y) <= radius * radius) mask.at(i, j) = value;
    }
  }
  return mask;
}

}  // namespace galen::measure
