#include "galen/runtime/preprocess.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "galen/image/shown_range.h"

namespace galen::runtime {
namespace {

struct Scale {
  float offset = 0;
  float factor = 1;
  bool clip = true;
};

// Percentiles and moments are taken from at most about this many samples.
constexpr std::size_t kStatisticsSamples = std::size_t{1} << 19;

std::vector<float> some_samples(const std::vector<float>& samples) {
  const std::size_t step = std::max<std::size_t>(1, samples.size() / kStatisticsSamples);
  std::vector<float> some;
  some.reserve(samples.size() / step + 1);
  // An odd step visits all channels and columns.
  for (std::size_t i = 0; i < samples.size(); i += step | 1) some.push_back(samples[i]);
  return some;
}

float quantile(std::vector<float>& values, double percent) {
  const double share = std::clamp(percent / 100.0, 0.0, 1.0);
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(std::llround(share * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

Scale from_to(double low, double high) {
  return {static_cast<float>(-low / (high - low)), static_cast<float>(1.0 / (high - low)), true};
}

Result<Scale> intensity_scale(const image::Image& image, const zoo::InputRule& rule) {
  using Intensity = zoo::InputRule::Intensity;
  switch (rule.intensity) {
    case Intensity::kRange: {
      const auto [low, high] = image::shown_range(image);
      return from_to(low + rule.low * (high - low), low + rule.high * (high - low));
    }
    case Intensity::kPercentile: {
      std::vector<float> some = some_samples(image.samples);
      const double low = quantile(some, rule.low);
      const double high = quantile(some, rule.high);
      if (high <= low) return Error{"the image has no contrast; there is nothing to see in it"};
      return from_to(low, high);
    }
    case Intensity::kWindow:
      return from_to(rule.low, rule.high);
    case Intensity::kZScore: {
      const std::vector<float> some = some_samples(image.samples);
      double sum = 0, squares = 0;
      for (const float value : some) sum += static_cast<double>(value);
      const double mean = sum / static_cast<double>(some.size());
      for (const float value : some)
        squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
      const double deviation = std::sqrt(squares / static_cast<double>(some.size()));
      if (!(deviation > 1e-12)) return Error{"the image has no contrast; there is nothing to see in it"};
      return Scale{static_cast<float>(-mean / deviation), static_cast<float>(1 / deviation), false};
    }
  }
  return Error{"unknown intensity rule"};
}

void scale_into(const float* in, int in_stride, std::size_t count, const Scale& scale, float* out) {
  const float low = scale.clip ? 0.0F : -1e30F;
  const float high = scale.clip ? 1.0F : 1e30F;
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = std::min(high, std::max(low, in[i * static_cast<std::size_t>(in_stride)] * scale.factor + scale.offset));
  }
}

ReducedLevel halve(const float* planes, int width, int height, int channels) {
  ReducedLevel half;
  half.width = (width + 1) / 2;
  half.height = (height + 1) / 2;
  half.planes.resize(static_cast<std::size_t>(half.width) * half.height * channels);
  float* out = half.planes.data();
  for (int c = 0; c < channels; ++c) {
    const float* plane = planes + static_cast<std::size_t>(c) * width * height;
    for (int y = 0; y < half.height; ++y) {
      const float* first = plane + static_cast<std::size_t>(2 * y) * width;
      const float* second = 2 * y + 1 < height ? first + width : first;
      const int pairs = width / 2;
      for (int x = 0; x < pairs; ++x) {
        out[x] = 0.25F * (first[2 * x] + first[2 * x + 1] + second[2 * x] + second[2 * x + 1]);
      }
      if (pairs < half.width) out[pairs] = 0.5F * (first[2 * pairs] + second[2 * pairs]);
      out += half.width;
    }
  }
  return half;
}

void reduce(PreparedImage& prepared) {
  prepared.reduced.clear();
  const float* finest = prepared.planes.data();
  for (int w = prepared.width, h = prepared.height; std::max(w, h) >= 128 && std::min(w, h) >= 2;) {
    prepared.reduced.push_back(halve(finest, w, h, prepared.channels));
    finest = prepared.reduced.back().planes.data();
    w = prepared.reduced.back().width;
    h = prepared.reduced.back().height;
  }
}

struct Box {
  double x = 0, y = 0, width = 0, height = 0;  // Edges, in pixels; pixel centres lie at whole numbers + 0.5 of them
};

Box box_of(const PreparedImage& prepared) {
  Box whole{0, 0, static_cast<double>(prepared.width), static_cast<double>(prepared.height)};
  if (prepared.field_of_view.labels.empty()) return whole;
  int left = prepared.width, top = prepared.height, right = -1, bottom = -1;
  for (int y = 0; y < prepared.height; ++y) {
    const std::uint8_t* row = prepared.field_of_view.labels.data() + prepared.field_of_view.offset(0, y);
    const auto first = std::find(row, row + prepared.width, std::uint8_t{1});
    if (first == row + prepared.width) continue;
    int last = prepared.width - 1;
    while (row[last] != 1) --last;
    left = std::min(left, static_cast<int>(first - row));
    right = std::max(right, last);
    top = std::min(top, y);
    bottom = y;
  }
  if (right < left) return whole;
  return {static_cast<double>(left), static_cast<double>(top), static_cast<double>(right - left + 1),
          static_cast<double>(bottom - top + 1)};
}

// Places `input` pixels of `scale` image pixels each so that their edges start at `edge`.
double centre_of_first(double edge, double scale) { return edge + 0.5 * scale - 0.5; }

// Starts (in whole input pixels from the box's edge, so that tiles share one grid) of tiles that cover `length` evenly.
std::vector<double> tile_starts(double length, int side, double overlap) {
  length = std::ceil(length - 1e-6);
  if (length <= side) return {std::floor((length - side) / 2)};
  const double step = std::max(1.0, side * (1.0 - std::clamp(overlap, 0.0, 0.9)));
  const int count = static_cast<int>(std::ceil((length - side) / step - 1e-9)) + 1;
  std::vector<double> starts;
  for (int i = 0; i < count; ++i) starts.push_back(std::round((length - side) * i / std::max(1, count - 1)));
  return starts;
}

}  // namespace

PixelMap inverse(const PixelMap& map) {
  const double determinant = map.a * map.e - map.b * map.d;
  PixelMap back{map.e / determinant, -map.b / determinant, 0, -map.d / determinant, map.a / determinant, 0};
  back.c = -(back.a * map.c + back.b * map.f);
  back.f = -(back.d * map.c + back.e * map.f);
  return back;
}

PixelMap compose(const PixelMap& second, const PixelMap& first) {
  return {second.a * first.a + second.b * first.d,
          second.a * first.b + second.b * first.e,
          second.a * first.c + second.b * first.f + second.c,
          second.d * first.a + second.e * first.d,
          second.d * first.b + second.e * first.e,
          second.d * first.c + second.e * first.f + second.f};
}

Result<PreparedImage> prepare(const image::Image& image, const zoo::InputRule& rule) {
  if (image.empty()) return Error{"the image holds no pixels"};
  if (image.is_volume()) return Error{"this is a volume; the task needs a 2-D image (one slice)"};
  if (image.channels != 1 && image.channels != 3) {
    return Error{"the image has " + std::to_string(image.channels) + " channels; grey (1) or RGB (3) is needed"};
  }
  Result<Scale> scale = intensity_scale(image, rule);
  if (!scale) return scale.error();

  PreparedImage prepared;
  prepared.width = image.width;
  prepared.height = image.height;
  prepared.channels = rule.channels == 1 ? 1 : image.channels;
  const std::size_t pixels = image.voxels();
  prepared.planes.resize(pixels * static_cast<std::size_t>(prepared.channels));
  if (image.channels == 3 && prepared.channels == 1) {
    std::vector<float> grey(pixels);
    for (std::size_t i = 0; i < pixels; ++i) {  // Luma of ITU-R BT.601
      const float* rgb = &image.samples[3 * i];
      grey[i] = 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2];
    }
    scale_into(grey.data(), 1, pixels, *scale, prepared.planes.data());
  } else {
    for (int c = 0; c < image.channels; ++c) {
      scale_into(image.samples.data() + c, image.channels, pixels, *scale,
                 prepared.planes.data() + static_cast<std::size_t>(c) * pixels);
    }
  }
  reduce(prepared);
  if (rule.crop == zoo::InputRule::Crop::kFieldOfView) prepared.field_of_view = field_of_view(image);
  return prepared;
}

void blank_outside(PreparedImage& prepared, const image::LabelMap& mask) {
  if (prepared.planes.empty()) return;
  const float dark = *std::min_element(prepared.planes.begin(), prepared.planes.end());
  const std::size_t pixels = mask.labels.size();
  for (std::size_t c = 0; c < static_cast<std::size_t>(prepared.channels); ++c) {
    for (std::size_t i = 0; i < pixels; ++i) {
      if (mask.labels[i] == 0) prepared.planes[c * pixels + i] = dark;
    }
  }
  reduce(prepared);
}

void discard_fine_levels(PreparedImage& prepared, double shrink) {
  if (prepared.reduced.empty() || shrink < 2) return;
  std::vector<float>().swap(prepared.planes);
  for (std::size_t i = 0; i + 1 < prepared.reduced.size() && shrink >= std::exp2(static_cast<double>(i + 2)); ++i) {
    std::vector<float>().swap(prepared.reduced[i].planes);
  }
}

std::vector<PixelMap> placements(const PreparedImage& prepared, const zoo::InputRule& rule) {
  const Box box = box_of(prepared);
  if (rule.fit == zoo::InputRule::Fit::kStretch) {
    const double sx = box.width / rule.width;
    const double sy = box.height / rule.height;
    return {{sx, 0, centre_of_first(box.x, sx), 0, sy, centre_of_first(box.y, sy)}};
  }
  if (rule.fit == zoo::InputRule::Fit::kLetterbox) {
    const double s = std::max(box.width / rule.width, box.height / rule.height);
    return {{s, 0, centre_of_first(box.x + (box.width - s * rule.width) / 2, s), 0, s,
             centre_of_first(box.y + (box.height - s * rule.height) / 2, s)}};
  }
  const double s = rule.tile_image_side > 0 ? std::max(box.width, box.height) / rule.tile_image_side : 1.0;
  std::vector<PixelMap> maps;
  for (const double y : tile_starts(box.height / s, rule.height, rule.tile_overlap)) {
    for (const double x : tile_starts(box.width / s, rule.width, rule.tile_overlap)) {
      maps.push_back({s, 0, centre_of_first(box.x + x * s, s), 0, s, centre_of_first(box.y + y * s, s)});
    }
  }
  return maps;
}

TensorF sample(const PreparedImage& prepared, const PixelMap& image_from_input, const zoo::InputRule& rule) {
  TensorF tensor = sample_map(prepared, image_from_input, rule, rule.width, rule.height);
  normalise(tensor, rule);
  return tensor;
}

void normalise(TensorF& tensor, const zoo::InputRule& rule) {
  const std::int64_t channels = tensor.shape.size() > 1 ? tensor.shape[1] : 0;
  const std::size_t planes = channels > 0 ? static_cast<std::size_t>(tensor.shape[0] * channels) : 0;
  const std::size_t plane = planes > 0 ? tensor.values.size() / planes : 0;
  for (std::size_t p = 0; p < planes; ++p) {
    const std::size_t c = p % static_cast<std::size_t>(channels);
    const float mean = c < rule.mean.size() ? static_cast<float>(rule.mean[c]) : 0.0F;
    const float factor = c < rule.deviation.size() ? static_cast<float>(1.0 / rule.deviation[c]) : 1.0F;
    float* values = tensor.values.data() + p * plane;
    for (std::size_t i = 0; i < plane; ++i) values[i] = (values[i] - mean) * factor;
  }
}

}  // namespace galen::runtime
