// Sampling through affine maps. Shrinking averages: the coarsest level that is still finer than the output is sampled
// bilinearly at n x m points of each output pixel.
#include <algorithm>
#include <array>
#include <cmath>

#include "galen/runtime/preprocess.h"

namespace galen::runtime {
namespace {

constexpr int kMostPoints = 16;  // Along one side of an output pixel

struct Level {
  int width = 0;
  int height = 0;
  int halvings = 0;
  const float* planes = nullptr;
};

struct Plan {
  Level level;
  PixelMap level_from_output;
  int points_x = 1;
  int points_y = 1;
  int channels = 1;     // Of the level
  bool padded = false;  // Outside has `padding`, else the border repeats
  std::array<float, 3> padding = {0, 0, 0};
};

int points_for(double shrink) { return std::clamp(static_cast<int>(std::ceil(shrink - 1e-6)), 1, kMostPoints); }

Plan make_plan(const PreparedImage& prepared, const PixelMap& map, const zoo::InputRule& rule) {
  const double shrink_x = std::hypot(map.a, map.d);
  const double shrink_y = std::hypot(map.b, map.e);
  const double least = std::min(shrink_x, shrink_y);
  Plan plan;
  int halvings = least >= 2 ? static_cast<int>(std::floor(std::log2(least))) : 0;
  halvings = std::min(halvings, static_cast<int>(prepared.reduced.size()));
  // Finer levels may have been discarded.
  if (halvings == 0 && prepared.planes.empty()) halvings = 1;
  while (halvings > 0 && halvings < static_cast<int>(prepared.reduced.size()) &&
         prepared.reduced[static_cast<std::size_t>(halvings - 1)].planes.empty()) {
    ++halvings;
  }
  if (halvings == 0) {
    plan.level = {prepared.width, prepared.height, 0, prepared.planes.data()};
  } else {
    const ReducedLevel& reduced = prepared.reduced[static_cast<std::size_t>(halvings - 1)];
    plan.level = {reduced.width, reduced.height, halvings, reduced.planes.data()};
  }
  const double scale = std::exp2(-halvings);
  plan.level_from_output = compose({scale, 0, 0.5 * scale - 0.5, 0, scale, 0.5 * scale - 0.5}, map);
  plan.points_x = points_for(shrink_x * scale);
  plan.points_y = points_for(shrink_y * scale);
  plan.channels = prepared.channels;
  plan.padded = rule.fit == zoo::InputRule::Fit::kLetterbox;
  for (std::size_t c = 0; c < 3 && c < rule.mean.size(); ++c) plan.padding[c] = static_cast<float>(rule.mean[c]);
  return plan;
}

// Offset of point i of n within an output pixel, -0.5..0.5.
double point(int i, int n) { return (i + 0.5) / n - 0.5; }

// Contiguous source samples and weights of one output column (or row). `inside` < 1 where padding takes part.
struct Taps {
  int first = 0;
  float inside = 1;
  std::vector<float> weights;
};

std::vector<Taps> make_taps(int outputs, double scale, double offset, int points, int length, bool padded) {
  std::vector<Taps> all(static_cast<std::size_t>(outputs));
  for (int o = 0; o < outputs; ++o) {
    Taps& taps = all[static_cast<std::size_t>(o)];
    std::vector<std::pair<int, float>> found;
    int inside = 0;
    for (int i = 0; i < points; ++i) {
      const double u = scale * (o + point(i, points)) + offset;
      if (padded && (u < -0.5 || u > length - 0.5)) continue;
      ++inside;
      const double clamped = std::clamp(u, 0.0, static_cast<double>(length - 1));
      const int left = std::min(static_cast<int>(clamped), std::max(0, length - 2));
      const float part = static_cast<float>(clamped - left);
      found.emplace_back(left, (1 - part) / static_cast<float>(points));
      if (length > 1) found.emplace_back(left + 1, part / static_cast<float>(points));
    }
    taps.inside = static_cast<float>(inside) / static_cast<float>(points);
    if (found.empty()) continue;
    const auto [least, most] =
        std::minmax_element(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    taps.first = least->first;
    taps.weights.assign(static_cast<std::size_t>(most->first - least->first + 1), 0.0F);
    for (const auto& [at, weight] : found) taps.weights[static_cast<std::size_t>(at - taps.first)] += weight;
  }
  return all;
}

void sample_upright(const Plan& plan, int width, int height, float* out) {
  const PixelMap& map = plan.level_from_output;
  const std::vector<Taps> columns = make_taps(width, map.a, map.c, plan.points_x, plan.level.width, plan.padded);
  const std::vector<Taps> rows = make_taps(height, map.e, map.f, plan.points_y, plan.level.height, plan.padded);
  int top = plan.level.height, bottom = 0;
  for (const Taps& taps : rows) {
    if (taps.weights.empty()) continue;
    top = std::min(top, taps.first);
    bottom = std::max(bottom, taps.first + static_cast<int>(taps.weights.size()));
  }
  std::vector<float> narrowed(static_cast<std::size_t>(std::max(0, bottom - top)) * static_cast<std::size_t>(width));
  for (int c = 0; c < plan.channels; ++c) {
    const float* plane = plan.level.planes + static_cast<std::size_t>(c) * plan.level.width * plan.level.height;
    for (int y = top; y < bottom; ++y) {
      const float* in = plane + static_cast<std::size_t>(y) * plan.level.width;
      float* to = narrowed.data() + static_cast<std::size_t>(y - top) * width;
      for (const Taps& taps : columns) {
        float sum = 0;
        const float* from = in + taps.first;
        for (const float weight : taps.weights) sum += weight * *from++;
        *to++ = sum;
      }
    }
    for (int y = 0; y < height; ++y) {
      const Taps& taps = rows[static_cast<std::size_t>(y)];
      float* to = out + (static_cast<std::size_t>(c) * height + y) * width;
      std::fill(to, to + width, 0.0F);
      for (std::size_t i = 0; i < taps.weights.size(); ++i) {
        const float weight = taps.weights[i];
        const float* from = narrowed.data() + (static_cast<std::size_t>(taps.first - top) + i) * width;
        for (int x = 0; x < width; ++x) to[x] += weight * from[x];
      }
      if (!plan.padded) continue;
      const float padding = plan.padding[static_cast<std::size_t>(c)];
      for (int x = 0; x < width; ++x)
        to[x] += padding * (1 - taps.inside * columns[static_cast<std::size_t>(x)].inside);
    }
  }
}

void sample_freely(const Plan& plan, int width, int height, const Displacement* displacement, float* out) {
  const PixelMap& map = plan.level_from_output;
  struct Step {
    double u, v;
  };
  std::vector<Step> steps;
  for (int j = 0; j < plan.points_y; ++j) {
    for (int i = 0; i < plan.points_x; ++i) {
      const double x = point(i, plan.points_x), y = point(j, plan.points_y);
      steps.push_back({map.a * x + map.b * y, map.d * x + map.e * y});
    }
  }
  const float share = 1.0F / static_cast<float>(steps.size());
  const double last_u = plan.level.width - 1, last_v = plan.level.height - 1;
  const std::size_t plane = static_cast<std::size_t>(plan.level.width) * plan.level.height;
  const std::size_t out_plane = static_cast<std::size_t>(width) * height;
  const int next = plan.level.width > 1 ? 1 : 0;
  const std::size_t below = plan.level.height > 1 ? static_cast<std::size_t>(plan.level.width) : 0;
  std::size_t at = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++at) {
      double ox = x, oy = y;
      if (displacement) {
        ox += static_cast<double>(displacement->x[at]);
        oy += static_cast<double>(displacement->y[at]);
      }
      const double u0 = map.a * ox + map.b * oy + map.c, v0 = map.d * ox + map.e * oy + map.f;
      std::array<float, 3> sum = {0, 0, 0};
      for (const Step& step : steps) {
        const double u = u0 + step.u, v = v0 + step.v;
        if (plan.padded && (u < -0.5 || v < -0.5 || u > last_u + 0.5 || v > last_v + 0.5)) {
          for (std::size_t c = 0; c < 3; ++c) sum[c] += plan.padding[c];
          continue;
        }
        const double cu = std::clamp(u, 0.0, last_u), cv = std::clamp(v, 0.0, last_v);
        const int left = std::min(static_cast<int>(cu), std::max(0, plan.level.width - 2));
        const int top = std::min(static_cast<int>(cv), std::max(0, plan.level.height - 2));
        const float pu = static_cast<float>(cu - left), pv = static_cast<float>(cv - top);
        const float* from = plan.level.planes + static_cast<std::size_t>(top) * plan.level.width + left;
        for (int c = 0; c < plan.channels; ++c, from += plane) {
          const float above = from[0] + pu * (from[next] - from[0]);
          const float under = from[below] + pu * (from[below + next] - from[below]);
          sum[static_cast<std::size_t>(c)] += above + pv * (under - above);
        }
      }
      for (int c = 0; c < plan.channels; ++c)
        out[static_cast<std::size_t>(c) * out_plane + at] = sum[static_cast<std::size_t>(c)] * share;
    }
  }
}

}  // namespace

TensorF sample_map(const PreparedImage& prepared, const PixelMap& image_from_output, const zoo::InputRule& rule,
                   int width, int height, const Displacement* displacement) {
  TensorF tensor;
  tensor.shape = {1, rule.channels, height, width};
  const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  tensor.values.resize(plane * static_cast<std::size_t>(rule.channels));
  Plan plan = make_plan(prepared, image_from_output, rule);
  const bool repeats = rule.channels > plan.channels;
  if (repeats && plan.padded) {
    // Padding may differ by channel: it is put in afterwards, through the share of padding of each pixel.
    plan.padding = {0, 0, 0};
  }
  const bool upright = !displacement && image_from_output.b == 0 && image_from_output.d == 0 &&
                       image_from_output.a > 0 && image_from_output.e > 0;
  const auto draw = [&](const Plan& how, float* out) {
    if (upright) {
      sample_upright(how, width, height, out);
    } else {
      sample_freely(how, width, height, displacement, out);
    }
  };
  draw(plan, tensor.values.data());
  if (!repeats) return tensor;

  for (int c = 1; c < rule.channels; ++c) {
    std::copy_n(tensor.values.begin(), plane, tensor.values.begin() + static_cast<std::ptrdiff_t>(plane) * c);
  }
  if (!plan.padded) return tensor;
  const std::vector<float> zeros(static_cast<std::size_t>(plan.level.width) * plan.level.height, 0.0F);
  Plan share = plan;
  share.level.planes = zeros.data();
  share.padding = {1, 1, 1};
  std::vector<float> padding_share(plane);
  draw(share, padding_share.data());
  for (std::size_t c = 0; c < static_cast<std::size_t>(rule.channels) && c < rule.mean.size(); ++c) {
    const float padding = static_cast<float>(rule.mean[c]);
    for (std::size_t i = 0; i < plane; ++i) tensor.values[c * plane + i] += padding * padding_share[i];
  }
  return tensor;
}

image::LabelMap sample_labels(const image::LabelMap& labels, const PixelMap& map, int width, int height,
                              const Displacement* displacement, std::uint8_t outside) {
  const int points_x = points_for(std::hypot(map.a, map.d));
  const int points_y = points_for(std::hypot(map.b, map.e));
  image::LabelMap out;
  out.width = width;
  out.height = height;
  out.labels.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), outside);
  std::array<int, 256> votes{};
  std::vector<std::uint8_t> seen;
  std::size_t at = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++at) {
      double ox = x, oy = y;
      if (displacement) {
        ox += static_cast<double>(displacement->x[at]);
        oy += static_cast<double>(displacement->y[at]);
      }
      seen.clear();
      for (int j = 0; j < points_y; ++j) {
        for (int i = 0; i < points_x; ++i) {
          const double px = ox + point(i, points_x), py = oy + point(j, points_y);
          const double u = std::floor(map.a * px + map.b * py + map.c + 0.5);
          const double v = std::floor(map.d * px + map.e * py + map.f + 0.5);
          const bool inside = u >= 0 && v >= 0 && u < labels.width && v < labels.height;
          const std::uint8_t label = inside ? labels.at(static_cast<int>(u), static_cast<int>(v)) : outside;
          if (votes[label]++ == 0) seen.push_back(label);
        }
      }
      std::uint8_t winner = seen.front();
      for (const std::uint8_t label : seen) {
        // Of equals the higher label, so that a structure of half a pixel does not vanish.
        if (votes[label] > votes[winner] || (votes[label] == votes[winner] && label > winner)) winner = label;
      }
      for (const std::uint8_t label : seen) votes[label] = 0;
      out.labels[at] = winner;
    }
  }
  return out;
}

}  // namespace galen::runtime
