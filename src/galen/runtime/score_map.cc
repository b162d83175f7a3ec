#include "galen/runtime/score_map.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace galen::runtime {
namespace {

constexpr float kLargestLogit = 14.0F;

}  // namespace

float logit(float probability) {
  const float p = std::clamp(probability, 1e-6F, 1 - 1e-6F);
  return std::log(p / (1 - p));
}

float sigmoid(float value) { return 1 / (1 + std::exp(-value)); }

void mirror(std::vector<float>& values, int width, int height, bool horizontal, bool vertical) {
  const std::size_t w = static_cast<std::size_t>(width), h = static_cast<std::size_t>(height);
  for (std::size_t plane = 0; plane + w * h <= values.size(); plane += w * h) {
    float* at = values.data() + plane;
    if (horizontal) {
      for (std::size_t y = 0; y < h; ++y) std::reverse(at + y * w, at + (y + 1) * w);
    }
    if (vertical) {
      for (std::size_t y = 0; y < h / 2; ++y) std::swap_ranges(at + y * w, at + (y + 1) * w, at + (h - 1 - y) * w);
    }
  }
}

Result<std::vector<std::vector<float>>> label_probabilities(const zoo::Card& card, const TensorF& logits) {
  const zoo::InputRule& input = card.input;
  if (logits.shape.size() != 4 || logits.shape[0] != 1 || logits.shape[2] != input.height ||
      logits.shape[3] != input.width) {
    return Error{card.id + ": the network's output is not a map of the input's size"};
  }
  const std::size_t channels = static_cast<std::size_t>(logits.shape[1]);
  const std::size_t pixels = static_cast<std::size_t>(input.width) * static_cast<std::size_t>(input.height);
  for (const zoo::Label& label : card.labels) {
    for (const int channel : label.channels) {
      if (static_cast<std::size_t>(channel) >= channels) {
        return Error{card.id + ": the label \"" + label.name + "\" reads channel " + std::to_string(channel) +
                     ", but the network gives " + std::to_string(channels)};
      }
    }
  }
  const float inverse_temperature = static_cast<float>(1 / card.output.temperature);
  const float bias = static_cast<float>(card.output.bias);
  std::vector<std::vector<float>> result;
  if (card.output.activation == zoo::OutputRule::Activation::kSoftmax) {
    std::vector<float> largest(pixels, -1e30F), sum(pixels, 0.0F);
    for (std::size_t i = 0; i < channels * pixels; ++i) {
      largest[i % pixels] = std::max(largest[i % pixels], logits.values[i] * inverse_temperature);
    }
    std::vector<float> share(channels * pixels);
    for (std::size_t i = 0; i < channels * pixels; ++i) {
      share[i] = std::exp(logits.values[i] * inverse_temperature - largest[i % pixels]);
      sum[i % pixels] += share[i];
    }
    for (const zoo::Label& label : card.labels) {
      std::vector<float> map(pixels, 0.0F);
      for (const int channel : label.channels) {
        const float* from = share.data() + static_cast<std::size_t>(channel) * pixels;
        for (std::size_t i = 0; i < pixels; ++i) map[i] += from[i] / sum[i];
      }
      result.push_back(std::move(map));
    }
    return result;
  }
  for (const zoo::Label& label : card.labels) {
    std::vector<float> map(pixels, -1e30F);
    for (const int channel : label.channels) {
      const float* from = logits.values.data() + static_cast<std::size_t>(channel) * pixels;
      for (std::size_t i = 0; i < pixels; ++i) map[i] = std::max(map[i], from[i]);
    }
    if (card.output.activation == zoo::OutputRule::Activation::kSigmoid) {
      for (float& value : map) value = sigmoid(value * inverse_temperature + bias);
    } else {
      for (float& value : map) value = std::clamp(value, 0.0F, 1.0F);
    }
    result.push_back(std::move(map));
  }
  return result;
}

ScoreMap blend(const std::vector<PixelMap>& placements, const std::vector<std::vector<std::vector<float>>>& tiles,
               int width, int height) {
  ScoreMap map;
  map.image_from_grid = placements.front();
  map.width = width;
  map.height = height;
  if (placements.size() == 1) {
    map.probability = tiles.front();
    return map;
  }
  struct Offset {
    int x, y;
  };
  std::vector<Offset> offsets;
  for (const PixelMap& placement : placements) {
    const Offset offset{static_cast<int>(std::lround((placement.c - map.image_from_grid.c) / map.image_from_grid.a)),
                        static_cast<int>(std::lround((placement.f - map.image_from_grid.f) / map.image_from_grid.e))};
    map.width = std::max(map.width, offset.x + width);
    map.height = std::max(map.height, offset.y + height);
    offsets.push_back(offset);
  }
  const auto ramp = [](int at, int length) {
    return static_cast<float>(std::min(at + 1, length - at)) / static_cast<float>(length);
  };
  const std::size_t grid = static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height);
  const std::size_t labels = tiles.front().size();
  map.probability.assign(labels, std::vector<float>(grid, 0.0F));
  std::vector<float> weights(grid, 0.0F);
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    for (int y = 0; y < height; ++y) {
      const std::size_t to = static_cast<std::size_t>(offsets[t].y + y) * map.width + offsets[t].x;
      const std::size_t from = static_cast<std::size_t>(y) * width;
      const float row = ramp(y, height);
      for (int x = 0; x < width; ++x) {
        const float weight = row * ramp(x, width);
        weights[to + x] += weight;
        for (std::size_t l = 0; l < labels; ++l) map.probability[l][to + x] += weight * tiles[t][l][from + x];
      }
    }
  }
  for (std::vector<float>& values : map.probability) {
    for (std::size_t i = 0; i < grid; ++i) values[i] = weights[i] > 0 ? values[i] / weights[i] : 0.0F;
  }
  return map;
}

LogitsInImage::LogitsInImage(const ScoreMap& map, std::size_t label, int width)
    : grid_width_(map.width),
      grid_height_(map.height),
      grid_from_image_(inverse(map.image_from_grid)),
      grid_(map.probability[label].size()),
      columns_(static_cast<std::size_t>(width)),
      between_(static_cast<std::size_t>(map.width)) {
  std::transform(map.probability[label].begin(), map.probability[label].end(), grid_.begin(), logit);
  for (int x = 0; x < width; ++x) {
    const double u = grid_from_image_.a * x + grid_from_image_.c;
    const double clamped = std::clamp(u, 0.0, static_cast<double>(grid_width_ - 1));
    Column& column = columns_[static_cast<std::size_t>(x)];
    column.left = std::min(static_cast<int>(clamped), std::max(0, grid_width_ - 2));
    column.part = static_cast<float>(clamped - column.left);
    // Half a grid pixel beyond the last centre still belongs to the grid.
    column.outside = u < -0.5 - 1e-6 || u > grid_width_ - 0.5 + 1e-6;
  }
}

void LogitsInImage::row(int y, float* to) {
  const double v = grid_from_image_.e * y + grid_from_image_.f;
  if (v < -0.5 - 1e-6 || v > grid_height_ - 0.5 + 1e-6) {
    std::fill(to, to + columns_.size(), -kLargestLogit);
    return;
  }
  const double clamped = std::clamp(v, 0.0, static_cast<double>(grid_height_ - 1));
  const int top = std::min(static_cast<int>(clamped), std::max(0, grid_height_ - 2));
  const float part = static_cast<float>(clamped - top);
  const float* above = grid_.data() + static_cast<std::size_t>(top) * grid_width_;
  const float* below = grid_height_ > 1 ? above + grid_width_ : above;
  for (int x = 0; x < grid_width_; ++x) between_[static_cast<std::size_t>(x)] = above[x] + part * (below[x] - above[x]);
  const int next = grid_width_ > 1 ? 1 : 0;
  for (const Column& column : columns_) {
    const float left = between_[static_cast<std::size_t>(column.left)];
    const float value = left + column.part * (between_[static_cast<std::size_t>(column.left + next)] - left);
    *to++ = column.outside ? -kLargestLogit : value;
  }
}

}  // namespace galen::runtime
