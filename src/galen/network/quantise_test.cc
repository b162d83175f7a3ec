#include "galen/network/quantise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "galen/network/architecture.h"
#include "galen/network/test_session.h"

namespace galen::network {
namespace {

// A network whose norms have something to fold: statistics and scales away from 0 and 1.
Graph network(ArchitectureOptions options) {
  Graph graph = std::move(*build_architecture(options));
  Random random(11);
  for (auto& [name, tensor] : graph.initializers) {
    const bool scale = name.ends_with("norm/scale") || name.ends_with("norm/variance");
    const bool shift = name.ends_with("norm/bias") || name.ends_with("norm/mean");
    if (!scale && !shift) continue;
    std::vector<float> values = tensor.as_floats();
    for (float& value : values)
      value = static_cast<float>(scale ? random.uniform(0.5, 1.5) : random.uniform(-0.2, 0.2));
    tensor = Tensor::floats(tensor.shape, values);
  }
  return graph;
}

int count(const Graph& graph, const std::string& op) {
  return static_cast<int>(
      std::count_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) { return node.op == op; }));
}

TEST(QuantiseTest, FoldingNormsKeepsTheOutput) {
  const Graph graph = network({.name = "lite-unet", .segmentation_channels = 2, .classes = 3});
  const Graph folded = with_storage(graph, Storage::kFloat32);
  EXPECT_EQ(count(folded, "BatchNormalization"), 0);
  EXPECT_TRUE(check_onnx(folded));
  const Tensor image = random_image({1, 3, 64, 64});
  const auto before = run(graph, image), after = run(folded, image);
  for (const char* name : {"segmentation", "classification", "saliency"}) {
    EXPECT_LT(relative_difference(after.at(name), before.at(name)), 1e-4) << name;
  }
}

TEST(QuantiseTest, EachStorageIsSmallerLoadsAndStaysClose) {
  const Graph graph = network({.name = "lite-unet", .segmentation_channels = 2, .classes = 300});
  const Tensor image = random_image({1, 3, 64, 96});
  const auto exact = run(graph, image);
  const std::size_t full = to_onnx(graph).size();
  // Untrained networks of this depth amplify rounding about tenfold against trained ones.
  const struct {
    Storage storage;
    double bytes, difference;
  } cases[] = {{Storage::kFloat16, 0.52, 0.03}, {Storage::kInt8, 0.30, 0.15}};
  for (const auto& [storage, bytes, difference] : cases) {
    const Graph stored = with_storage(graph, storage);
    EXPECT_TRUE(check_onnx(stored));
    EXPECT_LT(static_cast<double>(to_onnx(stored).size()), bytes * static_cast<double>(full));
    const auto outputs = run(stored, image);
    for (const char* name : {"segmentation", "classification", "saliency"}) {
      EXPECT_LT(relative_difference(outputs.at(name), exact.at(name)), difference) << name;
    }
  }
}

TEST(QuantiseTest, DeepFusionLabFitsIntoNineMegabytes) {
  const Graph graph = network({.name = "deepfusionlab", .segmentation_channels = 4, .classes = 4});
  EXPECT_LT(to_onnx(with_storage(graph, Storage::kInt8)).size(), 9'000'000u);
}

TEST(QuantiseTest, FloatWeightsAreTheStoredOnes) {
  const Graph stored =
      with_storage(network({.name = "unet-3d",
                            .segmentation_channels = 1,
                            .options = {{"upsampling", "transposed"}, {"base_channels", 24}, {"levels", 3}}}),
                   Storage::kInt8);
  EXPECT_GT(count(stored, "DequantizeLinear"), 0);
  const Graph floats = with_float_weights(stored);
  EXPECT_EQ(count(floats, "DequantizeLinear") + count(floats, "Cast"), 0);
  const Tensor image = random_image({1, 3, 8, 8, 8});
  EXPECT_LT(relative_difference(run(floats, image).at("segmentation"), run(stored, image).at("segmentation")), 1e-5);
  // Storing what was stored changes no weight by more than float rounding.
  const Graph again = with_float_weights(with_storage(floats, Storage::kInt8));
  const std::string name = "encoder/level2/second/conv/weight";
  EXPECT_LT(relative_difference(again.initializers.at(name), floats.initializers.at(name)), 2e-3);
}

// One Gemm or ConvTranspose whose output channels have very different sizes: only scales along the right axis keep
// both.
TEST(QuantiseTest, ScalesFollowTheOutputChannelsOfEachOperator) {
  const struct {
    const char* op;
    Shape shape;
    std::size_t axis;
    std::map<std::string, Attribute> attributes;
  } cases[] = {
      {"Conv", {200, 200, 1, 1}, 0, {}},
      {"ConvTranspose", {200, 200, 1, 1}, 1, {}},
      {"Gemm", {200, 200}, 0, {{"transB", std::int64_t{1}}}},
      {"Gemm", {200, 200}, 1, {}},
      {"MatMul", {200, 200}, 1, {}},
  };
  for (const auto& [op, shape, axis, attributes] : cases) {
    Graph graph;
    graph.inputs = {{"x", ElementType::kFloat32, {}}};
    graph.outputs = {{"y", ElementType::kFloat32, {}}};
    graph.nodes = {{op, "n", {"x", "w"}, {"y"}, attributes}};
    Random random(5);
    std::vector<float> values(40'000);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t channel = axis == 0 ? i / 200 : i % 200;
      values[i] = static_cast<float>(random.normal() * std::pow(10.0, static_cast<double>(channel % 5)));
    }
    graph.initializers["w"] = Tensor::floats(shape, values);
    const Graph stored = with_storage(graph, Storage::kInt8);
    ASSERT_EQ(count(stored, "DequantizeLinear"), 1) << op;
    EXPECT_EQ(stored.nodes[0].integer("axis", -9), static_cast<std::int64_t>(axis)) << op;
    const std::vector<float> read = with_float_weights(stored).initializers.at("w").as_floats();
    double small_error = 0, small_size = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if ((axis == 0 ? i / 200 : i % 200) % 5 != 0) continue;
      small_error += std::pow(read[i] - values[i], 2);
      small_size += std::pow(values[i], 2);
    }
    EXPECT_LT(std::sqrt(small_error / small_size), 0.01) << op;
  }
}

TEST(QuantiseTest, AnOutlierDoesNotCostTheOthersTheirPrecision) {
  Random random(9);
  std::vector<float> values(40'000);
  for (float& value : values) value = static_cast<float>(random.normal());
  values[7] = 8;
  Graph graph;
  graph.inputs = {{"x", ElementType::kFloat32, {}}};
  graph.outputs = {{"y", ElementType::kFloat32, {}}};
  graph.nodes = {{"Conv", "n", {"x", "w"}, {"y"}, {}}};
  graph.initializers["w"] = Tensor::floats({1, 40'000, 1, 1}, values);
  const std::vector<float> read =
      with_float_weights(with_storage(graph, Storage::kInt8)).initializers.at("w").as_floats();
  double error = 0, plain = 0;
  const float scale = 8.0f / 127;
  for (std::size_t i = 0; i < values.size(); ++i) {
    error += std::pow(read[i] - values[i], 2);
    plain += std::pow(std::nearbyint(values[i] / scale) * scale - values[i], 2);
  }
  EXPECT_LT(error, 0.9 * plain);
}

TEST(QuantiseTest, LeavesANormThatTwoReadersShareWithAConvolution) {
  Graph graph = network({.name = "unet", .segmentation_channels = 1});
  // The first convolution's output is now read by its norm and by the outside.
  graph.outputs.push_back({"encoder/level0/first/conv", ElementType::kFloat32, {-1, 16, -1, -1}});
  EXPECT_EQ(count(with_storage(graph, Storage::kFloat32), "BatchNormalization"), 1);
}

}  // namespace
}  // namespace galen::network
