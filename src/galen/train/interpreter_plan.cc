#include "galen/train/interpreter_plan.h"

#include <algorithm>
#include <set>

#include "galen/train/interpreter_fusion.h"

namespace galen::train {
namespace {

using network::Graph;
using network::Node;

class Planner {
 public:
  Planner(const Graph& graph, const PlanOptions& options)
      : graph_(graph), options_(options), fusions_(find_fusions(graph)) {}

  Result<Plan> make() {
    for (const auto& input : graph_.inputs) slot(input.name);
    for (const auto& [name, tensor] : options_.values) plan_.constants[slot(name)] = tensor;
    for (const Node& node : graph_.nodes) {
      if (fusions_.absorbed.count(&node) == 0) add(node);
    }
    if (!errors_.empty()) return Error{errors_};
    for (const auto& output : graph_.outputs) {
      if (plan_.slot.count(output.name) == 0) return Error{"No node gives the output '" + output.name + "'"};
    }
    find_last_uses();
    return std::move(plan_);
  }

 private:
  int slot(const std::string& name) {
    if (name.empty()) return -1;
    const auto [at, fresh] = plan_.slot.emplace(name, static_cast<int>(plan_.constants.size()));
    if (fresh) plan_.constants.emplace_back();
    return at->second;
  }

  void fail(const std::string& words) { errors_ += (errors_.empty() ? "" : "; ") + words; }

  bool frozen(const std::string& name) const {
    return std::any_of(options_.frozen.begin(), options_.frozen.end(),
                       [&](const std::string& prefix) { return name.compare(0, prefix.size(), prefix) == 0; });
  }

  void add(const Node& node) {
    const auto found = operators().find(node.op);
    if (found == operators().end()) {
      if (unknown_.insert(node.op).second) fail(unsupported(node, "this operator is not supported").message);
      for (const std::string& output : node.outputs) slot(output);
      return;
    }
    for (const auto& [name, value] : node.attributes) {
      const auto& known = found->second.attributes;
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        fail(unsupported(node, "the attribute '" + name + "' is not supported").message);
      }
    }
    const bool is_frozen = node.op == "BatchNormalization" && node.inputs.size() > 1 && frozen(node.inputs[1]);
    const auto tail = fusions_.tails.find(&node);
    const bool fused = tail != fusions_.tails.end();
    Result<Kernel> kernel =
        found->second.make({node, graph_.opset, is_frozen, fused ? tail->second.activation : NormActivation()});
    Step step;
    step.op = node.op;
    step.name = node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
    for (const std::string& input : node.inputs) {
      if (!input.empty() && plan_.slot.count(input) == 0) {
        fail(unsupported(node, "nothing before it gives its input '" + input + "'").message);
      }
      step.inputs.push_back(slot(input));
    }
    if (fused) {
      step.outputs.push_back(slot(tail->second.output));
    } else {
      for (const std::string& output : node.outputs) step.outputs.push_back(slot(output));
    }
    if (!kernel) {
      fail(kernel.error().message);
      return;
    }
    step.kernel = std::move(*kernel);
    if (errors_.empty() && fold(step)) return;
    plan_.steps.push_back(std::move(step));
    // An activation's gradient may read its result.
    overwritable_.push_back(!found->second.shares_input && !found->second.saves_output && !fused);
  }

  // A step whose inputs are all constants that do not train becomes constants itself.
  bool fold(const Step& step) {
    if (step.op == "Dropout" || step.op == "BatchNormalization") return false;
    Call call;
    for (const int input : step.inputs) {
      if (input >= 0 && (!plan_.constants[input].defined() || plan_.constants[input].requires_grad())) return false;
      call.inputs.push_back(input < 0 ? torch::Tensor() : plan_.constants[input]);
    }
    const torch::NoGradGuard guard;
    const Tensors results = step.kernel(call);
    for (std::size_t i = 0; i < step.outputs.size() && i < results.size(); ++i) {
      if (step.outputs[i] < 0) continue;
      plan_.constants[step.outputs[i]] =
          results[i].dim() == 4 && options_.channels_last && results[i].is_floating_point()
              ? results[i].contiguous(torch::MemoryFormat::ChannelsLast)
              : results[i];
    }
    return true;
  }

  void find_last_uses() {
    std::set<int> kept;
    for (const auto& output : graph_.outputs) kept.insert(plan_.slot.at(output.name));
    for (std::size_t i = 0; i < plan_.constants.size(); ++i) {
      if (plan_.constants[i].defined()) kept.insert(static_cast<int>(i));
    }
    std::vector<int> readers(plan_.constants.size(), 0), maker(plan_.constants.size(), -1);
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      for (const int input : plan_.steps[i].inputs) {
        if (input >= 0) ++readers[input];
      }
      for (const int output : plan_.steps[i].outputs) {
        if (output >= 0) maker[output] = static_cast<int>(i);
      }
    }
    std::set<int> seen = kept;
    for (std::size_t i = plan_.steps.size(); i-- > 0;) {
      Step& step = plan_.steps[i];
      for (const int input : step.inputs) {
        if (input >= 0 && seen.insert(input).second) step.last_uses.push_back(input);
      }
      if (step.inputs.empty() || step.inputs[0] < 0) continue;
      const int first = step.inputs[0], by = maker[first];
      step.in_place = kept.count(first) == 0 && readers[first] == 1 && by >= 0 && overwritable_[by];
    }
  }

  const Graph& graph_;
  const PlanOptions& options_;
  const Fusions fusions_;
  Plan plan_;
  std::vector<bool> overwritable_;  // By step: whether its result is its own
  std::set<std::string> unknown_;
  std::string errors_;
};

}  // namespace

Result<Plan> make_plan(const Graph& graph, const PlanOptions& options) { return Planner(graph, options).make(); }

}  // namespace galen::train
