// The ONNX operators that the interpreter knows, as functions on LibTorch tensors: one table, name -> how to make the
// function for a node. Semantics follow the ONNX operator specification for opsets up to 17 (older opsets, in which
// axes and bounds were attributes, included).
#pragma once

#include <torch/torch.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "galen/base/result.h"
#include "galen/network/graph.h"
#include "galen/train/operators_batch_norm.h"

namespace galen::train {

// Omitted optional inputs and outputs are undefined tensors.
using Tensors = std::vector<torch::Tensor>;

struct Call {
  Tensors inputs;
  bool training = false;  // Batch statistics and dropout are wanted
  bool in_place = false;  // inputs[0] may be overwritten: nothing else, gradients included, reads it
};

using Kernel = std::function<Tensors(Call&)>;

// What a kernel is made from.
struct Site {
  const network::Node& node;
  int opset = 17;
  bool frozen = false;        // BatchNormalization: running statistics in training too
  NormActivation activation;  // BatchNormalization: the activation to apply to its result
};

struct Operator {
  std::vector<std::string> attributes;  // Known names; another one in a node is an error
  std::function<Result<Kernel>(const Site&)> make;
  bool shares_input = false;  // The output may be a view of input 0
  bool saves_output = false;  // Its gradient reads its output, which therefore must not be overwritten
};

using OperatorTable = std::map<std::string, Operator>;

const OperatorTable& operators();

// Each file of operators adds its own.
void add_elementwise_operators(OperatorTable& table);
void add_convolution_operators(OperatorTable& table);
void add_pooling_operators(OperatorTable& table);
void add_normalisation_operators(OperatorTable& table);
void add_matrix_operators(OperatorTable& table);
void add_reduction_operators(OperatorTable& table);
void add_shape_operators(OperatorTable& table);
void add_index_operators(OperatorTable& table);
void add_resize_operators(OperatorTable& table);

torch::ScalarType scalar_type(network::ElementType type);
// Copies.
torch::Tensor to_torch(const network::Tensor& tensor);
network::Tensor from_torch(const torch::Tensor& tensor);

// "Node 'x' (Conv): words", for an attribute value that is not supported.
Error unsupported(const network::Node& node, const std::string& words);

inline bool has_input(const Call& call, std::size_t index) {
  return index < call.inputs.size() && call.inputs[index].defined();
}

// An integer tensor's values.
std::vector<std::int64_t> integers_of(const torch::Tensor& tensor);

// The attribute `name`, or else the values of input `index`; empty where the node gives neither.
std::vector<std::int64_t> axes_of(const network::Node& node, const std::string& name, const Call& call,
                                  std::size_t index);

std::int64_t normalised_axis(std::int64_t axis, std::int64_t rank);

// Pads of ONNX ([begin of each axis, end of each axis]) for auto_pad, for spatial sizes.
struct WindowSite {
  std::vector<std::int64_t> kernel, strides, dilations, pads;
  std::string auto_pad;
};
Result<WindowSite> window_site(const network::Node& node);
// The window with its lists filled in for `rank` spatial axes and its pads worked out for the input's size.
WindowSite resolved(const WindowSite& site, const std::vector<std::int64_t>& kernel,
                    const std::vector<std::int64_t>& input_size);
bool symmetric(const std::vector<std::int64_t>& pads);
// Pads the trailing spatial axes.
torch::Tensor padded(const torch::Tensor& input, const std::vector<std::int64_t>& pads, double value);

}  // namespace galen::train
