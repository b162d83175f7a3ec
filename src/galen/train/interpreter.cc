#include "galen/train/interpreter.h"

#include <ATen/autocast_mode.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "galen/network/architecture.h"
#include "galen/train/interpreter_plan.h"

namespace galen::train {
namespace {

// Autocast of the processor for as long as it lives; the cache of cast weights is emptied at the end, because an update
// of the weights follows.
class Autocast {
 public:
  explicit Autocast(bool wanted) : wanted_(wanted) {
    if (!wanted_) return;
    before_ = at::autocast::is_autocast_enabled(at::kCPU);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    if (!wanted_) return;
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, before_);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool wanted_;
  bool before_ = false;
};

// Exporters that keep a network's training mode write BatchNormalization with training_mode 1 and the new statistics as
// outputs that nobody reads. Here the mode of the run decides, and the network that comes out is for inference.
network::Graph without_training_mode(network::Graph graph) {
  std::set<std::string> read;
  for (const auto& node : graph.nodes) read.insert(node.inputs.begin(), node.inputs.end());
  for (const auto& output : graph.outputs) read.insert(output.name);
  for (auto& node : graph.nodes) {
    if (node.op != "BatchNormalization" || node.inputs.size() != 5 || node.outputs.empty()) continue;
    const bool held = graph.initializers.count(node.inputs[3]) != 0 && graph.initializers.count(node.inputs[4]) != 0;
    const bool unread = std::none_of(node.outputs.begin() + 1, node.outputs.end(),
                                     [&](const std::string& name) { return read.count(name) != 0; });
    if (!held || !unread) continue;
    node.attributes.erase("training_mode");
    node.outputs.resize(1);
  }
  return graph;
}

class GraphInterpreter : public Interpreter {
 public:
  GraphInterpreter(const network::Graph& graph, InterpreterOptions options)
      : graph_(without_training_mode(graph)), options_(std::move(options)) {}

  Status prepare() {
    load_initializers();
    Result<Plan> plan = make_plan(graph_, {options_.frozen, values_, options_.channels_last});
    if (!plan) return plan.error();
    plan_ = std::move(*plan);
    return {};
  }

  std::map<std::string, torch::Tensor> run(const std::map<std::string, torch::Tensor>& inputs, Mode mode) override {
    const Autocast autocast(options_.bfloat16);
    Tensors frame = plan_.constants;
    for (const auto& input : graph_.inputs) {
      const auto given = inputs.find(input.name);
      TORCH_CHECK(given != inputs.end(), "the input '", input.name, "' is missing");
      frame[plan_.slot.at(input.name)] = laid_out(given->second);
    }
    for (const Step& step : plan_.steps) execute(step, frame, mode);
    std::map<std::string, torch::Tensor> outputs;
    for (const auto& output : graph_.outputs) outputs[output.name] = frame[plan_.slot.at(output.name)];
    return outputs;
  }

  const std::map<std::string, torch::Tensor>& parameters() const override { return parameters_; }
  const std::map<std::string, torch::Tensor>& buffers() const override { return buffers_; }

  network::Graph graph(const std::map<std::string, torch::Tensor>& values) const override {
    network::Graph copy = graph_;
    for (const auto* held : {&parameters_, &buffers_, &values}) {
      for (const auto& [name, tensor] : *held) {
        const auto found = copy.initializers.find(name);
        if (found != copy.initializers.end()) found->second = from_torch(tensor);
      }
    }
    return copy;
  }

 private:
  bool frozen(const std::string& name) const {
    return std::any_of(options_.frozen.begin(), options_.frozen.end(),
                       [&](const std::string& prefix) { return name.compare(0, prefix.size(), prefix) == 0; });
  }

  torch::Tensor laid_out(const torch::Tensor& tensor) const {
    if (!options_.channels_last) return tensor;
    if (tensor.dim() == 4) return tensor.contiguous(torch::MemoryFormat::ChannelsLast);
    if (tensor.dim() == 5) return tensor.contiguous(torch::MemoryFormat::ChannelsLast3d);
    return tensor;
  }

  void load_initializers() {
    const std::vector<std::string> trainable = network::parameter_names(graph_);
    const std::set<std::string> parameters(trainable.begin(), trainable.end());
    std::set<std::string> statistics;
    for (const auto& node : graph_.nodes) {
      if (node.op == "BatchNormalization" && node.inputs.size() == 5) {
        statistics.insert(node.inputs.begin() + 3, node.inputs.end());
      }
    }
    for (const auto& [name, initializer] : graph_.initializers) {
      torch::Tensor tensor = to_torch(initializer);
      if (statistics.count(name) != 0) {
        buffers_[name] = tensor;
      } else if (parameters.count(name) != 0) {
        tensor = laid_out(tensor);
        if (!frozen(name)) parameters_[name] = tensor.requires_grad_(true);
      }
      values_[name] = tensor;
    }
  }

  void execute(const Step& step, Tensors& frame, Mode mode) const {
    Call call;
    call.training = mode == Mode::kTraining;
    call.in_place = step.in_place;
    call.inputs.reserve(step.inputs.size());
    for (const int input : step.inputs) call.inputs.push_back(input < 0 ? torch::Tensor() : frame[input]);
    for (const int gone : step.last_uses) frame[gone] = torch::Tensor();
    Tensors results;
    try {
      results = step.kernel(call);
    } catch (const c10::Error& error) {
      TORCH_CHECK(false, "Node '", step.name, "' (", step.op, "): ", error.what_without_backtrace());
    }
    for (std::size_t i = 0; i < step.outputs.size(); ++i) {
      if (step.outputs[i] >= 0 && i < results.size()) frame[step.outputs[i]] = std::move(results[i]);
    }
  }

  network::Graph graph_;
  InterpreterOptions options_;
  std::map<std::string, torch::Tensor> parameters_, buffers_;
  std::map<std::string, torch::Tensor> values_;  // Every initializer
  Plan plan_;
};

}  // namespace

Result<std::unique_ptr<Interpreter>> Interpreter::create(const network::Graph& graph,
                                                         const InterpreterOptions& options) {
  auto made = std::make_unique<GraphInterpreter>(graph, options);
  try {
    if (Status status = made->prepare(); !status) return status.error();
  } catch (const c10::Error& error) {
    return Error{"The network cannot be prepared for training: " + std::string(error.what_without_backtrace())};
  }
  return std::unique_ptr<Interpreter>(std::move(made));
}

std::vector<std::string> supported_operators() {
  std::vector<std::string> names;
  for (const auto& [name, made] : operators()) names.push_back(name);
  return names;
}

}  // namespace galen::train
