#include "galen/runtime/postprocess.h"

#include <algorithm>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace galen::runtime {
namespace {

struct Components {
  cv::Mat numbers;  // 0 is the rest
  std::size_t count = 0;
};

Components components_of(const cv::Mat& binary, int connectivity) {
  Components found;
  found.count = static_cast<std::size_t>(cv::connectedComponents(binary, found.numbers, connectivity));
  return found;
}

// The part of the mask around the label, a pixel wider where the picture goes on; empty where the label is not.
cv::Mat part_with(const cv::Mat& mask, int label) {
  cv::Rect box = cv::boundingRect(mask == label);
  if (box.empty()) return {};
  box = cv::Rect(box.x - 1, box.y - 1, box.width + 2, box.height + 2) & cv::Rect(0, 0, mask.cols, mask.rows);
  return mask(box);
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
  cv::Mat part = part_with(mask, label);
  if (part.empty()) return;
  const Components components = components_of(part == label, 8);
  std::vector<int> areas(components.count, 0);
  for (int y = 0; y < part.rows; ++y) {
    const int* numbers = components.numbers.ptr<int>(y);
    for (int x = 0; x < part.cols; ++x) ++areas[static_cast<std::size_t>(numbers[x])];
  }
  std::vector<int> order(components.count - 1);
  std::iota(order.begin(), order.end(), 1);
  const auto area = [&](int number) { return areas[static_cast<std::size_t>(number)]; };
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return area(a) > area(b); });
  const double least = rule.minimum_area_share * static_cast<double>(mask.total());
  std::vector<bool> kept(components.count, false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const bool among_largest = rule.keep_largest == 0 || i < static_cast<std::size_t>(rule.keep_largest);
    kept[static_cast<std::size_t>(order[i])] = among_largest && area(order[i]) >= least;
  }
  keep_components(part, components, kept);
}

// Background that does not reach the picture's edge and is enclosed by the label alone becomes the label's. What
// reaches the edge of the part around the label reaches the picture's.
void fill_holes(cv::Mat& mask, int label) {
  cv::Mat part = part_with(mask, label);
  if (part.empty()) return;
  const Components components = components_of(part != label, 4);
  std::vector<bool> hole(components.count, true);
  hole[0] = false;
  for (int y = 0; y < part.rows; ++y) {
    const std::uint8_t* row = part.ptr<std::uint8_t>(y);
    const int* numbers = components.numbers.ptr<int>(y);
    for (int x = 0; x < part.cols; ++x) {
      const bool edge = y == 0 || x == 0 || y == part.rows - 1 || x == part.cols - 1;
      // Another structure inside is not a hole.
      if (edge || (row[x] != 0 && row[x] != label)) hole[static_cast<std::size_t>(numbers[x])] = false;
    }
  }
  for (int y = 0; y < part.rows; ++y) {
    std::uint8_t* row = part.ptr<std::uint8_t>(y);
    const int* numbers = components.numbers.ptr<int>(y);
    for (int x = 0; x < part.cols; ++x) {
      if (hole[static_cast<std::size_t>(numbers[x])]) row[x] = static_cast<std::uint8_t>(label);
    }
  }
}

// Removes what does not hang together with the label that must contain the others.
void keep_inside(cv::Mat& mask, int container) {
  const Components components = components_of(mask != 0, 8);
  std::vector<bool> kept(components.count, false);
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
