#include "galen/network/graph.h"

#include <cstring>

#include "galen/base/check.h"
#include "galen/network/half.h"

namespace galen::network {
namespace {

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

template <typename Stored, typename Wanted, typename Convert>
std::vector<Wanted> converted(const std::string& bytes, Convert convert) {
  std::vector<Wanted> values(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = convert(stored);
  }
  return values;
}

template <typename Wanted>
std::vector<Wanted> values_as(const Tensor& tensor) {
  const auto plain = [](auto stored) { return static_cast<Wanted>(stored); };
  switch (tensor.type) {
    case ElementType::kFloat32:
      return converted<float, Wanted>(tensor.bytes, plain);
    case ElementType::kFloat16:
      return converted<std::uint16_t, Wanted>(
          tensor.bytes, [](std::uint16_t half) { return static_cast<Wanted>(float_from_half(half)); });
    case ElementType::kInt8:
      return converted<std::int8_t, Wanted>(tensor.bytes, plain);
    case ElementType::kUint8:
      return converted<std::uint8_t, Wanted>(tensor.bytes, plain);
    case ElementType::kInt32:
      return converted<std::int32_t, Wanted>(tensor.bytes, plain);
    case ElementType::kInt64:
      return converted<std::int64_t, Wanted>(tensor.bytes, plain);
    case ElementType::kBool:
      return converted<std::uint8_t, Wanted>(tensor.bytes, plain);
    case ElementType::kDouble:
      return converted<double, Wanted>(tensor.bytes, plain);
  }
  return {};
}

template <typename T>
const T* attribute_as(const Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? nullptr : std::get_if<T>(&found->second);
}

}  // namespace

std::size_t size_of(ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
    case ElementType::kInt32:
      return 4;
    case ElementType::kFloat16:
      return 2;
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kBool:
      return 1;
    case ElementType::kInt64:
    case ElementType::kDouble:
      return 8;
  }
  return 0;
}

std::int64_t Tensor::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  return count;
}

Tensor Tensor::floats(Shape shape, const std::vector<float>& values) {
  Tensor tensor{ElementType::kFloat32, std::move(shape), bytes_of(values)};
  GALEN_CHECK(tensor.elements() == static_cast<std::int64_t>(values.size()),
              "as many values as the shape has elements");
  return tensor;
}

Tensor Tensor::int64s(Shape shape, const std::vector<std::int64_t>& values) {
  Tensor tensor{ElementType::kInt64, std::move(shape), bytes_of(values)};
  GALEN_CHECK(tensor.elements() == static_cast<std::int64_t>(values.size()),
              "as many values as the shape has elements");
  return tensor;
}

std::vector<float> Tensor::as_floats() const { return values_as<float>(*this); }
std::vector<std::int64_t> Tensor::as_int64s() const { return values_as<std::int64_t>(*this); }

std::int64_t Node::integer(const std::string& attribute, std::int64_t otherwise) const {
  const auto* value = attribute_as<std::int64_t>(*this, attribute);
  return value ? *value : otherwise;
}

float Node::number(const std::string& attribute, float otherwise) const {
  const auto* value = attribute_as<float>(*this, attribute);
  return value ? *value : otherwise;
}

std::string Node::text(const std::string& attribute, const std::string& otherwise) const {
  const auto* value = attribute_as<std::string>(*this, attribute);
  return value ? *value : otherwise;
}

std::vector<std::int64_t> Node::integers(const std::string& attribute, std::vector<std::int64_t> otherwise) const {
  const auto* value = attribute_as<std::vector<std::int64_t>>(*this, attribute);
  return value ? *value : std::move(otherwise);
}

}  // namespace galen::network
