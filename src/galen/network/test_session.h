// For tests: runs a graph with OpenVINO in float32. (The runtime layer lies above this one.)
#pragma once

#include <cmath>
#include <cstring>
#include <map>
#include <openvino/openvino.hpp>
#include <string>
#include <vector>

#include "galen/base/random.h"
#include "galen/network/graph.h"

namespace galen::network {

inline Tensor random_image(Shape shape, std::uint64_t seed = 1) {
  Random random(seed);
  Tensor image{ElementType::kFloat32, shape, {}};
  std::vector<float> values(static_cast<std::size_t>(image.elements()));
  for (float& value : values) value = static_cast<float>(random.normal());
  return Tensor::floats(std::move(shape), values);
}

inline std::map<std::string, Tensor> run(const Graph& graph, const Tensor& image) {
  static ov::Core core;
  const auto model = core.read_model(to_onnx(graph), ov::Tensor());
  auto compiled = core.compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32));
  auto request = compiled.create_infer_request();
  ov::Tensor input(ov::element::f32, ov::Shape(image.shape.begin(), image.shape.end()));
  std::memcpy(input.data(), image.bytes.data(), image.bytes.size());
  request.set_input_tensor(input);
  request.infer();
  std::map<std::string, Tensor> outputs;
  for (std::size_t i = 0; i < compiled.outputs().size(); ++i) {
    const ov::Tensor output = request.get_output_tensor(i);
    const ov::Shape shape = output.get_shape();
    Tensor tensor{ElementType::kFloat32, Shape(shape.begin(), shape.end()), {}};
    tensor.bytes.assign(static_cast<const char*>(output.data()), output.get_byte_size());
    outputs[compiled.outputs()[i].get_any_name()] = std::move(tensor);
  }
  return outputs;
}

// Root of the mean squared difference, relative to that of `reference`.
inline double relative_difference(const Tensor& other, const Tensor& reference) {
  const std::vector<float> a = other.as_floats(), b = reference.as_floats();
  if (a.size() != b.size()) return HUGE_VAL;
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(difference / size);
}

}  // namespace galen::network
