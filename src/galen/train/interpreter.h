// Runs a network graph with LibTorch, with gradients: the trainer's view of an ONNX model.
// Only this folder includes LibTorch.
#pragma once

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/result.h"
#include "galen/network/graph.h"

namespace galen::train {

enum class Mode {
  kTraining,  // Batch statistics in BatchNormalization (running ones are updated), Dropout drops
  kInference,
};

struct InterpreterOptions {
  bool channels_last = true;
  bool bfloat16 = false;  // Autocast of convolutions and matrix products
  std::vector<std::string>
      frozen;  // Name prefixes whose parameters do not train; their BatchNormalization uses running statistics
};

// A graph whose float initializers are torch tensors. Not copyable. One thread at a time.
class Interpreter {
 public:
  // Fails naming every operator (and attribute value) that it does not know.
  static Result<std::unique_ptr<Interpreter>> create(const network::Graph& graph,
                                                     const InterpreterOptions& options = {});
  virtual ~Interpreter() = default;

  // Runs the graph on inputs by name; gives every graph output by name. Gradients flow to parameters() in both modes
  // unless torch::NoGradGuard is active. Throws c10::Error on shapes that do not fit.
  virtual std::map<std::string, torch::Tensor> run(const std::map<std::string, torch::Tensor>& inputs, Mode mode) = 0;

  // Trainable parameters by initializer name (frozen ones left out), and the running statistics.
  virtual const std::map<std::string, torch::Tensor>& parameters() const = 0;
  virtual const std::map<std::string, torch::Tensor>& buffers() const = 0;

  // The graph with its initializers replaced by the current values, or by `values` where given (EMA weights).
  virtual network::Graph graph(const std::map<std::string, torch::Tensor>& values = {}) const = 0;
};

std::vector<std::string> supported_operators();

}  // namespace galen::train
