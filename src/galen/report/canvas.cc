#include "galen/report/canvas.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "galen/image/shown_range.h"

namespace galen::report {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;
constexpr double kTextSize = 0.62;
const Colour kHalo(0, 0, 0);
// Coordinates of lines carry this many binary fractional digits, so that they are not snapped to pixels.
constexpr int kShift = 4;

cv::Point fixed(const cv::Point2d& point) {
  return {static_cast<int>(std::lround(point.x * (1 << kShift))),
          static_cast<int>(std::lround(point.y * (1 << kShift)))};
}

// The drawing font knows ASCII only.
std::string drawable(const std::string& text) {
  static const std::array<std::pair<const char*, const char*>, 5> replacements = {
      {{"²", "2"}, {"÷", "/"}, {"×", "x"}, {"–", "-"}, {"µ", "u"}}};
  std::string result = text;
  for (const auto& [from, to] : replacements) {
    for (std::size_t at = result.find(from); at != std::string::npos; at = result.find(from)) {
      result.replace(at, std::string(from).size(), to);
    }
  }
  result.erase(std::remove_if(result.begin(), result.end(), [](char c) { return c < 32 || c > 126; }), result.end());
  return result;
}

cv::Size text_size(const std::string& text, double size) {
  int baseline = 0;
  return cv::getTextSize(text, kFont, size, 1, &baseline);
}

}  // namespace

Colour parse_colour(const std::string& text) {
  if (text.size() != 7 || text[0] != '#') return {255, 176, 0};
  const long value = std::strtol(text.c_str() + 1, nullptr, 16);
  return {static_cast<double>((value >> 16) & 255), static_cast<double>((value >> 8) & 255),
          static_cast<double>(value & 255)};
}

cv::Mat display_picture(const image::Image& image, int slice) {
  const auto [low, high] = image::shown_range(image);
  const double scale = 255.0 / std::max(high - low, 1e-9);
  const float* samples = image.samples.data() + image.offset(0, 0, slice);
  const cv::Mat stored(image.height, image.width, CV_32FC(image.channels), const_cast<float*>(samples));
  cv::Mat picture;
  stored.convertTo(picture, CV_8U, scale, -low * scale);
  if (image.channels == 1) cv::cvtColor(picture, picture, cv::COLOR_GRAY2RGB);
  return picture;
}

Canvas::Canvas(const cv::Mat& picture, measure::Box region, int side) : region_(region) {
  region_.left = std::clamp(region_.left, 0, picture.cols - 1);
  region_.right = std::clamp(region_.right, region_.left, picture.cols - 1);
  region_.top = std::clamp(region_.top, 0, picture.rows - 1);
  region_.bottom = std::clamp(region_.bottom, region_.top, picture.rows - 1);
  // Small pictures are not enlarged beyond what makes their outlines smooth.
  constexpr int kMostEnlargement = 3;
  constexpr int kLeastSide = 640;
  const int longest = std::max(region_.width(), region_.height());
  scale_ = static_cast<double>(std::min(side, std::max(kLeastSide, kMostEnlargement * longest))) / longest;
  if (scale_ > 1 && scale_ < 1.15) scale_ = 1;
  const cv::Size size(std::max(1, static_cast<int>(std::lround(region_.width() * scale_))),
                      std::max(1, static_cast<int>(std::lround(region_.height() * scale_))));
  cv::resize(picture(cv::Rect(region_.left, region_.top, region_.width(), region_.height())), canvas_, size, 0, 0,
             scale_ > 1 ? cv::INTER_CUBIC : cv::INTER_AREA);
}

cv::Point2d Canvas::place(const engine::Point& point) const {
  return {(point.x - region_.left + 0.5) * scale_ - 0.5, (point.y - region_.top + 0.5) * scale_ - 0.5};
}

void Canvas::segment(cv::Point2d a, cv::Point2d b, const Colour& colour, int thickness) {
  cv::line(canvas_, fixed(a), fixed(b), colour, thickness, cv::LINE_AA, kShift);
}

void Canvas::outline(const image::LabelMap& mask, int slice, int value, const Colour& colour) {
  cv::Mat inside(region_.height(), region_.width(), CV_8U);
  for (int j = 0; j < inside.rows; ++j) {
    for (int i = 0; i < inside.cols; ++i) {
      const std::uint8_t label = mask.at(region_.left + i, region_.top + j, slice);
      inside.at<std::uint8_t>(j, i) = measure::is_label(label, value) ? 255 : 0;
    }
  }
  cv::resize(inside, inside, canvas_.size(), 0, 0, scale_ > 1 ? cv::INTER_LINEAR : cv::INTER_AREA);
  // What follows is done around the structure only.
  const int margin = 2 + static_cast<int>(std::ceil(2 * scale_));
  cv::Rect box = cv::boundingRect(inside);
  if (box.empty()) return;
  box = cv::Rect(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin) &
        cv::Rect(0, 0, canvas_.cols, canvas_.rows);
  inside = inside(box).clone();
  // Rounds off the steps that enlarged pixels have.
  if (scale_ > 1.2) cv::GaussianBlur(inside, inside, cv::Size(), 0.6 * scale_);
  cv::threshold(inside, inside, 127, 255, cv::THRESH_BINARY);
  std::vector<std::vector<cv::Point>> contours;
  cv::findContours(inside, contours, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE, box.tl());
  double perimeter = 0;
  for (const auto& contour : contours) perimeter += cv::arcLength(contour, true);
  const double pixels = cv::countNonZero(inside);
  const bool thin = perimeter > 0 && 2 * pixels / perimeter < 12;

  cv::Mat part = canvas_(box);
  const cv::Mat tint(box.size(), CV_8UC3, colour);
  cv::Mat mixed;
  const double strength = thin ? 0.45 : 0.10;
  cv::addWeighted(part, 1 - strength, tint, strength, 0, mixed);
  mixed.copyTo(part, inside);
  if (!thin) cv::polylines(canvas_, contours, true, kHalo, 4, cv::LINE_AA);
  cv::polylines(canvas_, contours, true, colour, thin ? 1 : 2, cv::LINE_AA);
}

void Canvas::heat(const std::vector<float>& map, int width, int height, int image_width, int image_height) {
  if (width <= 0 || height <= 0 || map.size() != static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
    return;
  const cv::Mat small(height, width, CV_32F, const_cast<float*>(map.data()));
  cv::Mat whole;
  cv::resize(small, whole, cv::Size(image_width, image_height), 0, 0, cv::INTER_CUBIC);
  cv::Mat part;
  cv::resize(whole(cv::Rect(region_.left, region_.top, region_.width(), region_.height())), part, canvas_.size(), 0, 0,
             cv::INTER_LINEAR);
  cv::Mat levels;
  part.convertTo(levels, CV_8U, 255);
  cv::Mat colours;
  cv::applyColorMap(levels, colours, cv::COLORMAP_INFERNO);
  cv::cvtColor(colours, colours, cv::COLOR_BGR2RGB);
  for (int j = 0; j < canvas_.rows; ++j) {
    auto* row = canvas_.ptr<cv::Vec3b>(j);
    const auto* warm = colours.ptr<cv::Vec3b>(j);
    const float* importance = part.ptr<float>(j);
    for (int i = 0; i < canvas_.cols; ++i) {
      // What is unimportant stays as it is, so that the picture remains readable.
      const float share = 0.6F * std::clamp((importance[i] - 0.15F) / 0.6F, 0.0F, 1.0F);
      if (share == 0) continue;
      for (int c = 0; c < 3; ++c) {
        row[i][c] = static_cast<std::uint8_t>((1 - share) * row[i][c] + share * warm[i][c] + 0.5F);
      }
    }
  }
}

void Canvas::text_plate(const std::string& text, cv::Point2d centre, const Colour& colour) {
  const std::string ascii = drawable(text);
  if (ascii.empty()) return;
  const cv::Size size = text_size(ascii, kTextSize);
  const int margin = 6;
  cv::Rect plate(static_cast<int>(std::lround(centre.x)) - size.width / 2 - margin,
                 static_cast<int>(std::lround(centre.y)) - size.height / 2 - margin, size.width + 2 * margin,
                 size.height + 2 * margin);
  plate.x = std::clamp(plate.x, 0, std::max(0, canvas_.cols - plate.width));
  plate.y = std::clamp(plate.y, 0, std::max(0, canvas_.rows - plate.height));
  const cv::Rect visible = plate & cv::Rect(0, 0, canvas_.cols, canvas_.rows);
  if (visible.empty()) return;
  cv::Mat under = canvas_(visible);
  under.convertTo(under, -1, 0.3, 0);
  cv::putText(canvas_, ascii, {plate.x + margin, plate.y + margin + size.height}, kFont, kTextSize, colour, 1,
              cv::LINE_AA);
}

void Canvas::measurement_line(const engine::Point& from, const engine::Point& to, const std::string& text,
                              const Colour& colour, TextPlace text_place, double shift, bool text_after) {
  cv::Point2d a = place(from);
  cv::Point2d b = place(to);
  const double length = std::hypot(b.x - a.x, b.y - a.y);
  if (length < 1) return;
  const cv::Point2d along((b.x - a.x) / length, (b.y - a.y) / length);
  const cv::Point2d across(-along.y, along.x);
  a += shift * across;
  b += shift * across;
  const double tick = 9;
  const double head = std::min(11.0, length / 4);
  for (const bool halo : {true, false}) {
    const Colour ink = halo ? kHalo : colour;
    const int thickness = halo ? 5 : 2;
    segment(a, b, ink, thickness);
    for (const auto& [tip, inward] : {std::pair{a, along}, std::pair{b, -along}}) {
      segment(tip - tick * across, tip + tick * across, ink, thickness);
      segment(tip, tip + head * inward + 0.45 * head * across, ink, thickness);
      segment(tip, tip + head * inward - 0.45 * head * across, ink, thickness);
    }
  }
  const cv::Size size = text_size(drawable(text), kTextSize);
  // Half the text's extent in a direction, so that it stands clear of the line.
  const auto clearance = [&size](const cv::Point2d& direction) {
    return std::abs(direction.x) * size.width / 2 + std::abs(direction.y) * size.height / 2 + 18;
  };
  if (text_place == TextPlace::kEnd) {
    text_plate(text, b + clearance(along) * along, colour);
  } else {
    const double side = text_after ? 1 : -1;
    text_plate(text, (a + b) * 0.5 + side * clearance(across) * across, colour);
  }
}

void Canvas::scale_bar(double mm_per_pixel, const std::string& note) {
  if (!(mm_per_pixel > 0) || !std::isfinite(mm_per_pixel)) return;
  const double widest_mm = 0.25 * canvas_.cols / scale_ * mm_per_pixel;
  double mm = std::pow(10, std::floor(std::log10(widest_mm)));
  if (mm * 5 <= widest_mm) mm *= 5;
  else if (mm * 2 <= widest_mm) mm *= 2;
  const double length = mm / mm_per_pixel * scale_;
  const cv::Point2d right(canvas_.cols - 24.0, canvas_.rows - 24.0);
  const cv::Point2d left(right.x - length, right.y);
  const cv::Point2d up(0, 8);
  for (const bool halo : {true, false}) {
    const Colour ink = halo ? kHalo : Colour(255, 255, 255);
    for (const auto& [a, b] :
         {std::pair{left, right}, std::pair{left - up, left + up}, std::pair{right - up, right + up}}) {
      segment(a, b, ink, halo ? 6 : 2);
    }
  }
  char text[64];
  std::snprintf(text, sizeof text, "%g mm%s", mm, note.c_str());
  text_plate(text, {(left.x + right.x) / 2, right.y - 26}, {255, 255, 255});
}

image::Image Canvas::finish(const std::vector<LegendRow>& legend) const {
  constexpr int kRowHeight = 30;
  constexpr int kMargin = 10;
  constexpr int kGap = 22;
  const int width = std::max(canvas_.cols, 640);
  const auto text_width = [](const std::string& text) { return text_size(text, kTextSize).width; };

  struct Text {
    int x = 0, row = 0;
    std::string text;
    bool name = false;
  };
  std::vector<Text> texts;
  std::vector<std::pair<int, Colour>> swatches;
  int rows = 0;
  for (const LegendRow& item : legend) {
    if (item.swatch) swatches.emplace_back(rows, item.colour);
    const int left = item.swatch ? 54 : 16;
    const std::string name = drawable(item.name);
    texts.push_back({left, rows, name, true});
    const int indent = left + text_width(name) + kGap;
    int x = indent;
    for (const std::string& item_figure : item.figures) {
      const std::string figure = drawable(item_figure);
      if (x > indent && x + text_width(figure) > width - kMargin) {
        ++rows;
        x = indent;
      }
      texts.push_back({x, rows, figure, false});
      x += text_width(figure) + kGap;
    }
    ++rows;
  }

  const int strip = rows == 0 ? 0 : rows * kRowHeight + 2 * kMargin;
  cv::Mat whole(canvas_.rows + strip, width, CV_8UC3, Colour(22, 24, 28));
  canvas_.copyTo(whole(cv::Rect((width - canvas_.cols) / 2, 0, canvas_.cols, canvas_.rows)));
  const auto middle = [this](int row) { return canvas_.rows + kMargin + row * kRowHeight + kRowHeight / 2; };
  for (const auto& [row, colour] : swatches) {
    cv::rectangle(whole, cv::Rect(16, middle(row) - 8, 26, 16), colour, cv::FILLED);
  }
  for (const Text& one : texts) {
    const Colour ink = one.name ? Colour(255, 255, 255) : Colour(190, 196, 204);
    cv::putText(whole, one.text, {one.x, middle(one.row) + 7}, kFont, kTextSize, ink, 1, cv::LINE_AA);
  }
  image::Image result = image::make_image(whole.cols, whole.rows, 3);
  for (int j = 0; j < whole.rows; ++j) {
    const std::uint8_t* row = whole.ptr<std::uint8_t>(j);
    std::copy(row, row + whole.cols * 3, result.samples.begin() + static_cast<std::ptrdiff_t>(result.offset(0, j)));
  }
  return result;
}

}  // namespace galen::report
