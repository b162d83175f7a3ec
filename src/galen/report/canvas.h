// Drawing on a medical picture: outlines, measurement lines, text, scale bar, legend. Internal to the report layer.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "galen/engine/result.h"
#include "galen/image/image.h"
#include "galen/measure/shape.h"

namespace galen::report {

using Colour = cv::Scalar;  // Red, green, blue, 0-255

// "#ffb000"; orange for anything else.
Colour parse_colour(const std::string& text);

// 8-bit RGB of one slice, with the window that the file recommends or one that fits the samples.
cv::Mat display_picture(const image::Image& image, int slice = 0);

struct LegendRow {
  Colour colour;
  std::string name;
  std::vector<std::string> figures;  // Go on below where they do not fit beside the name
  bool swatch = true;                // No swatch: a line of text
};

// A part of the picture, enlarged or reduced so that its longer side is about `side` pixels, fewer for small pictures.
class Canvas {
 public:
  // `region` is clamped to the picture.
  Canvas(const cv::Mat& picture, measure::Box region, int side = 1000);

  // Fills lightly and draws the outline of the label: with a dark halo, or thin where the structure itself is thin.
  void outline(const image::LabelMap& mask, int slice, int value, const Colour& colour);
  // Warm colours over the picture where `map` (values 0..1, over the whole image) is high.
  void heat(const std::vector<float>& map, int width, int height, int image_width, int image_height);

  enum class TextPlace { kMiddle, kEnd };
  // A line with arrow heads and end ticks, and its text. `shift` moves it sideways in pixels of the canvas, so that two
  // lines along each other stay apart.
  void measurement_line(const engine::Point& from, const engine::Point& to, const std::string& text,
                        const Colour& colour, TextPlace place, double shift = 0, bool text_after = true);
  // A bar of a round length at the lower right.
  void scale_bar(double mm_per_pixel, const std::string& note);

  double scale() const { return scale_; }
  // The picture with the legend below it.
  image::Image finish(const std::vector<LegendRow>& legend) const;

 private:
  cv::Point2d place(const engine::Point& point) const;
  void text_plate(const std::string& text, cv::Point2d centre, const Colour& colour);
  void segment(cv::Point2d a, cv::Point2d b, const Colour& colour, int thickness);

  measure::Box region_;
  double scale_ = 1;
  cv::Mat canvas_;  // RGB, 8 bit
};

}  // namespace galen::report
