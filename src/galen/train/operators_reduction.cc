// Reductions over axes, cumulative sums and the place of the largest element.
#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;
using Axes = std::vector<std::int64_t>;
using Reduction = Tensor (*)(const Tensor&, const Axes&, bool);

Operator reduction(Reduction function) {
  Operator made;
  made.attributes = {"axes", "keepdims", "noop_with_empty_axes"};
  made.shares_input = true;
  made.make = [function](const Site& site) -> Result<Kernel> {
    const bool keep = site.node.integer("keepdims", 1) != 0;
    const bool nothing = site.node.integer("noop_with_empty_axes", 0) != 0;
    return Kernel([function, keep, nothing, node = site.node](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      Axes axes = axes_of(node, "axes", call, 1);
      if (axes.empty() && nothing) return {input};
      if (axes.empty()) {
        for (std::int64_t axis = 0; axis < input.dim(); ++axis) axes.push_back(axis);
      }
      return {function(input, axes, keep)};
    });
  };
  return made;
}

Tensor product(const Tensor& input, const Axes& axes, bool keep) {
  Axes sorted;
  for (const auto axis : axes) sorted.push_back(normalised_axis(axis, input.dim()));
  std::sort(sorted.rbegin(), sorted.rend());
  Tensor result = input;
  for (const auto axis : sorted) result = torch::prod(result, axis, keep);
  return result.to(input.scalar_type());
}

Operator argument(bool largest) {
  Operator made;
  made.attributes = {"axis", "keepdims", "select_last_index"};
  made.make = [largest](const Site& site) -> Result<Kernel> {
    const std::int64_t axis = site.node.integer("axis", 0);
    const bool keep = site.node.integer("keepdims", 1) != 0;
    const bool last = site.node.integer("select_last_index", 0) != 0;
    return Kernel([=](Call& call) -> Tensors {
      Tensor input = call.inputs[0];
      if (last) input = input.flip({axis});
      const Tensor index = largest ? torch::argmax(input, axis, keep) : torch::argmin(input, axis, keep);
      return {last ? input.size(axis) - 1 - index : index};
    });
  };
  return made;
}

Operator cumulative_sum() {
  Operator made;
  made.attributes = {"exclusive", "reverse"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const bool exclusive = site.node.integer("exclusive", 0) != 0, reverse = site.node.integer("reverse", 0) != 0;
    return Kernel([=](Call& call) -> Tensors {
      const std::int64_t axis = normalised_axis(call.inputs[1].item().toLong(), call.inputs[0].dim());
      const Tensor input = reverse ? call.inputs[0].flip({axis}) : call.inputs[0];
      Tensor sum = torch::cumsum(input, axis, input.scalar_type());
      if (exclusive) sum = sum - input;
      return {reverse ? sum.flip({axis}) : sum};
    });
  };
  return made;
}

}  // namespace

void add_reduction_operators(OperatorTable& table) {
  table["ReduceMean"] = reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.mean(axes, keep); });
  table["ReduceSum"] = reduction([](const Tensor& x, const Axes& axes, bool keep) {
    return axes.empty() ? x : torch::sum(x, axes, keep, x.scalar_type());
  });
  table["ReduceMax"] = reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.amax(axes, keep); });
  table["ReduceMin"] = reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.amin(axes, keep); });
  table["ReduceL1"] = reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.abs().sum(axes, keep); });
  table["ReduceL2"] =
      reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.pow(2).sum(axes, keep).sqrt(); });
  table["ReduceSumSquare"] =
      reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.pow(2).sum(axes, keep); });
  table["ReduceLogSum"] =
      reduction([](const Tensor& x, const Axes& axes, bool keep) { return x.sum(axes, keep).log(); });
  table["ReduceLogSumExp"] =
      reduction([](const Tensor& x, const Axes& axes, bool keep) { return torch::logsumexp(x, axes, keep); });
  table["ReduceProd"] = reduction(product);
  table["ArgMax"] = argument(true);
  table["ArgMin"] = argument(false);
  table["CumSum"] = cumulative_sum();
}

}  // namespace galen::train
