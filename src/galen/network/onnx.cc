// The one file that sees ONNX's and protobuf's headers: LibTorch brings another protobuf of its own.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <onnx/shape_inference/implementation.h>
#pragma GCC diagnostic pop

#include <cmath>
#include <cstring>
#include <optional>
#include <set>

#include "galen/base/files.h"
#include "galen/network/graph.h"
#include "galen/network/tensor_file.h"

namespace galen::network {
namespace {

constexpr int kIrVersion = 8;  // The one that came with opset 17.
constexpr std::int64_t kOldestOpset = 11;
constexpr std::int64_t kNewestOpset = 17;

struct TypePair {
  ElementType ours;
  int theirs;
};
constexpr TypePair kTypes[] = {
    {ElementType::kFloat32, onnx::TensorProto::FLOAT}, {ElementType::kFloat16, onnx::TensorProto::FLOAT16},
    {ElementType::kInt8, onnx::TensorProto::INT8},     {ElementType::kUint8, onnx::TensorProto::UINT8},
    {ElementType::kInt32, onnx::TensorProto::INT32},   {ElementType::kInt64, onnx::TensorProto::INT64},
    {ElementType::kBool, onnx::TensorProto::BOOL},     {ElementType::kDouble, onnx::TensorProto::DOUBLE},
};

std::optional<ElementType> type_from_onnx(int theirs) {
  for (const TypePair& pair : kTypes) {
    if (pair.theirs == theirs) return pair.ours;
  }
  return std::nullopt;
}

int type_to_onnx(ElementType ours) {
  for (const TypePair& pair : kTypes) {
    if (pair.ours == ours) return pair.theirs;
  }
  return onnx::TensorProto::UNDEFINED;
}

std::string in_quotes(const std::string& text) { return std::string("'").append(text, 0, 120).append("'"); }

// Reads one model; each step fails with a sentence and `read` stops at the first.
class Reader {
 public:
  explicit Reader(const GraphLimits& limits) : limits_(limits) {}

  Result<Graph> read(std::string_view bytes) {
    if (bytes.size() > limits_.file_bytes || bytes.size() > static_cast<std::size_t>(INT32_MAX)) {
      return Error{"The ONNX model has " + std::to_string(bytes.size()) + " bytes, more than is allowed"};
    }
    onnx::ModelProto model;
    if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !model.has_graph()) {
      return Error{"This is not an ONNX model, or it is damaged"};
    }
    for (const auto step : {&Reader::read_header, &Reader::read_initializers, &Reader::read_inputs, &Reader::read_nodes,
                            &Reader::read_outputs}) {
      if (Status status = (this->*step)(model); !status) return status.error();
    }
    return std::move(graph_);
  }

  Result<Tensor> read_single_tensor(std::string_view bytes) {
    onnx::TensorProto tensor;
    if (bytes.size() > limits_.file_bytes || bytes.size() > static_cast<std::size_t>(INT32_MAX) ||
        !tensor.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return Error{"This is not an ONNX tensor, or it is damaged"};
    }
    return read_tensor(tensor);
  }

 private:
  Status read_header(const onnx::ModelProto& model) {
    std::int64_t opset = 0;
    for (const auto& import : model.opset_import()) {
      if (import.domain().empty() || import.domain() == "ai.onnx") opset = import.version();
    }
    if (opset < kOldestOpset || opset > kNewestOpset) {
      return Error{"The ONNX model is of opset " + std::to_string(opset) + "; galen reads opsets " +
                   std::to_string(kOldestOpset) + " to " + std::to_string(kNewestOpset) +
                   ": export it again with opset 17"};
    }
    if (model.functions_size() > 0 || model.training_info_size() > 0) {
      return Error{"The ONNX model has functions or training information, which galen does not read"};
    }
    const onnx::GraphProto& source = model.graph();
    if (source.sparse_initializer_size() > 0)
      return Error{"The ONNX model has sparse weights, which galen does not read"};
    if (static_cast<std::size_t>(source.node_size()) > limits_.nodes) {
      return Error{"The ONNX model has " + std::to_string(source.node_size()) + " nodes, more than is allowed"};
    }
    graph_.opset = static_cast<int>(opset);
    graph_.name = source.name();
    graph_.doc = source.doc_string();
    for (const auto& property : model.metadata_props()) graph_.metadata[property.key()] = property.value();
    return {};
  }

  Status read_initializers(const onnx::ModelProto& model) {
    for (const auto& initializer : model.graph().initializer()) {
      if (Status status = add_initializer(initializer.name(), initializer); !status) return status;
    }
    return {};
  }

  Status add_initializer(const std::string& name, const onnx::TensorProto& source) {
    if (name.empty()) return Error{"The ONNX model has a weight without a name"};
    Result<Tensor> tensor = read_tensor(source);
    if (!tensor) return tensor.error_in("Weight " + in_quotes(name));
    if (Status status = define(name); !status) return status;
    graph_.initializers.emplace(name, std::move(*tensor));
    return {};
  }

  Result<Tensor> read_tensor(const onnx::TensorProto& source) {
    if (source.data_location() == onnx::TensorProto::EXTERNAL || source.external_data_size() > 0) {
      return Error{"its data is in another file; galen reads models that are one file"};
    }
    if (source.has_segment()) return Error{"it is split into segments, which galen does not read"};
    const auto type = type_from_onnx(source.data_type());
    if (!type)
      return Error{"its element type (" + std::to_string(source.data_type()) + ") is not one that galen reads"};
    Tensor tensor;
    tensor.type = *type;
    std::size_t elements = 1;
    const std::size_t most = limits_.initializer_bytes / size_of(*type);
    for (const std::int64_t extent : source.dims()) {
      if (extent < 0) return Error{"it has a negative size"};
      if (extent > 0 && elements > most / static_cast<std::size_t>(extent))
        return Error{"it is larger than is allowed"};
      elements *= static_cast<std::size_t>(extent);
      tensor.shape.push_back(extent);
    }
    const std::size_t bytes = elements * size_of(*type);
    if (source.has_raw_data()) {
      tensor.bytes = source.raw_data();
    } else if (Status status = read_typed_data(source, *type, elements, tensor.bytes); !status) {
      return status.error();
    }
    if (tensor.bytes.size() != bytes) {
      return Error{"it has " + std::to_string(tensor.bytes.size()) + " bytes of data where its shape needs " +
                   std::to_string(bytes)};
    }
    initializer_bytes_ += bytes;
    if (initializer_bytes_ > limits_.initializer_bytes) return Error{"the weights are together larger than is allowed"};
    return tensor;
  }

  template <typename Stored, typename Field>
  static Status copy_field(const Field& field, std::size_t elements, std::string& bytes) {
    if (static_cast<std::size_t>(field.size()) != elements) {
      return Error{"it has " + std::to_string(field.size()) + " values where its shape needs " +
                   std::to_string(elements)};
    }
    bytes.resize(elements * sizeof(Stored));
    for (std::size_t i = 0; i < elements; ++i) {
      const auto value = static_cast<Stored>(field.Get(static_cast<int>(i)));
      std::memcpy(bytes.data() + i * sizeof(Stored), &value, sizeof(Stored));
    }
    return {};
  }

  static Status read_typed_data(const onnx::TensorProto& source, ElementType type, std::size_t elements,
                                std::string& bytes) {
    switch (type) {
      case ElementType::kFloat32:
        return copy_field<float>(source.float_data(), elements, bytes);
      case ElementType::kDouble:
        return copy_field<double>(source.double_data(), elements, bytes);
      case ElementType::kInt64:
        return copy_field<std::int64_t>(source.int64_data(), elements, bytes);
      case ElementType::kInt32:
        return copy_field<std::int32_t>(source.int32_data(), elements, bytes);
      case ElementType::kFloat16:
        return copy_field<std::uint16_t>(source.int32_data(), elements, bytes);
      case ElementType::kInt8:
        return copy_field<std::int8_t>(source.int32_data(), elements, bytes);
      case ElementType::kUint8:
      case ElementType::kBool:
        return copy_field<std::uint8_t>(source.int32_data(), elements, bytes);
    }
    return Error{"its element type is not one that galen reads"};
  }

  Status read_inputs(const onnx::ModelProto& model) {
    for (const auto& source : model.graph().input()) {
      if (graph_.initializers.count(source.name())) continue;  // A default value: galen takes it as the weight.
      Result<ValueInfo> info = read_value_info(source);
      if (!info) return info.error();
      if (Status status = define(info->name); !status) return status;
      graph_.inputs.push_back(std::move(*info));
    }
    return {};
  }

  static Result<ValueInfo> read_value_info(const onnx::ValueInfoProto& source) {
    if (source.name().empty()) return Error{"The ONNX model has an input or output without a name"};
    if (!source.type().has_tensor_type()) return Error{"Value " + in_quotes(source.name()) + " is not a tensor"};
    const auto& described = source.type().tensor_type();
    const auto type = type_from_onnx(described.elem_type());
    if (!type) return Error{"Value " + in_quotes(source.name()) + " is of an element type that galen does not read"};
    ValueInfo info{source.name(), *type, {}};
    for (const auto& extent : described.shape().dim()) {
      info.shape.push_back(extent.has_dim_value() && extent.dim_value() > 0 ? extent.dim_value() : -1);
    }
    return info;
  }

  Status read_nodes(const onnx::ModelProto& model) {
    for (const auto& source : model.graph().node()) {
      const std::string what = source.op_type() + " node " + in_quotes(source.name());
      if (!source.domain().empty() && source.domain() != "ai.onnx") {
        return Error{what + " is of the domain " + in_quotes(source.domain()) + ", which galen does not know"};
      }
      Node node;
      node.op = source.op_type();
      node.name = source.name();
      for (const auto& attribute : source.attribute()) {
        Result<Attribute> value = read_attribute(attribute);
        if (!value) return value.error_in(what + ", attribute " + in_quotes(attribute.name()));
        node.attributes.insert_or_assign(attribute.name(), std::move(*value));
      }
      for (const std::string& input : source.input()) {
        if (!input.empty() && !defined_.count(input)) {
          return Error{what + " uses the value " + in_quotes(input) +
                       ", which nothing before it gives (the nodes are out of order, form a cycle, or one is missing)"};
        }
        node.inputs.push_back(input);
      }
      if (node.op == "Constant") {
        if (Status status = add_constant(node, source); !status) return status.error_in(what);
        continue;
      }
      for (const std::string& output : source.output()) {
        if (!output.empty()) {
          if (Status status = define(output); !status) return status;
        }
        node.outputs.push_back(output);
      }
      graph_.nodes.push_back(std::move(node));
    }
    return {};
  }

  Status add_constant(const Node& node, const onnx::NodeProto& source) {
    if (source.output_size() != 1 || node.attributes.size() != 1)
      return Error{"a constant has one value and one output"};
    const auto& [name, value] = *node.attributes.begin();
    Tensor tensor;
    if (const auto* given = std::get_if<Tensor>(&value); given && name == "value") {
      tensor = *given;
    } else if (const auto* number = std::get_if<float>(&value)) {
      tensor = Tensor::floats({}, {*number});
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      tensor = Tensor::int64s({}, {*integer});
    } else if (const auto* numbers = std::get_if<std::vector<float>>(&value)) {
      tensor = Tensor::floats({static_cast<std::int64_t>(numbers->size())}, *numbers);
    } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&value)) {
      tensor = Tensor::int64s({static_cast<std::int64_t>(integers->size())}, *integers);
    } else {
      return Error{"galen does not read constants of the kind " + in_quotes(name)};
    }
    if (Status status = define(source.output(0)); !status) return status;
    graph_.initializers.emplace(source.output(0), std::move(tensor));
    return {};
  }

  Result<Attribute> read_attribute(const onnx::AttributeProto& source) {
    switch (source.type()) {
      case onnx::AttributeProto::INT:
        return Attribute(static_cast<std::int64_t>(source.i()));
      case onnx::AttributeProto::FLOAT:
        return Attribute(source.f());
      case onnx::AttributeProto::STRING:
        return Attribute(source.s());
      case onnx::AttributeProto::INTS:
        return Attribute(std::vector<std::int64_t>(source.ints().begin(), source.ints().end()));
      case onnx::AttributeProto::FLOATS:
        return Attribute(std::vector<float>(source.floats().begin(), source.floats().end()));
      case onnx::AttributeProto::TENSOR: {
        Result<Tensor> tensor = read_tensor(source.t());
        if (!tensor) return tensor.error();
        return Attribute(std::move(*tensor));
      }
      case onnx::AttributeProto::GRAPH:
      case onnx::AttributeProto::GRAPHS:
        return Error{"it holds a sub-graph, which galen does not read"};
      default:
        return Error{"its type (" + std::to_string(source.type()) + ") is not one that galen reads"};
    }
  }

  Status read_outputs(const onnx::ModelProto& model) {
    std::set<std::string> seen;
    for (const auto& source : model.graph().output()) {
      Result<ValueInfo> info = read_value_info(source);
      if (!info) return info.error();
      if (!defined_.count(info->name))
        return Error{"Nothing in the ONNX model gives its output " + in_quotes(info->name)};
      if (!seen.insert(info->name).second)
        return Error{"The ONNX model has the output " + in_quotes(info->name) + " twice"};
      graph_.outputs.push_back(std::move(*info));
    }
    if (graph_.outputs.empty()) return Error{"The ONNX model has no output"};
    return {};
  }

  Status define(const std::string& name) {
    if (name.empty()) return Error{"The ONNX model has a value without a name"};
    if (!defined_.insert(name).second) return Error{"The ONNX model defines the value " + in_quotes(name) + " twice"};
    return {};
  }

  const GraphLimits limits_;
  Graph graph_;
  std::set<std::string> defined_;
  std::size_t initializer_bytes_ = 0;
};

void write_tensor(const Tensor& tensor, const std::string& name, onnx::TensorProto& target) {
  target.set_name(name);
  target.set_data_type(type_to_onnx(tensor.type));
  for (const std::int64_t extent : tensor.shape) target.add_dims(extent);
  target.set_raw_data(tensor.bytes);
}

void write_value_info(const ValueInfo& info, onnx::ValueInfoProto& target) {
  target.set_name(info.name);
  auto* described = target.mutable_type()->mutable_tensor_type();
  described->set_elem_type(type_to_onnx(info.type));
  auto* shape = described->mutable_shape();
  for (const std::int64_t extent : info.shape) {
    auto* dimension = shape->add_dim();
    if (extent >= 0) dimension->set_dim_value(extent);
  }
}

void write_attribute(const std::string& name, const Attribute& attribute, onnx::AttributeProto& target) {
  target.set_name(name);
  if (const auto* integer = std::get_if<std::int64_t>(&attribute)) {
    target.set_type(onnx::AttributeProto::INT);
    target.set_i(*integer);
  } else if (const auto* number = std::get_if<float>(&attribute)) {
    target.set_type(onnx::AttributeProto::FLOAT);
    target.set_f(*number);
  } else if (const auto* text = std::get_if<std::string>(&attribute)) {
    target.set_type(onnx::AttributeProto::STRING);
    target.set_s(*text);
  } else if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&attribute)) {
    target.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : *integers) target.add_ints(value);
  } else if (const auto* numbers = std::get_if<std::vector<float>>(&attribute)) {
    target.set_type(onnx::AttributeProto::FLOATS);
    for (const float value : *numbers) target.add_floats(value);
  } else if (const auto* tensor = std::get_if<Tensor>(&attribute)) {
    target.set_type(onnx::AttributeProto::TENSOR);
    write_tensor(*tensor, "", *target.mutable_t());
  }
}

onnx::ModelProto model_of(const Graph& graph) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("galen");
  auto* import = model.add_opset_import();
  import->set_domain("");
  import->set_version(graph.opset);
  for (const auto& [key, value] : graph.metadata) {
    auto* property = model.add_metadata_props();
    property->set_key(key);
    property->set_value(value);
  }
  onnx::GraphProto& target = *model.mutable_graph();
  target.set_name(graph.name.empty() ? "network" : graph.name);
  if (!graph.doc.empty()) target.set_doc_string(graph.doc);
  for (const ValueInfo& input : graph.inputs) write_value_info(input, *target.add_input());
  for (const ValueInfo& output : graph.outputs) write_value_info(output, *target.add_output());
  for (const Node& node : graph.nodes) {
    onnx::NodeProto& written = *target.add_node();
    written.set_op_type(node.op);
    written.set_name(node.name);
    for (const std::string& input : node.inputs) written.add_input(input);
    for (const std::string& output : node.outputs) written.add_output(output);
    for (const auto& [name, attribute] : node.attributes) write_attribute(name, attribute, *written.add_attribute());
  }
  for (const auto& [name, tensor] : graph.initializers) write_tensor(tensor, name, *target.add_initializer());
  return model;
}

}  // namespace

Result<Graph> parse_onnx(std::string_view bytes, const GraphLimits& limits) { return Reader(limits).read(bytes); }

Result<Graph> read_onnx(const std::string& path, const GraphLimits& limits) {
  Result<std::string> bytes = read_text_file(path, limits.file_bytes);
  if (!bytes) return bytes.error();
  Result<Graph> graph = parse_onnx(*bytes, limits);
  if (!graph) return graph.error_in(path);
  return graph;
}

Result<Tensor> parse_tensor_proto(std::string_view bytes, const GraphLimits& limits) {
  return Reader(limits).read_single_tensor(bytes);
}

std::string to_onnx(const Graph& graph) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    model_of(graph).SerializeToCodedStream(&coded);
  }
  return bytes;
}

Status check_onnx(const Graph& graph) {
  try {
    onnx::ModelProto model = model_of(graph);
    onnx::checker::check_model(model);
    onnx::ShapeInferenceOptions options(/*check_type=*/true, /*strict_mode=*/1, /*data_prop=*/true);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), options);
  } catch (const std::exception& failure) {
    return Error{std::string("The network is not valid ONNX: ") + failure.what()};
  }
  return {};
}

}  // namespace galen::network
