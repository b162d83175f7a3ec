#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "galen/evaluate/cases.h"

namespace galen::evaluate {
namespace {

// Pixels of the component on the side, from the two largest of a binary map; empty where two do not lie apart.
std::vector<std::uint8_t> side_of(const std::vector<std::uint8_t>& binary, int width, int height, bool left) {
  const cv::Mat map(height, width, CV_8U, const_cast<std::uint8_t*>(binary.data()));
  cv::Mat components, statistics, centres;
  const int count = cv::connectedComponentsWithStats(map, components, statistics, centres, 8);
  std::vector<int> order;
  for (int i = 1; i < count; ++i) order.push_back(i);
  const auto area = [&](int i) { return statistics.at<int>(i, cv::CC_STAT_AREA); };
  std::sort(order.begin(), order.end(), [&](int a, int b) { return area(a) > area(b); });
  // A second component far smaller than the first is a speck: the two sides have grown together.
  if (order.size() < 2 || area(order[1]) * 8 < area(order[0])) return {};
  const auto x = [&](int i) { return centres.at<double>(i, 0); };
  if (std::abs(x(order[0]) - x(order[1])) < 0.15 * width) return {};
  const double middle = (x(order[0]) + x(order[1])) / 2;
  std::vector<std::uint8_t> one(binary.size(), 0);
  for (int row = 0; row < height; ++row) {
    const int* labels = components.ptr<int>(row);
    for (int column = 0; column < width; ++column) {
      const int label = labels[column];
      if (label == 0) continue;
      // Specks go with the side that they lie on.
      if ((x(label) < middle) == left) one[static_cast<std::size_t>(row) * width + column] = 1;
    }
  }
  return one;
}

}  // namespace

ChannelMap channel_map(const image::LabelMap& mask, const std::vector<Target>& targets) {
  ChannelMap map;
  map.bits.width = mask.width;
  map.bits.height = mask.height;
  map.bits.depth = mask.depth;
  map.bits.labels.assign(mask.labels.size(), 0);
  for (const Target& target : targets) {
    std::array<std::uint8_t, 256> belongs{};
    for (std::size_t value = 1; value < belongs.size(); ++value) {
      const int number = static_cast<int>(value);
      const bool listed = std::find(target.values.begin(), target.values.end(), number) != target.values.end();
      belongs[value] = listed || (number & target.bits) != 0 ? 1 : 0;
    }
    std::vector<std::uint8_t> binary(mask.labels.size());
    for (std::size_t i = 0; i < binary.size(); ++i) binary[i] = belongs[mask.labels[i]];
    if (!target.side.empty()) binary = side_of(binary, mask.width, mask.height, target.side == "image-left");
    if (binary.empty()) continue;
    map.known |= 1 << target.channel;
    for (std::size_t i = 0; i < binary.size(); ++i) {
      if (binary[i]) map.bits.labels[i] = static_cast<std::uint8_t>(map.bits.labels[i] | (1 << target.channel));
    }
  }
  return map;
}

}  // namespace galen::evaluate
