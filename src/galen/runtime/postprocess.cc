#include "galen/runtime/postprocess.h"

#include <algorithm>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace galen::runtime {
namespace {

struct Components {
  cv::Mat numbers;         // 0 is the rest
  std::vector<int> areas;  // By number
};

Components components_of(const cv::Mat& binary, int connectivity) {
  Components found;
  cv::Mat statistics, centres;
  const int count = cv::connectedComponentsWithStats(binary, found.numbers, statistics, centres, connectivity, CV_32S);
  for (int i = 0; i < count; ++i) found.areas.push_back(statistics.at<int>(i, cv::CC_STAT_AREA));
  return found;
}

// Clears the pixels of `mask` that lie in components not kept.
void keep_components(cv::Mat& mask, const Components& components, const std::vector<bool>& kept) {
  for (int y = 0; y < mask.rows; ++y) {
    std::uint8_t* row = mask.ptr<std::uint8_t>(y);
    const int* numbers = components.numbers.ptr<int>(y);
    for (int x = 0; x < mask.cols; ++x) {
      if (numbers[x] > 0 && !kept[static_cast<std::size_t>(numbers[x])]) row[x] = 0;
    }
  }
}

void choose_components(cv::Mat& mask, int label, const zoo::PostRule& rule) {
  const Components components = components_of(mask == label, 8);
  std::vector<int> order(components.areas.size() - 1);
  std::iota(order.begin(), order.end(), 1);
  const auto area = [&](int number) { return components.areas[static_cast<std::size_t>(number)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return area(a) > area(b); });
  const double least = rule.minimum_area_share * static_cast<double>(mask.total());
  std::vector<bool> kept(components.areas.size(), false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool among_largest = rule.keep_largest == 0 || i < static_cast<std::size_t>(rule.keep_largest);
    kept[static_cast<std::size_t>(order[i])] = among_largest && area(order[i]) >= least;
  }
  keep_components(mask, components, kept);
}

// Background that does not reach the picture's edge and is enclosed by the label alone becomes the label's.
void fill_holes(cv::Mat& mask, int label) {
  const cv::Mat rest = mask != label;
  const Components components = components_of(rest, 4);
  std::vector<bool> hole(components.areas.size(), true);
  hole[0] = false;
  for (int y = 0; y < mask.rows; ++y) {
    const std::uint8_t* row = mask.ptr<std::uint8_t>(y);
    const int* numbers = components.numbers.ptr<int>(y);
    for (int x = 0; x < mask.cols; ++x) {
      const bool edge = y == 0 || x == 0 || y == mask.rows - 1 || x == mask.cols - 1;
      // Another structure inside is not a hole.
      if (edge || (row[x] != 0 && row[x] != label)) hole[static_cast<std::size_t>(numbers[x])] = false;
    }
  }
  for (int y = 0; y < mask.rows; ++y) {
    std::uint8_t* row = mask.ptr<std::uint8_t>(y);
    const int* numbers = components.numbers.ptr<int>(y);
    for (int x = 0; x < mask.cols; ++x) {
      if (hole[static_cast<std::size_t>(numbers[x])]) row[x] = static_cast<std::uint8_t>(label);
    }
  }
}

// Removes what does not hang together with the label that must contain the others.
void keep_inside(cv::Mat& mask, int container) {
  const Components components = components_of(mask != 0, 8);
  std::vector<bool> kept(components.areas.size(), false);
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (mask.at<std::uint8_t>(y, x) == container)
        kept[static_cast<std::size_t>(components.numbers.at<int>(y, x))] = true;
    }
  }
  keep_components(mask, components, kept);
}

}  // namespace

void postprocess(image::LabelMap& mask, const zoo::Card& card, const image::LabelMap& field_of_view) {
  const zoo::PostRule& rule = card.post;
  if (rule.inside_field_of_view && field_of_view.labels.size() == mask.labels.size()) {
    for (std::size_t i = 0; i < mask.labels.size(); ++i) {
      if (field_of_view.labels[i] == 0) mask.labels[i] = 0;
    }
  }
  cv::Mat view(mask.height, mask.width, CV_8U, mask.labels.data());
  if (rule.keep_largest > 0 || rule.minimum_area_share > 0) {
    for (const zoo::Label& label : card.labels) choose_components(view, label.value, rule);
  }
  for (const zoo::Label& label : card.labels) {
    if (!rule.inside.empty() && label.name == rule.inside) keep_inside(view, label.value);
  }
  if (rule.fill_holes) {
    for (const zoo::Label& label : card.labels) fill_holes(view, label.value);
  }
}

}  // namespace galen::runtime
