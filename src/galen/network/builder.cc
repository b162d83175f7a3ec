#include "galen/network/builder.h"

#include <cmath>
#include <utility>

#include "galen/base/check.h"
#include "galen/base/random.h"

namespace galen::network {
namespace {

// FNV-1a: ties a weight's random numbers to its name.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char character : text) hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3ULL;
  return hash;
}

std::vector<std::int64_t> repeated(std::int64_t value, int count) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(count), value);
}

}  // namespace

Builder::Builder(std::string graph_name, std::uint64_t seed, int spatial_axes)
    : seed_(seed), spatial_axes_(spatial_axes) {
  graph_.name = std::move(graph_name);
}

Value Builder::input(const std::string& name, int channels) {
  Shape shape = repeated(-1, 2 + spatial_axes_);
  shape[1] = channels;
  graph_.inputs.push_back({name, ElementType::kFloat32, shape});
  return {name, channels};
}

void Builder::output(const std::string& name, const Value& value, bool spatial) {
  for (Node& node : graph_.nodes) {
    for (auto* names : {&node.inputs, &node.outputs}) {
      for (std::string& used : *names) {
        if (used == value.name) used = name;
      }
    }
  }
  Shape shape = repeated(-1, spatial ? 2 + spatial_axes_ : 2);
  shape[1] = value.channels;
  graph_.outputs.push_back({name, ElementType::kFloat32, shape});
}

Graph Builder::finish() && { return std::move(graph_); }

Value Builder::node(const std::string& op, const std::string& name, std::vector<std::string> inputs, int channels,
                    std::map<std::string, Attribute> attributes) {
  graph_.nodes.push_back({op, name, std::move(inputs), {name}, std::move(attributes)});
  return {name, channels};
}

std::string Builder::constant(const std::string& name, Tensor tensor) {
  graph_.initializers.insert_or_assign(name, std::move(tensor));
  return name;
}

std::string Builder::normal_weight(const std::string& name, Shape shape, double variance) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  Random random(seed_ ^ hash_of(name));
  const double deviation = std::sqrt(variance);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(deviation * random.normal());
  return constant(name, Tensor::floats(std::move(shape), values));
}

std::string Builder::filled(const std::string& name, std::int64_t count, float value) {
  return constant(name, Tensor::floats({count}, std::vector<float>(static_cast<std::size_t>(count), value)));
}

Value Builder::conv(const std::string& name, const Value& x, int channels, const ConvOptions& options) {
  GALEN_CHECK(x.channels % options.groups == 0 && channels % options.groups == 0, "groups divide the channels");
  Shape shape = repeated(options.kernel, 2 + spatial_axes_);
  shape[0] = channels;
  shape[1] = x.channels / options.groups;
  const double fan_in = static_cast<double>(shape[1]) * std::pow(options.kernel, spatial_axes_);
  std::vector<std::string> inputs = {x.name, normal_weight(name + "/weight", shape, 2.0 / fan_in)};
  if (options.bias) inputs.push_back(filled(name + "/bias", channels, 0));

  const int padding = (options.kernel - 1) * options.dilation + 1 - options.stride;
  const int before = padding > 0 ? padding / 2 : 0;
  std::vector<std::int64_t> pads = repeated(before, 2 * spatial_axes_);
  for (int axis = 0; axis < spatial_axes_; ++axis) {
    pads[static_cast<std::size_t>(spatial_axes_ + axis)] = padding > 0 ? padding - before : 0;
  }
  return node("Conv", name, std::move(inputs), channels,
              {{"kernel_shape", repeated(options.kernel, spatial_axes_)},
               {"strides", repeated(options.stride, spatial_axes_)},
               {"dilations", repeated(options.dilation, spatial_axes_)},
               {"group", std::int64_t{options.groups}},
               {"pads", std::move(pads)}});
}

Value Builder::conv_transpose(const std::string& name, const Value& x, int channels) {
  Shape shape = repeated(2, 2 + spatial_axes_);
  shape[0] = x.channels;
  shape[1] = channels;
  return node("ConvTranspose", name,
              {x.name, normal_weight(name + "/weight", shape, 2.0 / x.channels), filled(name + "/bias", channels, 0)},
              channels, {{"kernel_shape", repeated(2, spatial_axes_)}, {"strides", repeated(2, spatial_axes_)}});
}

Value Builder::batch_norm(const std::string& name, const Value& x, const NormOptions& options) {
  return node("BatchNormalization", name,
              {x.name, filled(name + "/scale", x.channels, 1), filled(name + "/bias", x.channels, 0),
               filled(name + "/mean", x.channels, 0), filled(name + "/variance", x.channels, 1)},
              x.channels, {{"epsilon", options.epsilon}, {"momentum", options.momentum}});
}

Value Builder::activation(const std::string& name, const Value& x, Activation kind) {
  switch (kind) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return node("Relu", name, {x.name}, x.channels);
    case Activation::kRelu6:
      return node("Clip", name,
                  {x.name, constant("constants/zero", Tensor::floats({}, {0})),
                   constant("constants/six", Tensor::floats({}, {6}))},
                  x.channels);
    case Activation::kSwish:
      return multiply(name, x, activation(name + "/gate", x, Activation::kSigmoid));
    case Activation::kSigmoid:
      return node("Sigmoid", name, {x.name}, x.channels);
  }
  return x;
}

Value Builder::conv_norm(const std::string& name, const Value& x, int channels, const ConvOptions& conv_options,
                         Activation kind, const NormOptions& norm_options) {
  const Value convolved = conv(name + "/conv", x, channels, conv_options);
  return activation(name + "/activation", batch_norm(name + "/norm", convolved, norm_options), kind);
}

Value Builder::separable(const std::string& name, const Value& x, int channels, int kernel, int dilation) {
  const Value depthwise =
      conv_norm(name + "/depthwise", x, x.channels, {.kernel = kernel, .dilation = dilation, .groups = x.channels});
  return conv_norm(name + "/pointwise", depthwise, channels, {.kernel = 1});
}

Value Builder::squeeze_excite(const std::string& name, const Value& x, int reduced, Activation inner) {
  Value gate = global_average(name + "/pool", x);
  gate = activation(name + "/activation", conv(name + "/reduce", gate, reduced, {.bias = true}), inner);
  gate = activation(name + "/gate", conv(name + "/expand", gate, x.channels, {.bias = true}), Activation::kSigmoid);
  return multiply(name, x, gate);
}

Value Builder::max_pool(const std::string& name, const Value& x) {
  return node("MaxPool", name, {x.name}, x.channels,
              {{"kernel_shape", repeated(2, spatial_axes_)}, {"strides", repeated(2, spatial_axes_)}});
}

Value Builder::global_average(const std::string& name, const Value& x) {
  return node("GlobalAveragePool", name, {x.name}, x.channels);
}

Value Builder::flatten(const std::string& name, const Value& x) {
  return node("Flatten", name, {x.name}, x.channels, {{"axis", std::int64_t{1}}});
}

Value Builder::upsample(const std::string& name, const Value& x, int scale) {
  if (scale == 1) return x;
  std::vector<float> scales(static_cast<std::size_t>(2 + spatial_axes_), static_cast<float>(scale));
  scales[0] = scales[1] = 1;
  const std::string scales_name =
      constant("constants/scale" + std::to_string(scale), Tensor::floats({2 + spatial_axes_}, scales));
  return node("Resize", name, {x.name, "", scales_name}, x.channels,
              {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("half_pixel")}});
}

Value Builder::resize_like(const std::string& name, const Value& x, const Value& like) {
  const auto slice = [&](const std::string& part, const Value& of, std::int64_t from, std::int64_t to) {
    const Value shape = node("Shape", name + "/" + part + "/shape", {of.name}, 0);
    return node("Slice", name + "/" + part,
                {shape.name, constant("constants/index" + std::to_string(from), Tensor::int64s({1}, {from})),
                 constant("constants/index" + std::to_string(to), Tensor::int64s({1}, {to})),
                 constant("constants/index0", Tensor::int64s({1}, {0}))},
                0);
  };
  const Value head = slice("channels", x, 0, 2);
  const Value tail = slice("size", like, 2, 2 + spatial_axes_);
  const Value sizes = node("Concat", name + "/sizes", {head.name, tail.name}, 0, {{"axis", std::int64_t{0}}});
  return node("Resize", name, {x.name, "", "", sizes.name}, x.channels,
              {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("half_pixel")}});
}

Value Builder::dropout(const std::string& name, const Value& x, float ratio) {
  if (ratio <= 0) return x;
  return node("Dropout", name, {x.name, constant(name + "/ratio", Tensor::floats({}, {ratio}))}, x.channels);
}

Value Builder::gemm(const std::string& name, const Value& x, int channels) {
  return node("Gemm", name,
              {x.name, normal_weight(name + "/weight", {channels, x.channels}, 1.0 / x.channels),
               filled(name + "/bias", channels, 0)},
              channels, {{"transB", std::int64_t{1}}});
}

Value Builder::concat(const std::string& name, const std::vector<Value>& values) {
  std::vector<std::string> inputs;
  int channels = 0;
  for (const Value& value : values) {
    inputs.push_back(value.name);
    channels += value.channels;
  }
  return node("Concat", name, std::move(inputs), channels, {{"axis", std::int64_t{1}}});
}

Value Builder::add(const std::string& name, const Value& a, const Value& b) {
  return node("Add", name, {a.name, b.name}, a.channels);
}

Value Builder::multiply(const std::string& name, const Value& a, const Value& b) {
  return node("Mul", name, {a.name, b.name}, a.channels);
}

Value Builder::class_activation(const std::string& name, const Value& x, const std::string& gemm, int classes) {
  const std::string shape = constant(name + "/shape", Tensor::int64s({4}, {classes, x.channels, 1, 1}));
  const Value weight = node("Reshape", name + "/weight", {gemm + "/weight", shape}, classes);
  return node("Conv", name, {x.name, weight.name}, classes, {{"kernel_shape", repeated(1, 2)}});
}

}  // namespace galen::network
