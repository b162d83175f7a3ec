#include "galen/measure/shape.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "galen/base/check.h"
#include "galen/measure/rows.h"

namespace galen::measure {
namespace {

cv::Mat binary(const image::LabelMap& mask, int value) {
  GALEN_CHECK(mask.depth == 1, "shapes are measured in 2-D masks");
  cv::Mat result(mask.height, mask.width, CV_8U);
  std::transform(mask.labels.begin(), mask.labels.end(), result.data,
                 [value](std::uint8_t sample) { return is_label(sample, value) ? std::uint8_t{1} : std::uint8_t{0}; });
  return result;
}

// Corners of the label's outermost pixels, row by row: enough for its convex hull.
std::vector<Point> extreme_corners(const image::LabelMap& mask) {
  std::vector<Point> corners;
  for (const auto& [row, first, last] : row_extents(mask)) {
    for (const double x : {first - 0.5, last + 0.5}) {
      corners.push_back({x, row - 0.5});
      corners.push_back({x, row + 0.5});
    }
  }
  return corners;
}

double cross(const Point& o, const Point& a, const Point& b) {
  return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

// Andrew's monotone chain (1979); counter-clockwise, without collinear points.
std::vector<Point> convex_hull(std::vector<Point> points) {
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  std::vector<Point> hull;
  const auto extend = [&hull](const Point& point, std::size_t keep) {
    while (hull.size() > keep && cross(hull[hull.size() - 2], hull.back(), point) <= 0) hull.pop_back();
    hull.push_back(point);
  };
  for (const Point& point : points) extend(point, 1);
  const std::size_t lower = hull.size();
  for (std::size_t i = points.size() - 1; i-- > 0;) extend(points[i], lower);
  hull.pop_back();
  return hull;
}

double length(const Point& from, const Point& to) { return std::hypot(to.x - from.x, to.y - from.y); }

// The part of the line through `point` along the unit vector `direction` that lies in the hull.
Line chord(const std::vector<Point>& hull, const Point& point, const Point& direction) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t i = 0; i < hull.size(); ++i) {
    const Point& a = hull[i];
    const Point& b = hull[(i + 1) % hull.size()];
    // Signed distances of the edge's ends from the line.
    const double from_a = direction.x * (a.y - point.y) - direction.y * (a.x - point.x);
    const double from_b = direction.x * (b.y - point.y) - direction.y * (b.x - point.x);
    if ((from_a > 1e-9 && from_b > 1e-9) || (from_a < -1e-9 && from_b < -1e-9)) continue;
    const auto reach = [&](const Point& p) {
      const double along = direction.x * (p.x - point.x) + direction.y * (p.y - point.y);
      low = std::min(low, along);
      high = std::max(high, along);
    };
    if (std::abs(from_a - from_b) < 1e-12) {
      reach(a);
      reach(b);
    } else {
      const double t = from_a / (from_a - from_b);
      reach({a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)});
    }
  }
  const Point from = {point.x + low * direction.x, point.y + low * direction.y};
  const Point to = {point.x + high * direction.x, point.y + high * direction.y};
  return {from, to, high - low};
}

Line in_pixels(Line line, const PixelSpacing& spacing) {
  for (Point* point : {&line.from, &line.to}) {
    point->x /= spacing.x;
    point->y /= spacing.y;
  }
  return line;
}

}  // namespace

std::size_t count_voxels(const image::LabelMap& mask, int value) {
  return static_cast<std::size_t>(std::count_if(mask.labels.begin(), mask.labels.end(),
                                                [value](std::uint8_t sample) { return is_label(sample, value); }));
}

double area(const image::LabelMap& mask, int value, const PixelSpacing& spacing) {
  return static_cast<double>(count_voxels(mask, value)) * spacing.x * spacing.y;
}

std::optional<Box> bounding_box(const image::LabelMap& mask, int value) {
  GALEN_CHECK(mask.depth == 1, "bounding boxes are of 2-D masks");
  Box box = {mask.width, mask.height, -1, -1};
  for (int j = 0; j < mask.height; ++j) {
    for (int i = 0; i < mask.width; ++i) {
      if (!is_label(mask.at(i, j), value)) continue;
      box = {std::min(box.left, i), std::min(box.top, j), std::max(box.right, i), std::max(box.bottom, j)};
    }
  }
  if (box.right < 0) return std::nullopt;
  return box;
}

std::optional<Point> centroid(const image::LabelMap& mask, int value) {
  Point sum;
  std::size_t count = 0;
  for (int j = 0; j < mask.height; ++j) {
    for (int i = 0; i < mask.width; ++i) {
      if (!is_label(mask.at(i, j), value)) continue;
      sum.x += i;
      sum.y += j;
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return Point{sum.x / static_cast<double>(count), sum.y / static_cast<double>(count)};
}

namespace {

struct Labelled {
  cv::Mat labels;            // CV_32S, 0 is background
  std::vector<int> by_size;  // Label numbers, largest first
  cv::Mat statistics, centroids;
};

Labelled label_components(const image::LabelMap& mask, int value) {
  Labelled result;
  const int count = cv::connectedComponentsWithStats(binary(mask, value), result.labels, result.statistics,
                                                     result.centroids, 8, CV_32S);
  result.by_size.resize(static_cast<std::size_t>(std::max(0, count - 1)));
  std::iota(result.by_size.begin(), result.by_size.end(), 1);
  std::stable_sort(result.by_size.begin(), result.by_size.end(), [&](int a, int b) {
    return result.statistics.at<int>(a, cv::CC_STAT_AREA) > result.statistics.at<int>(b, cv::CC_STAT_AREA);
  });
  return result;
}

}  // namespace

std::vector<Component> components(const image::LabelMap& mask, int value) {
  const Labelled labelled = label_components(mask, value);
  std::vector<Component> result;
  for (const int label : labelled.by_size) {
    const int* row = labelled.statistics.ptr<int>(label);
    Component component;
    component.pixels = static_cast<std::size_t>(row[cv::CC_STAT_AREA]);
    component.box = {row[cv::CC_STAT_LEFT], row[cv::CC_STAT_TOP], row[cv::CC_STAT_LEFT] + row[cv::CC_STAT_WIDTH] - 1,
                     row[cv::CC_STAT_TOP] + row[cv::CC_STAT_HEIGHT] - 1};
    component.centroid = {labelled.centroids.at<double>(label, 0), labelled.centroids.at<double>(label, 1)};
    result.push_back(component);
  }
  return result;
}

image::LabelMap largest_components(const image::LabelMap& mask, int value, int keep, double smallest_share) {
  const Labelled labelled = label_components(mask, value);
  std::vector<std::uint8_t> kept(labelled.by_size.size() + 1, 0);
  for (std::size_t n = 0; n < labelled.by_size.size() && n < static_cast<std::size_t>(std::max(keep, 0)); ++n) {
    const int pixels = labelled.statistics.at<int>(labelled.by_size[n], cv::CC_STAT_AREA);
    const int largest = labelled.statistics.at<int>(labelled.by_size[0], cv::CC_STAT_AREA);
    if (pixels >= smallest_share * largest) kept[static_cast<std::size_t>(labelled.by_size[n])] = 1;
  }
  image::LabelMap result = image::make_label_map(mask.width, mask.height);
  for (int j = 0; j < mask.height; ++j) {
    const int* row = labelled.labels.ptr<int>(j);
    for (int i = 0; i < mask.width; ++i) result.at(i, j) = kept[static_cast<std::size_t>(row[i])];
  }
  return result;
}

int count_holes(const image::LabelMap& mask, int value) {
  cv::Mat background = 1 - binary(mask, value);
  cv::copyMakeBorder(background, background, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(1));
  cv::Mat labels;
  // Of the parts, one is the label itself (0) and one the surround.
  return cv::connectedComponents(background, labels, 4, CV_32S) - 2;
}

std::optional<Diameters> diameters(const image::LabelMap& mask, int value, const PixelSpacing& spacing) {
  std::vector<Point> points = extreme_corners(largest_components(mask, value));
  if (points.empty()) return std::nullopt;
  for (Point& point : points) point = {point.x * spacing.x, point.y * spacing.y};
  const std::vector<Point> hull = convex_hull(std::move(points));
  Diameters result;
  for (std::size_t a = 0; a < hull.size(); ++a) {
    for (std::size_t b = a + 1; b < hull.size(); ++b) {
      const double distance = length(hull[a], hull[b]);
      if (distance > result.major.length) result.major = {hull[a], hull[b], distance};
    }
  }
  const Point across = {-(result.major.to.y - result.major.from.y) / result.major.length,
                        (result.major.to.x - result.major.from.x) / result.major.length};
  // The width of a convex shape is piecewise linear along the axis, so that its maximum is at a corner.
  for (const Point& corner : hull) {
    const Line line = chord(hull, corner, across);
    if (line.length > result.minor.length) result.minor = line;
  }
  result.major = in_pixels(result.major, spacing);
  result.minor = in_pixels(result.minor, spacing);
  return result;
}

std::optional<Line> vertical_diameter(const image::LabelMap& mask, int value, const PixelSpacing& spacing) {
  const std::vector<Component> parts = components(mask, value);
  if (parts.empty()) return std::nullopt;
  const Component& part = parts[0];
  return Line{
      {part.centroid.x, part.box.top - 0.5}, {part.centroid.x, part.box.bottom + 0.5}, part.box.height() * spacing.y};
}

std::optional<Line> horizontal_diameter(const image::LabelMap& mask, int value, const PixelSpacing& spacing) {
  const std::vector<Component> parts = components(mask, value);
  if (parts.empty()) return std::nullopt;
  const Component& part = parts[0];
  return Line{
      {part.box.left - 0.5, part.centroid.y}, {part.box.right + 0.5, part.centroid.y}, part.box.width() * spacing.x};
}

double Ellipse::circumference() const {
  if (semi_major + semi_minor <= 0) return 0;
  const double h = std::pow((semi_major - semi_minor) / (semi_major + semi_minor), 2);
  return std::numbers::pi * (semi_major + semi_minor) * (1 + 3 * h / (10 + std::sqrt(4 - 3 * h)));
}

std::optional<Ellipse> fit_ellipse(const image::LabelMap& mask, int value, const PixelSpacing& spacing) {
  const image::LabelMap largest = largest_components(mask, value);
  const std::optional<Point> middle = centroid(largest);
  if (!middle) return std::nullopt;
  double xx = 0, yy = 0, xy = 0;
  double count = 0;
  for (int j = 0; j < largest.height; ++j) {
    for (int i = 0; i < largest.width; ++i) {
      if (largest.at(i, j) == 0) continue;
      const double dx = (i - middle->x) * spacing.x;
      const double dy = (j - middle->y) * spacing.y;
      xx += dx * dx;
      yy += dy * dy;
      xy += dx * dy;
      ++count;
    }
  }
  // A pixel is a square: its own moment is 1/12 of its side squared.
  xx = xx / count + spacing.x * spacing.x / 12;
  yy = yy / count + spacing.y * spacing.y / 12;
  xy /= count;
  const double mean = (xx + yy) / 2;
  const double spread = std::hypot((xx - yy) / 2, xy);
  Ellipse ellipse;
  ellipse.centre = *middle;
  ellipse.semi_major = 2 * std::sqrt(mean + spread);
  ellipse.semi_minor = 2 * std::sqrt(std::max(0.0, mean - spread));
  ellipse.angle = 0.5 * std::atan2(2 * xy, xx - yy);
  const auto axis = [&](double angle, double half) {
    const double dx = half * std::cos(angle) / spacing.x;
    const double dy = half * std::sin(angle) / spacing.y;
    return Line{{middle->x - dx, middle->y - dy}, {middle->x + dx, middle->y + dy}, 2 * half};
  };
  ellipse.major = axis(ellipse.angle, ellipse.semi_major);
  ellipse.minor = axis(ellipse.angle + std::numbers::pi / 2, ellipse.semi_minor);
  return ellipse;
}

}  // namespace galen::measure
