#include "galen/train/operators_weight_gradient.h"

#include <algorithm>

#include "galen/train/operators_vector.h"

namespace galen::train {
namespace {

constexpr std::int64_t kInputs = 6;    // Input channels of one register block
constexpr std::int64_t kOutputs = 16;  // Output channels of one register block
// Floats of the sums that one task works on: they stay in the second-level cache.
constexpr std::int64_t kSumsOfTask = 64 * 1024;
constexpr std::int64_t kPartsOfRows = 8;

struct Block {
  std::int64_t inputs, outputs;  // Channels; outputs in multiples of 8
};

}  // namespace

namespace portable {
namespace {
#include "galen/train/operators_weight_gradient.inc"
}  // namespace
}  // namespace portable

#if GALEN_HAS_AVX2_CODE
#pragma GCC push_options
#pragma GCC target("avx2,fma")
namespace avx2 {
namespace {
#include "galen/train/operators_weight_gradient.inc"
}  // namespace
}  // namespace avx2
#pragma GCC pop_options
#endif

namespace {

// Sums of the rows [begin, end) of the output (counted over all images), for input channels from `i` and output
// channels from `o`: sums[tap][input][output].
void add_rows(const ConvolutionSizes& size, const float* x, const float* dy, std::int64_t begin, std::int64_t end,
              std::int64_t i, std::int64_t o, Block block, float* sums) {
  // Pixels of a run are few enough for both sides to stay in the first-level cache.
  const std::int64_t run = std::clamp<std::int64_t>(6144 / (block.inputs + block.outputs), 16, 512);
  for (std::int64_t row = begin; row < end; ++row) {
    const std::int64_t image = row / size.out_height, oy = row % size.out_height;
    for (std::int64_t ox = 0; ox < size.out_width; ox += run) {
      const std::int64_t last = std::min(size.out_width, ox + run);
      for (std::int64_t ky = 0; ky < size.kernel_height; ++ky) {
        const std::int64_t y = oy + ky * size.dilation_y - size.pad_top;
        if (y < 0 || y >= size.height) continue;
        for (std::int64_t kx = 0; kx < size.kernel_width; ++kx) {
          const std::int64_t shift = kx * size.dilation_x - size.pad_left;
          const std::int64_t first_x = std::max(ox, -shift), last_x = std::min(last, size.width - shift);
          if (first_x >= last_x) continue;
          GALEN_FASTEST(add_run(x + ((image * size.height + y) * size.width + first_x + shift) * size.in + i, size.in,
                                dy + (row * size.out_width + first_x) * size.out + o, size.out, last_x - first_x, block,
                                sums + (ky * size.kernel_width + kx) * block.inputs * block.outputs, block.outputs));
        }
      }
    }
  }
}

Block block_of(const ConvolutionSizes& size) {
  Block block{size.in, size.out};
  while (size.taps() * block.inputs * block.outputs > kSumsOfTask &&
         (block.inputs > kInputs || block.outputs > kOutputs)) {
    std::int64_t& longer = block.inputs >= block.outputs && block.inputs > kInputs ? block.inputs : block.outputs;
    const std::int64_t step = &longer == &block.inputs ? kInputs : kOutputs;
    longer = std::max(step, (longer / 2 + step - 1) / step * step);
  }
  return block;
}

// A kernel of one tap pairs each pixel with itself: where rows end does not matter, and long ones are faster.
ConvolutionSizes with_long_rows(ConvolutionSizes size) {
  if (size.taps() != 1 || size.pad_top != 0 || size.pad_left != 0) return size;
  const std::int64_t pixels = size.images * size.height * size.width;
  while (size.width < 256 && pixels % (size.width * 2) == 0) size.width *= 2;
  size.images = 1;
  size.height = size.out_height = pixels / size.width;
  size.out_width = size.width;
  return size;
}

}  // namespace

WeightGradient::WeightGradient(const ConvolutionSizes& sizes) : size_(with_long_rows(sizes)) {
  const Block block = block_of(size_);
  inputs_ = block.inputs;
  outputs_ = block.outputs;
  out_blocks_ = (size_.out + outputs_ - 1) / outputs_;
  const std::int64_t blocks = (size_.in + inputs_ - 1) / inputs_ * out_blocks_;
  row_parts_ = blocks >= kPartsOfRows ? 1 : std::min(kPartsOfRows, size_.images * size_.out_height);
  sums_.resize(static_cast<std::size_t>(blocks * row_parts_));
}

WeightGradient::Part WeightGradient::part_at(std::int64_t task) const {
  const std::int64_t block = task / row_parts_, part = task % row_parts_, rows = size_.images * size_.out_height;
  const std::int64_t in = block / out_blocks_ * inputs_, out = block % out_blocks_ * outputs_;
  return {in,
          std::min(inputs_, size_.in - in),
          out,
          std::min(outputs_, size_.out - out),
          rows * part / row_parts_,
          rows * (part + 1) / row_parts_};
}

void WeightGradient::run(std::int64_t task, const float* x, const float* dy) {
  const Part part = part_at(task);
  auto& sums = sums_[static_cast<std::size_t>(task)];
  sums.assign(static_cast<std::size_t>(size_.taps() * part.inputs * part.outputs), 0.0F);
  add_rows(size_, x, dy, part.first_row, part.last_row, part.in, part.out, {part.inputs, part.outputs}, sums.data());
}

void WeightGradient::write(float* target) const {
  std::fill(target, target + size_.out * size_.taps() * size_.in, 0.0F);
  for (std::int64_t task = 0; task < tasks(); ++task) {
    const Part part = part_at(task);
    const float* sum = sums_[static_cast<std::size_t>(task)].data();
    for (std::int64_t tap = 0; tap < size_.taps(); ++tap) {
      for (std::int64_t input = 0; input < part.inputs; ++input) {
        for (std::int64_t output = 0; output < part.outputs; ++output, ++sum) {
          target[((part.out + output) * size_.taps() + tap) * size_.in + part.in + input] += *sum;
        }
      }
    }
  }
}

}  // namespace galen::train
