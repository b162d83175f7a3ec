// Operators that pick or place elements by index.
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

// Rows of indices [..., k] into the axes of `extents` as places in those axes laid end to end, [...].
Tensor flat_places(const Tensor& indices, at::IntArrayRef extents) {
  Tensor places = torch::zeros(indices.sizes().slice(0, static_cast<std::size_t>(indices.dim() - 1)), torch::kLong);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(extents.size()); ++i) {
    const std::int64_t extent = extents[static_cast<std::size_t>(i)];
    const Tensor index = positive(indices.select(-1, i), extent);
    TORCH_CHECK_INDEX(index.numel() == 0 || (index.min().item().toLong() >= 0 && index.max().item().toLong() < extent),
                      "an index is outside of an axis of ", extent);
    places = places * extent + index;
  }
  return places;
}

Operator gather_rows() {
  Operator made;
  made.attributes = {"batch_dims"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t batch = site.node.integer("batch_dims", 0);
    if (batch < 0) return unsupported(site.node, "batch_dims must not be negative");
    return Kernel([batch](Call& call) -> Tensors {
      const Tensor &input = call.inputs[0], &indices = call.inputs[1];
      TORCH_CHECK(indices.dim() > batch && batch + indices.size(-1) <= input.dim(), "GatherND: indices do not fit");
      const std::int64_t depth = indices.size(-1), first = batch + depth;
      const auto sizes = input.sizes();
      Tensor places =
          flat_places(indices, sizes.slice(static_cast<std::size_t>(batch), static_cast<std::size_t>(depth)));
      // Each element of the batch has its own block of places.
      const std::int64_t batches = c10::multiply_integers(sizes.begin(), sizes.begin() + batch);
      const std::int64_t block = c10::multiply_integers(sizes.begin() + batch, sizes.begin() + first);
      std::vector<std::int64_t> shape = places.sizes().vec();
      shape.insert(shape.end(), sizes.begin() + first, sizes.end());
      places = places.reshape({batches, -1}) + torch::arange(batches, torch::kLong).unsqueeze(1) * block;
      return {input.flatten(0, first - 1).index_select(0, places.reshape({-1})).reshape(shape)};
    });
  };
  return made;
}

// The names of ONNX's `reduction` in LibTorch, empty for "none".
Result<std::string> reduction_of(const network::Node& node) {
  static const std::map<std::string, std::string> kNames = {
      {"none", ""}, {"add", "sum"}, {"mul", "prod"}, {"max", "amax"}, {"min", "amin"}};
  const std::string given = node.text("reduction", "none");
  const auto found = kNames.find(given);
  if (found == kNames.end()) return unsupported(node, "reduction '" + given + "' is not supported");
  return found->second;
}

// `input` with the updates put in, or reduced with what is there, along one axis.
Tensor scattered(const Tensor& input, std::int64_t axis, const Tensor& indices, const Tensor& updates,
                 const std::string& reduction) {
  if (reduction.empty()) return input.scatter(axis, indices, updates);
  return input.scatter_reduce(axis, indices, updates, reduction, /*include_self=*/true);
}

Operator scatter_rows() {
  Operator made;
  made.attributes = {"reduction"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const Result<std::string> reduction = reduction_of(site.node);
    if (!reduction) return reduction.error();
    return Kernel([reduction = *reduction](Call& call) -> Tensors {
      const Tensor &input = call.inputs[0], &indices = call.inputs[1], &updates = call.inputs[2];
      TORCH_CHECK(indices.dim() > 0 && indices.size(-1) <= input.dim(), "ScatterND: indices do not fit");
      const auto sizes = input.sizes();
      const auto depth = static_cast<std::size_t>(indices.size(-1));
      const std::int64_t row = c10::multiply_integers(sizes.begin() + depth, sizes.end());
      const Tensor places = flat_places(indices, sizes.slice(0, depth)).reshape({-1, 1}).expand({-1, row});
      const std::int64_t rows = c10::multiply_integers(sizes.begin(), sizes.begin() + depth);
      return {
          scattered(input.reshape({rows, row}), 0, places, updates.reshape(places.sizes()), reduction).reshape(sizes)};
    });
  };
  return made;
}

Operator scatter_elements() {
  Operator made;
  made.attributes = {"axis", "reduction"};
  made.make = [](const Site& site) -> Result<Kernel> {
    const std::int64_t given = site.node.integer("axis", 0);
    const Result<std::string> reduction = reduction_of(site.node);
    if (!reduction) return reduction.error();
    return Kernel([given, reduction = *reduction](Call& call) -> Tensors {
      const Tensor& input = call.inputs[0];
      const std::int64_t axis = normalised_axis(given, input.dim());
      return {scattered(input, axis, positive(call.inputs[1], input.size(axis)), call.inputs[2], reduction)};
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
  table["GatherND"] = gather_rows();
  table["ScatterElements"] = scatter_elements();
  table["ScatterND"] = scatter_rows();
  table["OneHot"] = one_hot();
}

}  // namespace galen::train
