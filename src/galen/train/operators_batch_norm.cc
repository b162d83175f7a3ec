#include "galen/train/operators_batch_norm.h"

#include <ATen/Parallel.h>

#include <bit>
#include <cmath>
#include <vector>

// Each loop below is compiled for several processors and chosen when the program starts. Sanitizers start later than that.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GALEN_CLONES __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define GALEN_CLONES
#endif

namespace galen::train {
namespace {

using torch::Tensor;

// Rows that one piece of work covers; fixed, so that sums do not depend on the number of threads.
constexpr std::int64_t kRowsOfChunk = 2048;
// Sums are kept in float for this many groups of rows, then moved to double.
constexpr std::int64_t kGroupsOfSum = 64;

inline float load(float value) { return value; }
inline float load(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
inline void store(float& target, float value) { target = value; }
inline void store(std::uint16_t& target, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  target = static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);  // To the nearest, ties to even
}

// exp(x) to about 1e-7 relative (Cephes' polynomial), in a form that compilers vectorise.
inline float exponential(float x) {
  x = std::min(std::max(x, -87.0F), 88.0F);
  const float scaled = x * 1.44269504088896341F;
  const float whole = static_cast<float>(static_cast<std::int32_t>(scaled + (scaled < 0 ? -0.5F : 0.5F)));
  const float r = x - whole * 0.693359375F + whole * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const float mantissa = p * r * r + r + 1;
  return mantissa * std::bit_cast<float>((static_cast<std::int32_t>(whole) + 127) << 23);
}

template <FusedActivation kind>
inline float activated(float z, float low, float high) {
  if constexpr (kind == FusedActivation::kClip) return std::min(std::max(z, low), high);
  if constexpr (kind == FusedActivation::kSilu) return z / (1 + exponential(-z));
  return z;
}

// Gradient of the activation times `grad`.
template <FusedActivation kind>
inline float through(float grad, float z, float low, float high) {
  if constexpr (kind == FusedActivation::kClip) return z > low && z < high ? grad : 0;
  if constexpr (kind == FusedActivation::kSilu) {
    const float gate = 1 / (1 + exponential(-z));
    return grad * gate * (1 + z * (1 - gate));
  }
  return grad;
}

// The tensor as rows of `width` contiguous elements: as many pixels side by side as make the inner loops long. Channel
// values are repeated accordingly.
struct Layout {
  std::int64_t pixels = 0, channels = 0, repeat = 1, width = 0, rows = 0;
  std::int64_t chunks() const { return (rows + rows_of_chunk() - 1) / rows_of_chunk(); }
  std::int64_t rows_of_chunk() const { return std::max<std::int64_t>(1, kRowsOfChunk / repeat); }
};

Layout layout_of(const Tensor& input) {
  Layout layout;
  layout.channels = input.size(1);
  layout.pixels = input.numel() / layout.channels;
  while (layout.channels * layout.repeat < 128 && layout.pixels % (layout.repeat * 2) == 0) layout.repeat *= 2;
  layout.width = layout.channels * layout.repeat;
  layout.rows = layout.pixels / layout.repeat;
  return layout;
}

std::vector<float> repeated(const float* values, const Layout& layout) {
  std::vector<float> wide(static_cast<std::size_t>(layout.width));
  for (std::int64_t i = 0; i < layout.width; ++i) wide[static_cast<std::size_t>(i)] = values[i % layout.channels];
  return wide;
}

template <typename T>
GALEN_CLONES void sum_rows(const T* x, std::int64_t rows, std::int64_t width, const float* shift, float* sum,
                           float* squares) {
  for (std::int64_t row = 0; row < rows; ++row, x += width) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float value = load(x[i]) - shift[i];
      sum[i] += value;
      squares[i] += value * value;
    }
  }
}

template <typename T, FusedActivation kind>
GALEN_CLONES void normalise_rows(const T* x, T* y, std::int64_t rows, std::int64_t width, const float* factor,
                                 const float* offset, float low, float high) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, y += width) {
    for (std::int64_t i = 0; i < width; ++i) store(y[i], activated<kind>(load(x[i]) * factor[i] + offset[i], low, high));
  }
}

template <typename T, FusedActivation kind>
GALEN_CLONES void sum_gradient_rows(const T* x, const T* dy, std::int64_t rows, std::int64_t width, const float* factor,
                                    const float* offset, const float* mean, float low, float high, float* sum,
                                    float* products) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, dy += width) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float value = load(x[i]);
      const float grad = through<kind>(load(dy[i]), value * factor[i] + offset[i], low, high);
      sum[i] += grad;
      products[i] += grad * (value - mean[i]);
    }
  }
}

// dx = factor * grad + slope * x + constant
template <typename T, FusedActivation kind>
GALEN_CLONES void gradient_rows(const T* x, const T* dy, T* dx, std::int64_t rows, std::int64_t width,
                                const float* factor, const float* offset, const float* slope, const float* constant,
                                float low, float high) {
  for (std::int64_t row = 0; row < rows; ++row, x += width, dy += width, dx += width) {
    for (std::int64_t i = 0; i < width; ++i) {
      const float value = load(x[i]);
      const float grad = through<kind>(load(dy[i]), value * factor[i] + offset[i], low, high);
      store(dx[i], factor[i] * grad + slope[i] * value + constant[i]);
    }
  }
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
    std::vector<float> sums(2 * width);
    for (std::int64_t row = begin; row < end; row += kGroupsOfSum) {
      std::fill(sums.begin(), sums.end(), 0.0F);
      add(row, std::min(kGroupsOfSum, end - row), sums.data(), sums.data() + width);
      for (std::size_t i = 0; i < width; ++i) {
        total[i % channels] += static_cast<double>(sums[i]);
        total[channels + i % channels] += static_cast<double>(sums[width + i]);
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

// Calls function<T, kind>() for the tensor's element type (bfloat16 as its bits) and the activation.
template <typename Function>
void dispatch(const Tensor& tensor, FusedActivation activation, Function function) {
  const auto with_type = [&](auto* element) {
    switch (activation) {
      case FusedActivation::kNone:
        return function(element, std::integral_constant<FusedActivation, FusedActivation::kNone>());
      case FusedActivation::kClip:
        return function(element, std::integral_constant<FusedActivation, FusedActivation::kClip>());
      case FusedActivation::kSilu:
        return function(element, std::integral_constant<FusedActivation, FusedActivation::kSilu>());
    }
  };
  if (tensor.scalar_type() == torch::kFloat) return with_type(static_cast<float*>(nullptr));
  return with_type(static_cast<std::uint16_t*>(nullptr));
}

template <typename T>
T* data_of(const Tensor& tensor) {
  return static_cast<T*>(tensor.data_ptr());
}

void run_normalise(const Tensor& input, const Tensor& output, const Layout& layout, const float* factor,
                   const float* offset, const NormActivation& options) {
  const std::vector<float> factors = repeated(factor, layout), offsets = repeated(offset, layout);
  dispatch(input, options.activation, [&](auto* element, auto kind) {
    using T = std::remove_pointer_t<decltype(element)>;
    const T* x = data_of<T>(input);
    T* y = data_of<T>(output);
    for_chunks(layout, [&](std::int64_t, std::int64_t begin, std::int64_t end) {
      normalise_rows<T, decltype(kind)::value>(x + begin * layout.width, y + begin * layout.width, end - begin,
                                               layout.width, factors.data(), offsets.data(), options.low, options.high);
    });
  });
}

Tensor dense(const Tensor& values) { return values.detach().to(torch::kFloat).contiguous(); }

class NormFunction : public torch::autograd::Function<NormFunction> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& scale,
                        const Tensor& bias, const Tensor& running_mean, const Tensor& running_var,
                        const NormActivation& options) {
    const Layout layout = layout_of(input);
    const auto channels = static_cast<std::size_t>(layout.channels);
    std::vector<float> first(channels);
    std::pair<std::vector<double>, std::vector<double>> sums;
    dispatch(input, FusedActivation::kNone, [&](auto* element, auto) {
      using T = std::remove_pointer_t<decltype(element)>;
      const T* x = data_of<T>(input);
      // Sums of differences from the first pixel do not cancel when the mean is far from zero.
      for (std::size_t i = 0; i < channels; ++i) first[i] = load(x[i]);
      const std::vector<float> shift = repeated(first.data(), layout);
      sums = channel_sums(layout, [&](std::int64_t row, std::int64_t rows, float* sum, float* squares) {
        sum_rows<T>(x + row * layout.width, rows, layout.width, shift.data(), sum, squares);
      });
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
    const Layout layout = layout_of(input);
    const auto channels = static_cast<std::size_t>(layout.channels);
    // The gradient in the input's own layout and type.
    const Tensor grad = gradients[0].scalar_type() == input.scalar_type() && gradients[0].strides() == input.strides()
                            ? gradients[0]
                            : torch::empty_like(input).copy_(gradients[0]);
    const auto activation = static_cast<FusedActivation>(context->saved_data["activation"].toInt());
    const auto low = static_cast<float>(context->saved_data["low"].toDouble());
    const auto high = static_cast<float>(context->saved_data["high"].toDouble());
    const auto* mean = saved[1].data_ptr<float>();
    const float *inverse = mean + channels, *factor = inverse + channels, *offset = factor + channels;
    const std::vector<float> means = repeated(mean, layout), factors = repeated(factor, layout),
                             offsets = repeated(offset, layout);
    const Tensor input_gradient = torch::empty_like(input);
    const Tensor scale_gradient = torch::empty({layout.channels}), bias_gradient = torch::empty({layout.channels});
    dispatch(input, activation, [&](auto* element, auto kind) {
      using T = std::remove_pointer_t<decltype(element)>;
      constexpr FusedActivation kKind = decltype(kind)::value;
      const T *x = data_of<T>(input), *dy = data_of<T>(grad);
      T* dx = data_of<T>(input_gradient);
      const auto [sum, products] =
          channel_sums(layout, [&](std::int64_t row, std::int64_t rows, float* first, float* second) {
            sum_gradient_rows<T, kKind>(x + row * layout.width, dy + row * layout.width, rows, layout.width,
                                        factors.data(), offsets.data(), means.data(), low, high, first, second);
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
        const std::int64_t at = begin * layout.width;
        gradient_rows<T, kKind>(x + at, dy + at, dx + at, end - begin, layout.width, factors.data(), offsets.data(),
                                slopes.data(), constants.data(), low, high);
      });
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
