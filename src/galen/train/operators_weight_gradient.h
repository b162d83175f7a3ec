// The gradient of a dense convolution with stride 1 by its weight, for channels innermost: for each tap of the kernel,
// the products of every input channel with every output channel summed over all pixels. Sums stay in registers and
// caches; tasks are independent, and their number does not depend on the number of threads.
#pragma once

#include <cstdint>
#include <vector>

namespace galen::train {

struct ConvolutionSizes {
  std::int64_t images, in, out;  // Channels; `out` a multiple of 8
  std::int64_t height, width, out_height, out_width, kernel_height, kernel_width;
  std::int64_t pad_top, pad_left, dilation_y, dilation_x;
  std::int64_t taps() const { return kernel_height * kernel_width; }
};

class WeightGradient {
 public:
  explicit WeightGradient(const ConvolutionSizes& sizes);

  std::int64_t tasks() const { return static_cast<std::int64_t>(sums_.size()); }
  // Tasks may run at the same time. `x`: [images][height][width][in], `dy`: [images][out_height][out_width][out].
  void run(std::int64_t task, const float* x, const float* dy);
  // After all tasks: the gradient as [out][kernel_height][kernel_width][in].
  void write(float* target) const;

 private:
  struct Part {
    std::int64_t in, inputs, out, outputs, first_row, last_row;
  };
  Part part_at(std::int64_t task) const;

  ConvolutionSizes size_;
  std::int64_t inputs_, outputs_;  // Channels of a task
  std::int64_t out_blocks_, row_parts_;
  std::vector<std::vector<float>> sums_;  // By task: [tap][input][output]
};

}  // namespace galen::train
