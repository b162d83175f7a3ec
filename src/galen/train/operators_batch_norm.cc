#include "galen/train/operators_batch_norm.h"

#include <ATen/Parallel.h>

#include <bit>
#include <cmath>
#include <vector>

namespace galen::train {
namespace {

using torch::Tensor;

// Rows that one piece of work covers; fixed, so that sums do not depend on the number of threads.
constexpr std::int64_t kRowsOfChunk = 2048;
// Sums are kept in float for this many groups of rows, then moved to double.
constexpr std::int64_t kGroupsOfSum = 64;
constexpr std::int64_t kLanes = 8;

// The tensor as rows of `width` contiguous elements: as many pixels side by side as make the inner loops long. Channel
// values are repeated accordingly.
struct Layout {
  std::int64_t pixels = 0, channels = 0, repeat = 1, width = 0, rows = 0;
  std::int64_t chunks() const { return (rows + rows_of_chunk() - 1) / rows_of_chunk(); }
  std::int64_t rows_of_chunk() const { return std::max<std::int64_t>(1, kRowsOfChunk / repeat); }
};

Layout layout_of(const Tensor& input, bool repeat = true) {
  Layout layout;
  layout.channels = input.size(1);
  layout.pixels = input.numel() / layout.channels;
  while (repeat && layout.channels * layout.repeat < 128 && layout.pixels % (layout.repeat * 2) == 0)
    layout.repeat *= 2;
  layout.width = layout.channels * layout.repeat;
  layout.rows = layout.pixels / layout.repeat;
  return layout;
}

std::vector<float> repeated(const float* values, const Layout& layout) {
  std::vector<float> wide(static_cast<std::size_t>(layout.width + kLanes));
  for (std::int64_t i = 0; i < layout.width; ++i) wide[static_cast<std::size_t>(i)] = values[i % layout.channels];
  return wide;
}

template <typename Body>
void for_chunks(const Layout& layout, Body body) {
  at::parallel_for(0, layout.chunks(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t chunk = begin; chunk < end; ++chunk) {
      const std::int64_t first = chunk * layout.rows_of_chunk();
      body(chunk, first, std::min(layout.rows, first + layout.rows_of_chunk()));
    }
  });
}

// Two sums by channel over all rows; add(first row, rows, sum, second) adds some rows to float sums of `width`.
template <typename Add>
std::pair<std::vector<double>, std::vector<double>> channel_sums(const Layout& layout, Add add) {
  const auto channels = static_cast<std::size_t>(layout.channels), width = static_cast<std::size_t>(layout.width);
  std::vector<std::vector<double>> partial(static_cast<std::size_t>(layout.chunks()));
  for_chunks(layout, [&](std::int64_t chunk, std::int64_t begin, std::int64_t end) {
    std::vector<double> total(2 * channels, 0);
    const std::size_t padded = width + kLanes;
    std::vector<float> sums(2 * padded);
    for (std::int64_t row = begin; row < end; row += kGroupsOfSum) {
      std::fill(sums.begin(), sums.end(), 0.0F);
      add(row, std::min(kGroupsOfSum, end - row), sums.data(), sums.data() + padded);
      for (std::size_t i = 0; i < width; ++i) {
        total[i % channels] += static_cast<double>(sums[i]);
        total[channels + i % channels] += static_cast<double>(sums[padded + i]);
      }
    }
    partial[static_cast<std::size_t>(chunk)] = std::move(total);
  });
  std::vector<double> first(channels, 0), second(channels, 0);
  for (const auto& total : partial) {
    for (std::size_t i = 0; i < channels; ++i) {
      first[i] += total[i];
      second[i] += total[channels + i];
    }
  }
  return {first, second};
}

Element element_of(const Tensor& tensor) {
  return tensor.scalar_type() == torch::kFloat ? Element::kFloat32 : Element::kBfloat16;
}

// Address of a row of `width` values.
const char* row_of(const Tensor& tensor, std::int64_t row, std::int64_t width) {
  return static_cast<const char*>(tensor.const_data_ptr()) + row * width * bytes_of(element_of(tensor));
}
char* writable_row_of(const Tensor& tensor, std::int64_t row, std::int64_t width) {
  return static_cast<char*>(tensor.data_ptr()) + row * width * bytes_of(element_of(tensor));
}

RowActivation activation_of(const NormActivation& options) { return {options.activation, options.low, options.high}; }

// The first pixel's values.
std::vector<float> first_pixel(const Tensor& input, std::int64_t channels) {
  std::vector<float> values(static_cast<std::size_t>(channels));
  for (std::int64_t i = 0; i < channels; ++i) {
    auto& value = values[static_cast<std::size_t>(i)];
    if (element_of(input) == Element::kFloat32) {
      value = static_cast<const float*>(input.const_data_ptr())[i];
    } else {
      value = std::bit_cast<float>(
          static_cast<std::uint32_t>(static_cast<const std::uint16_t*>(input.const_data_ptr())[i]) << 16);
    }
  }
  return values;
}

void run_normalise(const Tensor& input, const Tensor& output, const Layout& layout, const float* factor,
                   const float* offset, const NormActivation& options) {
  const std::vector<float> factors = repeated(factor, layout), offsets = repeated(offset, layout);
  for_chunks(layout, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
    normalise_rows(element_of(input), activation_of(options), row_of(input, begin, layout.width),
                   writable_row_of(output, begin, layout.width), end - begin, layout.width, factors.data(),
                   offsets.data());
  });
}

// The distance between pixels where channels are innermost and pixels evenly spaced; else 0.
std::int64_t pixel_pitch(const Tensor& tensor) {
  if (tensor.size(1) > 1 && tensor.stride(1) != 1) return 0;
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = tensor.dim() - 1; axis >= 2; --axis) axes.push_back(axis);
  axes.push_back(0);
  std::int64_t pitch = 0, expected = 0;
  for (const std::int64_t axis : axes) {
    if (tensor.size(axis) == 1) continue;
    if (pitch == 0) pitch = expected = tensor.stride(axis);
    if (tensor.stride(axis) != expected) return 0;
    expected *= tensor.size(axis);
  }
  return pitch >= tensor.size(1) ? pitch : 0;
}

Tensor dense(const Tensor& values) { return values.detach().to(torch::kFloat).contiguous(); }

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& scale,
                        const Tensor& bias, const Tensor& running_mean, const Tensor& running_var,
                        const NormActivation& options) {
    const Layout layout = layout_of(input);
    const auto channels = static_cast<std::size_t>(layout.channels);
    // Sums of differences from the first pixel do not cancel when the mean is far from zero.
    const std::vector<float> first = first_pixel(input, layout.channels), shift = repeated(first.data(), layout);
    const auto sums = channel_sums(layout, [&](std::int64_t row, std::int64_t rows, float* sum, float* squares) {
      sum_rows(element_of(input), row_of(input, row, layout.width), rows, layout.width, shift.data(), sum, squares);
    });
    const Tensor statistics = torch::empty({4, layout.channels});  // mean, 1 / deviation, factor, offset
    auto* mean = statistics.data_ptr<float>();
    float *inverse = mean + channels, *factor = inverse + channels, *offset = factor + channels;
    const Tensor gain = dense(scale), lift = dense(bias);
    auto *running_m = running_mean.data_ptr<float>(), *running_v = running_var.data_ptr<float>();
    const auto count = static_cast<double>(layout.pixels);
    for (std::size_t i = 0; i < channels; ++i) {
      const double difference = sums.first[i] / count;
      const double variance = std::max(0.0, sums.second[i] / count - difference * difference);
      mean[i] = static_cast<float>(difference + first[i]);
      inverse[i] = static_cast<float>(1 / std::sqrt(variance + options.epsilon));
      factor[i] = gain.data_ptr<float>()[i] * inverse[i];
      offset[i] = lift.data_ptr<float>()[i] - mean[i] * factor[i];
      running_m[i] = static_cast<float>(running_m[i] * options.momentum + mean[i] * (1 - options.momentum));
      running_v[i] = static_cast<float>(running_v[i] * options.momentum + variance * (1 - options.momentum));
    }
    Tensor output = torch::empty_like(input);
    run_normalise(input, output, layout, factor, offset, options);
    context->save_for_backward({input, statistics});
    context->saved_data["activation"] = static_cast<std::int64_t>(options.activation);
    context->saved_data["low"] = static_cast<double>(options.low);
    context->saved_data["high"] = static_cast<double>(options.high);
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor& input = saved[0];
    // A gradient that is part of a wider one (behind Concat) is read where it is, any other strange one is copied.
    std::int64_t pitch = gradients[0].scalar_type() == input.scalar_type() ? pixel_pitch(gradients[0]) : 0;
    const Tensor grad = pitch > 0 ? gradients[0] : torch::empty_like(input).copy_(gradients[0]);
    const Layout layout = layout_of(input, pitch == 0 || pitch == input.size(1));
    if (pitch == 0 || pitch == layout.channels) pitch = layout.width;
    const auto channels = static_cast<std::size_t>(layout.channels);
    const RowActivation activation{static_cast<FusedActivation>(context->saved_data["activation"].toInt()),
                                   static_cast<float>(context->saved_data["low"].toDouble()),
                                   static_cast<float>(context->saved_data["high"].toDouble())};
    const auto* mean = saved[1].data_ptr<float>();
    const float *inverse = mean + channels, *factor = inverse + channels, *offset = factor + channels;
    const std::vector<float> means = repeated(mean, layout), factors = repeated(factor, layout),
                             offsets = repeated(offset, layout);
    const Tensor input_gradient = torch::empty_like(input);
    const Tensor scale_gradient = torch::empty({layout.channels}), bias_gradient = torch::empty({layout.channels});
    const auto [sum, products] =
        channel_sums(layout, [&](std::int64_t row, std::int64_t rows, float* first, float* second) {
          sum_gradient_rows(element_of(input), activation, row_of(input, row, layout.width), row_of(grad, row, pitch),
                            rows, layout.width, pitch, factors.data(), offsets.data(), means.data(), first, second);
        });
    const auto count = static_cast<double>(layout.pixels);
    std::vector<float> slope(channels), constant(channels);
    for (std::size_t i = 0; i < channels; ++i) {
      const double deviation = inverse[i];
      const double along = -factor[i] * deviation * deviation * products[i] / count;
      slope[i] = static_cast<float>(along);
      constant[i] = static_cast<float>(-factor[i] * sum[i] / count - along * mean[i]);
      scale_gradient.data_ptr<float>()[i] = static_cast<float>(products[i] * deviation);
      bias_gradient.data_ptr<float>()[i] = static_cast<float>(sum[i]);
    }
    const std::vector<float> slopes = repeated(slope.data(), layout), constants = repeated(constant.data(), layout);
    for_chunks(layout, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      gradient_rows(element_of(input), activation, row_of(input, begin, layout.width), row_of(grad, begin, pitch),
                    writable_row_of(input_gradient, begin, layout.width), end - begin, layout.width, pitch,
                    factors.data(), offsets.data(), slopes.data(), constants.data());
    });
    return {input_gradient, scale_gradient, bias_gradient, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

bool fused_norm_takes(const Tensor& input) {
  if (input.scalar_type() != torch::kFloat && input.scalar_type() != torch::kBFloat16) return false;
  if (input.numel() == 0) return false;
  if (input.dim() == 2) return input.is_contiguous();
  if (input.dim() == 4) return input.is_contiguous(torch::MemoryFormat::ChannelsLast);
  return input.dim() == 5 && input.is_contiguous(torch::MemoryFormat::ChannelsLast3d);
}

Tensor batch_norm_training(const Tensor& input, const Tensor& scale, const Tensor& bias, const Tensor& running_mean,
                           const Tensor& running_var, const NormActivation& options) {
  return NormFunction::apply(input, scale, bias, running_mean, running_var, options);
}

Tensor scale_shift(const Tensor& input, const Tensor& factor, const Tensor& offset, const NormActivation& options,
                   bool in_place) {
  const Tensor output = in_place ? input : torch::empty_like(input);
  run_normalise(input, output, layout_of(input), dense(factor).data_ptr<float>(), dense(offset).data_ptr<float>(),
                options);
  return output;
}

}  // namespace galen::train
