#include "galen/measure/ratios.h"

#include <optional>

#include "galen/measure/rows.h"
#include "galen/measure/shape.h"

namespace galen::measure {
namespace {

// Parts of a lung mask that are too small to be lung must not widen the thorax.
constexpr int kMostLungParts = 8;
constexpr double kSmallestLungPart = 0.05;

// The longest extent from the first to the last pixel of a row.
Line widest_row(const image::LabelMap& mask, const PixelSpacing& spacing) {
  Line widest;
  for (const auto& [row, first, last] : row_extents(mask)) {
    const double length = (last - first + 1) * spacing.x;
    if (length > widest.length) {
      widest = {{first - 0.5, static_cast<double>(row)}, {last + 0.5, static_cast<double>(row)}, length};
    }
  }
  return widest;
}

}  // namespace

Result<LineRatio> vertical_cup_to_disc(const image::LabelMap& disc, int disc_value, const image::LabelMap& cup,
                                       int cup_value, const PixelSpacing& spacing) {
  const std::optional<Line> disc_height = vertical_diameter(disc, disc_value, spacing);
  if (!disc_height) return Error{"no optic disc was found"};
  const std::optional<Line> cup_height = vertical_diameter(cup, cup_value, spacing);
  if (!cup_height) return LineRatio{0, {}, *disc_height};
  return LineRatio{cup_height->length / disc_height->length, *cup_height, *disc_height};
}

Result<LineRatio> cardiothoracic_ratio(const image::LabelMap& heart, int heart_value, const image::LabelMap& lungs,
                                       int lungs_value, const PixelSpacing& spacing) {
  const std::vector<Component> hearts = components(heart, heart_value);
  if (hearts.empty()) return Error{"no heart was found"};
  const image::LabelMap fields = largest_components(lungs, lungs_value, kMostLungParts, kSmallestLungPart);
  const Line thorax = widest_row(fields, spacing);
  if (thorax.length <= 0) return Error{"no lungs were found"};
  const Component& part = hearts[0];
  if (thorax.from.x >= part.centroid.x || thorax.to.x <= part.centroid.x) {
    return Error{"lung was found on one side of the heart only, so that the width of the thorax is not known"};
  }
  // Both borders of the heart are rarely on one row; the line is drawn where the heart itself is widest.
  Line width = widest_row(largest_components(heart, heart_value), spacing);
  width.from.x = part.box.left - 0.5;
  width.to.x = part.box.right + 0.5;
  width.length = part.box.width() * spacing.x;
  return LineRatio{width.length / thorax.length, width, thorax};
}

Result<double> share_of(const image::LabelMap& mask, int value, const image::LabelMap& region, int region_value) {
  if (Status status = same_grid(mask, region); !status) return status.error();
  std::size_t inside = 0;
  std::size_t both = 0;
  for (std::size_t v = 0; v < region.labels.size(); ++v) {
    if (!is_label(region.labels[v], region_value)) continue;
    ++inside;
    if (is_label(mask.labels[v], value)) ++both;
  }
  if (inside == 0) return Error{"the region is empty"};
  return static_cast<double>(both) / static_cast<double>(inside);
}

double share_of_image(const image::LabelMap& mask, int value) {
  if (mask.labels.empty()) return 0;
  return static_cast<double>(count_voxels(mask, value)) / static_cast<double>(mask.labels.size());
}

}  // namespace galen::measure
