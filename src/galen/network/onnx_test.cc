#include <gtest/gtest.h>

#include "galen/base/random.h"
#include "galen/network/architecture.h"
#include "galen/network/graph.h"

namespace galen::network {
namespace {

using Ints = std::vector<std::int64_t>;

// x -> Conv -> Relu -> y, with one weight.
Graph small_graph() {
  Graph graph;
  graph.name = "small";
  graph.doc = "one convolution";
  graph.metadata["key"] = "value";
  graph.inputs = {{"x", ElementType::kFloat32, {-1, 1, -1, -1}}};
  graph.outputs = {{"y", ElementType::kFloat32, {-1, 2, -1, -1}}};
  graph.initializers["w"] = Tensor::floats({2, 1, 1, 1}, {1, 2});
  graph.nodes = {{"Conv", "conv", {"x", "w"}, {"c"}, {{"kernel_shape", Ints{1, 1}}}},
                 {"Relu", "relu", {"c"}, {"y"}, {}}};
  return graph;
}

std::string message_of(const std::string& bytes) {
  const Result<Graph> graph = parse_onnx(bytes);
  return graph ? "" : graph.error().message;
}

TEST(OnnxTest, ReadsBackWhatItWrote) {
  Graph graph = small_graph();
  graph.nodes[1].attributes = {{"i", std::int64_t{3}},           {"f", 0.5f},
                               {"s", std::string("text")},       {"is", Ints{1, 2}},
                               {"fs", std::vector<float>{1, 2}}, {"t", Tensor::int64s({1}, {4})}};
  const Result<Graph> read = parse_onnx(to_onnx(graph));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->doc, "one convolution");
  EXPECT_EQ(read->metadata.at("key"), "value");
  EXPECT_EQ(read->opset, 17);
  EXPECT_EQ(read->inputs[0].shape, (Shape{-1, 1, -1, -1}));
  ASSERT_EQ(read->nodes.size(), 2u);
  EXPECT_EQ(read->nodes[0].inputs, (std::vector<std::string>{"x", "w"}));
  EXPECT_EQ(read->nodes[1].integer("i", 0), 3);
  EXPECT_EQ(read->nodes[1].number("f", 0), 0.5f);
  EXPECT_EQ(read->nodes[1].text("s", ""), "text");
  EXPECT_EQ(read->nodes[1].integers("is"), (Ints{1, 2}));
  EXPECT_EQ(std::get<Tensor>(read->nodes[1].attributes.at("t")).as_int64s(), Ints{4});
  EXPECT_EQ(read->initializers.at("w").as_floats(), (std::vector<float>{1, 2}));
  EXPECT_EQ(to_onnx(*read), to_onnx(graph));
}

TEST(OnnxTest, TurnsConstantNodesIntoInitializers) {
  Graph graph = small_graph();
  graph.initializers.erase("w");
  graph.nodes.insert(graph.nodes.begin(),
                     {"Constant", "c", {}, {"w"}, {{"value", Tensor::floats({2, 1, 1, 1}, {5, 6})}}});
  const Result<Graph> read = parse_onnx(to_onnx(graph));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->nodes.size(), 2u);
  EXPECT_EQ(read->initializers.at("w").as_floats(), (std::vector<float>{5, 6}));
}

TEST(OnnxTest, CheckNamesWhatOnnxDoesNotAllow) {
  EXPECT_TRUE(check_onnx(small_graph()));
  Graph graph = small_graph();
  graph.nodes[1].op = "NoSuchOperator";
  const Status status = check_onnx(graph);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("NoSuchOperator"), std::string::npos);
  graph = small_graph();
  graph.nodes[1].inputs = {"c", "c"};  // Relu takes one
  EXPECT_FALSE(check_onnx(graph));
}

TEST(OnnxTest, RefusesAModelCutAtEachTenth) {
  const std::string bytes = to_onnx(*build_architecture({.name = "unet", .segmentation_channels = 1}));
  for (std::size_t tenth = 0; tenth < 10; ++tenth) {
    EXPECT_FALSE(parse_onnx(std::string_view(bytes).substr(0, bytes.size() * tenth / 10))) << tenth;
  }
}

TEST(OnnxTest, RefusesAWeightWhoseDataDoesNotFitItsShape) {
  Graph graph = small_graph();
  graph.initializers["w"].shape = {2, 1, 1, 2};
  EXPECT_EQ(message_of(to_onnx(graph)), "Weight 'w': it has 8 bytes of data where its shape needs 16");
  graph.initializers["w"].shape = {-2, 1, 1, 1};
  EXPECT_EQ(message_of(to_onnx(graph)), "Weight 'w': it has a negative size");
  // The product wraps around to 0 in 64 bits.
  graph.initializers["w"].shape = {std::int64_t{1} << 32, std::int64_t{1} << 32};
  EXPECT_EQ(message_of(to_onnx(graph)), "Weight 'w': it is larger than is allowed");
}

TEST(OnnxTest, RefusesCyclesNodesOutOfOrderAndMissingValues) {
  Graph graph = small_graph();
  std::swap(graph.nodes[0], graph.nodes[1]);
  EXPECT_NE(message_of(to_onnx(graph)).find("Relu node 'relu' uses the value 'c'"), std::string::npos);
  graph = small_graph();
  graph.nodes[0].inputs[0] = "y";
  EXPECT_NE(message_of(to_onnx(graph)).find("uses the value 'y'"), std::string::npos);
  graph = small_graph();
  graph.initializers.clear();
  EXPECT_NE(message_of(to_onnx(graph)).find("uses the value 'w'"), std::string::npos);
  graph = small_graph();
  graph.outputs[0].name = "z";
  EXPECT_EQ(message_of(to_onnx(graph)), "Nothing in the ONNX model gives its output 'z'");
  graph = small_graph();
  graph.nodes[1].outputs[0] = "c";
  EXPECT_EQ(message_of(to_onnx(graph)), "The ONNX model defines the value 'c' twice");
}

TEST(OnnxTest, RefusesOtherOperatorSetsAndSizesBeyondItsLimits) {
  Graph graph = small_graph();
  graph.opset = 9;
  EXPECT_NE(message_of(to_onnx(graph)).find("opset 9"), std::string::npos);
  const std::string bytes = to_onnx(small_graph());
  EXPECT_FALSE(parse_onnx(bytes, {.file_bytes = bytes.size() - 1}));
  EXPECT_FALSE(parse_onnx(bytes, {.nodes = 1}));
  EXPECT_FALSE(parse_onnx(bytes, {.initializer_bytes = 7}));
}

// Protobuf by hand, for what to_onnx never writes.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}
std::string number(int field, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
}
std::string text(int field, const std::string& value) {
  return varint((static_cast<std::uint64_t>(field) << 3) | 2) + varint(value.size()) + value;
}
std::string model_around(const std::string& graph) { return number(1, 8) + text(8, number(2, 17)) + text(7, graph); }

TEST(OnnxTest, RefusesWeightsInOtherFiles) {
  const std::string location = text(13, text(1, "location") + text(2, "/etc/passwd"));
  for (const std::string& external : {location, number(14, 1), location + number(14, 1)}) {
    const std::string weight = number(1, 1) + number(2, 1) + text(8, "w") + external;
    EXPECT_EQ(message_of(model_around(text(5, weight))),
              "Weight 'w': its data is in another file; galen reads models that are one file");
  }
}

TEST(OnnxTest, RefusesSubGraphsHoweverDeep) {
  std::string graph;
  for (int depth = 0; depth < 3; ++depth) {
    graph =
        text(1, text(4, "If") + text(3, "branch") + text(5, text(1, "then_branch") + number(20, 5) + text(6, graph)));
  }
  EXPECT_NE(message_of(model_around(graph)).find("sub-graph"), std::string::npos);
  for (int depth = 0; depth < 500; ++depth) graph = text(1, text(4, "If") + text(5, number(20, 5) + text(6, graph)));
  EXPECT_FALSE(parse_onnx(model_around(graph)));
}

TEST(OnnxTest, SurvivesDamagedBytes) {
  const std::string good = to_onnx(small_graph());
  Random random(7);
  int refused = 0, valid = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = good;
    for (std::uint64_t i = 0, count = 1 + random.below(4); i < count; ++i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
    }
    const Result<Graph> graph = parse_onnx(bytes);
    if (graph) {
      // What is accepted can be written again, and ONNX's checker gives an answer.
      EXPECT_TRUE(parse_onnx(to_onnx(*graph)));
      valid += check_onnx(*graph) ? 1 : 0;
    } else {
      EXPECT_FALSE(graph.error().message.empty());
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(valid, 0);
}

TEST(OnnxTest, NamesTheFileThatItCannotRead) {
  const Result<Graph> graph = read_onnx("/no/such/network.onnx");
  ASSERT_FALSE(graph);
  EXPECT_NE(graph.error().message.find("/no/such/network.onnx"), std::string::npos);
}

}  // namespace
}  // namespace galen::network
