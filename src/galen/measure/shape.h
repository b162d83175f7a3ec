// Sizes and diameters of a label in a 2-D mask. Lengths include whole pixels: a mask 10 pixels wide is 10 long, and end
// points lie on the outer edges of its pixels (at -0.5 and 9.5).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "galen/image/image.h"
#include "galen/measure/mask.h"

namespace galen::measure {

// Pixels (2-D) or voxels (3-D) of the label.
std::size_t count_voxels(const image::LabelMap& mask, int value = kAnyLabel);

// Area of the label in the square of the spacing's unit (mm² for spacing in mm).
double area(const image::LabelMap& mask, int value, const PixelSpacing& spacing);

// First and last column and row of the label.
struct Box {
  int left = 0, top = 0, right = 0, bottom = 0;
  int width() const { return right - left + 1; }
  int height() const { return bottom - top + 1; }
};

// None for an empty mask, here and below.
std::optional<Box> bounding_box(const image::LabelMap& mask, int value = kAnyLabel);
std::optional<Point> centroid(const image::LabelMap& mask, int value = kAnyLabel);

// Parts of the label that touch over edges or corners, largest first.
struct Component {
  std::size_t pixels = 0;
  Box box;
  Point centroid;
};
std::vector<Component> components(const image::LabelMap& mask, int value = kAnyLabel);
// Mask of label 1 of the largest parts: at most `keep`, and none smaller than `smallest_share` of the largest.
image::LabelMap largest_components(const image::LabelMap& mask, int value, int keep = 1, double smallest_share = 0);

// Enclosed gaps in the label: background parts that do not reach the image's border.
int count_holes(const image::LabelMap& mask, int value = kAnyLabel);

struct Diameters {
  Line major;  // Greatest distance between two points of the outline (Feret)
  Line minor;  // Longest line at right angles to it inside the convex hull
};
// Of the largest component.
std::optional<Diameters> diameters(const image::LabelMap& mask, int value = kAnyLabel,
                                   const PixelSpacing& spacing = {});

// Height of the largest component, drawn through its centroid's column; and its width, through its centroid's row.
std::optional<Line> vertical_diameter(const image::LabelMap& mask, int value = kAnyLabel,
                                      const PixelSpacing& spacing = {});
std::optional<Line> horizontal_diameter(const image::LabelMap& mask, int value = kAnyLabel,
                                        const PixelSpacing& spacing = {});

// Ellipse with the label's own area moments.
struct Ellipse {
  Point centre;           // Pixels
  double semi_major = 0;  // In the spacing's unit
  double semi_minor = 0;
  double angle = 0;   // Of the major axis against the rows, radians, in the spacing's unit
  Line major, minor;  // Axes, with end points in pixels

  double circumference() const;  // Ramanujan's second approximation (1914)
};
// Of the largest component. A fetal head's circumference is that of its ellipse.
std::optional<Ellipse> fit_ellipse(const image::LabelMap& mask, int value = kAnyLabel,
                                   const PixelSpacing& spacing = {});

}  // namespace galen::measure
