// Operators that pick elements by index.
#include "galen/train/operators.h"

namespace galen::train {
namespace {

using torch::Tensor;

// Negative indices count from the end.
Tensor positive(const Tensor& indices, std::int64_t size) {
  const Tensor wide = indices.to(torch::kLong);
  return torch::where(wide < 0, wide + size, wide);
}

Operator gather() {
  Operator made;
  made.attributes = {"axis"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t given = site.node.integer("axis", 0);
    return Kernel([given](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const std::int64_t axis = normalised_axis(given, input.dim());
      const Tensor indices = positive(call.inputs[1], input.size(axis));
      std::vector<std::int64_t> shape(input.sizes().begin(), input.sizes().begin() + axis);
      shape.insert(shape.end(), indices.sizes().begin(), indices.sizes().end());
      shape.insert(shape.end(), input.sizes().begin() + axis + 1, input.sizes().end());
      return {input.index_select(axis, indices.reshape({-1})).reshape(shape)};
    });
  };
  return made;
}

Operator gather_elements() {
  Operator made;
  made.attributes = {"axis"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t given = site.node.integer("axis", 0);
    return Kernel([given](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const std::int64_t axis = normalised_axis(given, input.dim());
      return {input.gather(axis, positive(call.inputs[1], input.size(axis)))};
    });
  };
  return made;
}

Operator one_hot() {
  Operator made;
  made.attributes = {"axis"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t given = site.node.integer("axis", -1);
    return Kernel([given](Call& call) -> Tensors {
      const std::int64_t depth = call.inputs[1].item().toLong();
      const Tensor indices = positive(call.inputs[0], depth);
      const Tensor& values = call.inputs[2];  // [off, on]
      const std::int64_t rank = indices.dim() + 1;
      const std::int64_t axis = normalised_axis(given, rank);
      std::vector<std::int64_t> shape(static_cast<std::size_t>(rank), 1);
      shape[static_cast<std::size_t>(axis)] = depth;
      const Tensor hit = indices.unsqueeze(axis) == torch::arange(depth, torch::kLong).reshape(shape);
      return {torch::where(hit, values[1], values[0])};
    });
  };
  return made;
}

}  // namespace

void add_index_operators(OperatorTable& table) {
  table["Gather"] = gather();
  table["GatherElements"] = gather_elements();
  table["OneHot"] = one_hot();
}

}  // namespace galen::train
