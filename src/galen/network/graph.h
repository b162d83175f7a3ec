// A network as galen sees it: the part of ONNX (opset 17) that describes inference graphs, without ONNX's own headers.
// The builder writes it, the trainer interprets it, the runtime executes its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "galen/base/result.h"

namespace galen::network {

enum class ElementType { kFloat32, kFloat16, kInt8, kUint8, kInt32, kInt64, kBool, kDouble };
std::size_t size_of(ElementType type);

using Shape = std::vector<std::int64_t>;

// A constant or a weight: dense, row-major, little-endian.
struct Tensor {
  ElementType type = ElementType::kFloat32;
  Shape shape;
  std::string bytes;

  std::int64_t elements() const;
  static Tensor floats(Shape shape, const std::vector<float>& values);
  static Tensor int64s(Shape shape, const std::vector<std::int64_t>& values);
  // Values as float (from float32, float16, double or an integer type).
  std::vector<float> as_floats() const;
  std::vector<std::int64_t> as_int64s() const;
};

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>, Tensor>;

struct Node {
  std::string op;                   // ONNX operator type, "Conv"
  std::string name;                 // "encoder/stage1/block0/expand/conv"
  std::vector<std::string> inputs;  // "" for an omitted optional input
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;

  std::int64_t integer(const std::string& attribute, std::int64_t otherwise) const;
  float number(const std::string& attribute, float otherwise) const;
  std::string text(const std::string& attribute, const std::string& otherwise) const;
  std::vector<std::int64_t> integers(const std::string& attribute, std::vector<std::int64_t> otherwise = {}) const;
};

// An input or output; -1 stands for a dimension that is free (batch, height, width).
struct ValueInfo {
  std::string name;
  ElementType type = ElementType::kFloat32;
  Shape shape;
};

struct Graph {
  std::string name;
  std::string doc;
  std::vector<Node> nodes;  // In an order in which each node's inputs come before it.
  std::map<std::string, Tensor> initializers;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  int opset = 17;
  std::map<std::string, std::string> metadata;
};

struct GraphLimits {
  std::size_t file_bytes = std::size_t{2} << 30;
  std::size_t nodes = 100'000;
  std::size_t initializer_bytes = std::size_t{2} << 30;
};

// Parses and checks an ONNX model (structure, sorted nodes, every input produced, initializer sizes). Constant nodes
// become initializers. External data files and sub-graphs are refused.
Result<Graph> parse_onnx(std::string_view bytes, const GraphLimits& limits = {});
Result<Graph> read_onnx(const std::string& path, const GraphLimits& limits = {});

// The model's bytes; the same graph always gives the same bytes.
std::string to_onnx(const Graph& graph);

// ONNX's own checker and shape inference over the graph.
Status check_onnx(const Graph& graph);

}  // namespace galen::network
