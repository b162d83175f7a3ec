#include "galen/measure/mask.h"

#include <string>

namespace galen::measure {
namespace {

std::string size_of(const image::LabelMap& mask) {
  std::string text = std::to_string(mask.width);
  text.append("x").append(std::to_string(mask.height));
  if (mask.depth > 1) text.append("x").append(std::to_string(mask.depth));
  return text;
}

}  // namespace

Status same_grid(const image::LabelMap& one, const image::LabelMap& other) {
  if (one.width == other.width && one.height == other.height && one.depth == other.depth) return {};
  return Error{"the masks differ in size (" + size_of(one) + " and " + size_of(other) +
               "); they must lie in the same grid"};
}

}  // namespace galen::measure
