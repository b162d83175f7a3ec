#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "galen/runtime/preprocess.h"

namespace galen::runtime {
namespace {

// Work is done on a picture whose larger side is this: the edge of a disc needs no more.
constexpr int kWorkingSide = 512;

float quantile(std::vector<float> values, double q) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// Brightest channel of each pixel (red for a retina, whose rim is dark in green and blue), shrunk.
cv::Mat brightness(const image::Image& image) {
  cv::Mat bright(image.height, image.width, CV_32F);
  for (int y = 0; y < image.height; ++y) {
    float* row = bright.ptr<float>(y);
    const float* in = image.samples.data() + image.offset(0, y);
    for (int x = 0; x < image.width; ++x, in += image.channels) row[x] = *std::max_element(in, in + image.channels);
  }
  const int side = std::max(image.width, image.height);
  if (side > kWorkingSide) {
    const double scale = static_cast<double>(kWorkingSide) / side;
    cv::Mat small;
    cv::resize(
        bright, small,
        {std::max(1, static_cast<int>(image.width * scale)), std::max(1, static_cast<int>(image.height * scale))}, 0, 0,
        cv::INTER_AREA);
    bright = small;
  }
  cv::Mat smooth;
  cv::GaussianBlur(bright, smooth, {5, 5}, 0);
  return smooth;
}

// Median of the four corner patches, darkest two of the four: some cameras cut the disc off at two sides.
float surround_level(const cv::Mat& bright) {
  const int patch = std::max(2, std::min(bright.cols, bright.rows) / 25);
  std::vector<float> corners;
  for (const int y : {0, std::max(0, bright.rows - patch)}) {
    for (const int x : {0, std::max(0, bright.cols - patch)}) {
      const cv::Mat part = bright(cv::Rect(x, y, std::min(patch, bright.cols), std::min(patch, bright.rows))).clone();
      corners.push_back(quantile({part.begin<float>(), part.end<float>()}, 0.5));
    }
  }
  std::sort(corners.begin(), corners.end());
  return (corners[0] + corners[1]) / 2;
}

}  // namespace

image::LabelMap field_of_view(const image::Image& image) {
  image::LabelMap all;
  all.width = image.width;
  all.height = image.height;
  all.labels.assign(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height), 1);
  if (image.is_volume() || image.width < 16 || image.height < 16) return all;

  const cv::Mat bright = brightness(image);
  const float white = quantile({bright.begin<float>(), bright.end<float>()}, 0.95);
  const float surround = surround_level(bright);
  // Without a dark surround the corners are about as bright as the rest.
  if (white <= 0 || surround > 0.2F * white) return all;

  // Noise of the surround is far below a tenth of the picture's brightness, the dim rim of the disc well above.
  const cv::Mat above = bright > surround + 0.1F * (white - surround);
  cv::Mat components, statistics, centres;
  const int count = cv::connectedComponentsWithStats(above, components, statistics, centres, 4);
  int largest = 0;
  for (int i = 1; i < count; ++i) {
    if (largest == 0 || statistics.at<int>(i, cv::CC_STAT_AREA) > statistics.at<int>(largest, cv::CC_STAT_AREA))
      largest = i;
  }
  const double total = static_cast<double>(bright.total());
  // A bright spot in a dark picture is not an illuminated field.
  if (largest == 0 || statistics.at<int>(largest, cv::CC_STAT_AREA) < 0.15 * total) return all;

  cv::Mat disc = components == largest;
  // Cuts specks and caption letters that touch the rim.
  cv::morphologyEx(disc, disc, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_ELLIPSE, {7, 7}));
  std::vector<cv::Point> points;
  cv::findNonZero(disc, points);
  if (points.empty()) return all;
  std::vector<cv::Point> hull;
  cv::convexHull(points, hull);
  cv::Mat filled = cv::Mat::zeros(bright.size(), CV_8U);
  cv::fillConvexPoly(filled, hull, cv::Scalar(1));
  if (cv::countNonZero(filled) > 0.985 * total) return all;

  cv::Mat full(image.height, image.width, CV_8U, all.labels.data());
  cv::Mat soft;
  filled.convertTo(soft, CV_8U, 255);
  cv::resize(soft, soft, full.size(), 0, 0, cv::INTER_LINEAR);
  cv::Mat binary = soft >= 128;
  binary.setTo(1, binary);
  binary.copyTo(full);
  return all;
}

}  // namespace galen::runtime
