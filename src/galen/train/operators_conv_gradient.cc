#include "galen/train/operators_conv_gradient.h"

#include <ATen/Parallel.h>

#include <optional>

#include "galen/train/operators_weight_gradient.h"

namespace galen::train {
namespace {

using torch::Tensor;

class ConvolutionFunction : public torch::autograd::Function<ConvolutionFunction> {
 public:
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& weight,
                        const std::optional<Tensor>& bias, const std::vector<std::int64_t>& pads,
                        const std::vector<std::int64_t>& dilations) {
    context->save_for_backward({input, weight});
    context->saved_data["pads"] = pads;
    context->saved_data["dilations"] = dilations;
    context->saved_data["input"] = input.requires_grad();
    context->saved_data["weight"] = weight.requires_grad();
    context->saved_data["bias"] = bias.has_value();
    return torch::mkldnn_convolution(input, weight, bias, pads, {1, 1}, dilations, 1);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &input = saved[0], &weight = saved[1];
    const auto pads = context->saved_data["pads"].toIntVector(),
               dilations = context->saved_data["dilations"].toIntVector();
    const Tensor gradient = gradients[0].contiguous(torch::MemoryFormat::ChannelsLast);
    Tensor by_input, by_weight, by_bias;
    if (context->saved_data["input"].toBool()) {
      // The convolution of the gradient with the weights turned round and their channels exchanged.
      const Tensor turned = weight.flip({2, 3}).transpose(0, 1).contiguous(torch::MemoryFormat::ChannelsLast);
      const std::vector<std::int64_t> back = {dilations[0] * (weight.size(2) - 1) - pads[0],
                                              dilations[1] * (weight.size(3) - 1) - pads[1]};
      by_input = torch::mkldnn_convolution(gradient, turned, {}, back, {1, 1}, dilations, 1);
    }
    if (context->saved_data["weight"].toBool()) {
      by_weight = weight_gradient(input, gradient, weight.size(2), weight.size(3), pads, dilations);
    }
    if (context->saved_data["bias"].toBool()) by_bias = gradient.sum({0, 2, 3});
    return {by_input, by_weight, by_bias, Tensor(), Tensor()};
  }
};

}  // namespace

Tensor weight_gradient(const Tensor& input, const Tensor& gradient, std::int64_t kernel_height,
                       std::int64_t kernel_width, const std::vector<std::int64_t>& pads,
                       const std::vector<std::int64_t>& dilations) {
  WeightGradient work({input.size(0), input.size(1), gradient.size(1), input.size(2), input.size(3), gradient.size(2),
                       gradient.size(3), kernel_height, kernel_width, pads[0], pads[1], dilations[0], dilations[1]});
  const auto* x = input.data_ptr<float>();
  const auto* dy = gradient.data_ptr<float>();
  at::parallel_for(0, work.tasks(), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t task = begin; task < end; ++task) work.run(task, x, dy);
  });
  Tensor result = torch::empty({gradient.size(1), input.size(1), kernel_height, kernel_width},
                               input.options().memory_format(torch::MemoryFormat::ChannelsLast));
  work.write(result.data_ptr<float>());
  return result;
}

bool dense_convolution_takes(const Tensor& input, const Tensor& weight, const std::vector<std::int64_t>& strides,
                             std::int64_t groups) {
  return groups == 1 && input.dim() == 4 && weight.dim() == 4 && strides[0] == 1 && strides[1] == 1 &&
         weight.size(0) % 8 == 0 && input.numel() > 0 && input.scalar_type() == torch::kFloat &&
         weight.scalar_type() == torch::kFloat && input.is_contiguous(torch::MemoryFormat::ChannelsLast) &&
         at::globalContext().userEnabledMkldnn();
}

Tensor dense_convolution(const Tensor& input, const Tensor& weight, const Tensor& bias,
                         const std::vector<std::int64_t>& pads, const std::vector<std::int64_t>& dilations) {
  return ConvolutionFunction::apply(input, weight, bias.defined() ? std::optional<Tensor>(bias) : std::nullopt, pads,
                                    dilations);
}

}  // namespace galen::train
