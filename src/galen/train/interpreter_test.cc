#include "galen/train/interpreter.h"

#include <gtest/gtest.h>

#include <functional>

#include "galen/base/files.h"
#include "galen/train/operators_batch_norm.h"
#include "galen/train/operators_conv_gradient.h"

namespace galen::train {
namespace {

using network::Graph;
using network::Node;
using torch::Tensor;

network::Tensor random_floats(network::Shape shape, float offset = 0) {
  const Tensor values = torch::randn(shape) * 0.5 + offset;
  std::vector<float> copied(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
  return network::Tensor::floats(std::move(shape), copied);
}

// image -> Conv -> BatchNormalization -> (Clip at 6) -> output
Graph conv_norm_graph(bool clip = true) {
  torch::manual_seed(3);
  Graph graph;
  graph.inputs = {{"image", network::ElementType::kFloat32, {-1, 3, -1, -1}}};
  graph.outputs = {{"y", network::ElementType::kFloat32, {-1, 5, -1, -1}}};
  graph.initializers = {{"a/weight", random_floats({5, 3, 3, 3})}, {"b/scale", random_floats({5}, 1)},
                        {"b/bias", random_floats({5}, 0.2F)},      {"b/mean", random_floats({5})},
                        {"b/var", random_floats({5}, 3)},          {"zero", network::Tensor::floats({}, {0})},
                        {"six", network::Tensor::floats({}, {6})}};
  const std::string last = clip ? "n" : "y";
  graph.nodes = {
      {"Conv", "a", {"image", "a/weight"}, {"c"}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}}},
      {"BatchNormalization", "b", {"c", "b/scale", "b/bias", "b/mean", "b/var"}, {last}, {{"momentum", 0.75F}}}};
  if (clip) graph.nodes.push_back({"Clip", "d", {"n", "zero", "six"}, {"y"}, {}});
  return graph;
}

std::unique_ptr<Interpreter> interpreter_of(const Graph& graph, const InterpreterOptions& options = {}) {
  Result<std::unique_ptr<Interpreter>> made = Interpreter::create(graph, options);
  EXPECT_TRUE(made.ok()) << (made ? "" : made.error().message);
  return std::move(*made);
}

TEST(InterpreterTest, NamesEveryOperatorAttributeAndValueThatItDoesNotKnow) {
  Graph graph = conv_norm_graph();
  graph.nodes[0].attributes["auto_pad"] = std::string("SIDEWAYS");
  graph.nodes[1].attributes["colour"] = std::int64_t{1};
  graph.nodes[2].op = "Klip";
  const auto made = Interpreter::create(graph);
  ASSERT_FALSE(made.ok());
  for (const char* words : {"SIDEWAYS", "colour", "Klip", "'a'", "'b'", "'d'"}) {
    EXPECT_NE(made.error().message.find(words), std::string::npos) << words << ": " << made.error().message;
  }
}

TEST(InterpreterTest, TakesWeightsAsParametersAndStatisticsAsBuffers) {
  const auto net = interpreter_of(conv_norm_graph());
  std::vector<std::string> names;
  for (const auto& [name, tensor] : net->parameters()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"a/weight", "b/bias", "b/scale"}));
  EXPECT_EQ(net->buffers().size(), 2U);
}

TEST(InterpreterTest, GivesTheSameInEveryMemoryLayout) {
  const Tensor image = torch::randn({2, 3, 9, 7});
  for (const Mode mode : {Mode::kTraining, Mode::kInference}) {
    InterpreterOptions planar;
    planar.channels_last = false;
    const Tensor a = interpreter_of(conv_norm_graph())->run({{"image", image}}, mode).at("y");
    const Tensor b = interpreter_of(conv_norm_graph(), planar)->run({{"image", image}}, mode).at("y");
    EXPECT_TRUE(torch::allclose(a, b, 1e-4, 1e-5));
    const torch::NoGradGuard guard;
    const Tensor c = interpreter_of(conv_norm_graph())->run({{"image", image}}, mode).at("y");
    EXPECT_TRUE(torch::allclose(a, c, 1e-4, 1e-5));
  }
}

TEST(InterpreterTest, GradientsAreTheSameInEveryMemoryLayout) {
  const Tensor image = torch::randn({2, 3, 9, 7});
  InterpreterOptions planar;
  planar.channels_last = false;
  const auto a = interpreter_of(conv_norm_graph()), b = interpreter_of(conv_norm_graph(), planar);
  const Tensor weights = torch::randn({2, 5, 9, 7});
  for (const auto* net : {&a, &b})
    ((*net)->run({{"image", image}}, Mode::kTraining).at("y") * weights).sum().backward();
  for (const auto& [name, parameter] : a->parameters()) {
    EXPECT_TRUE(torch::allclose(parameter.grad(), b->parameters().at(name).grad(), 1e-3, 1e-4)) << name;
  }
}

TEST(InterpreterTest, RunningStatisticsFollowOnnxMomentum) {
  const Graph graph = conv_norm_graph(false);
  for (const bool channels_last : {true, false}) {
    InterpreterOptions options;
    options.channels_last = channels_last;
    const auto net = interpreter_of(graph, options);
    const Tensor image = torch::randn({4, 3, 8, 8});
    const Tensor before_mean = net->buffers().at("b/mean").clone(), before_var = net->buffers().at("b/var").clone();
    net->run({{"image", image}}, Mode::kTraining);
    const Tensor c = torch::conv2d(image, net->parameters().at("a/weight"), {}, 1, 1).detach();
    const Tensor mean = c.mean({0, 2, 3}), var = c.var({0, 2, 3}, /*unbiased=*/false);
    EXPECT_TRUE(torch::allclose(net->buffers().at("b/mean"), before_mean * 0.75 + mean * 0.25, 1e-4, 1e-5));
    EXPECT_TRUE(torch::allclose(net->buffers().at("b/var"), before_var * 0.75 + var * 0.25, 1e-4, 1e-5));
    const Tensor after = net->buffers().at("b/mean").clone();
    net->run({{"image", image}}, Mode::kInference);
    EXPECT_TRUE(torch::equal(after, net->buffers().at("b/mean")));
  }
}

TEST(InterpreterTest, FrozenPartsKeepTheirWeightsAndStatistics) {
  InterpreterOptions options;
  options.frozen = {"b/"};
  const auto net = interpreter_of(conv_norm_graph(), options);
  EXPECT_EQ(net->parameters().size(), 1U);
  const Tensor image = torch::randn({2, 3, 8, 8});
  const Tensor before = net->buffers().at("b/mean").clone();
  const Tensor trained = net->run({{"image", image}}, Mode::kTraining).at("y");
  trained.sum().backward();
  EXPECT_TRUE(torch::equal(before, net->buffers().at("b/mean")));
  EXPECT_TRUE(torch::allclose(trained, net->run({{"image", image}}, Mode::kInference).at("y"), 1e-5, 1e-6));
  EXPECT_GT(net->parameters().at("a/weight").grad().abs().sum().item<float>(), 0);
}

TEST(InterpreterTest, RunningFrozenPartsLeavesTheInputAsItWas) {
  InterpreterOptions options;
  options.frozen = {"a/", "b/"};
  const auto net = interpreter_of(conv_norm_graph(), options);
  const Tensor image = torch::randn({2, 3, 8, 8}), copy = image.clone();
  const Tensor first = net->run({{"image", image}}, Mode::kTraining).at("y").clone();
  const Tensor second = net->run({{"image", image}}, Mode::kTraining).at("y");
  EXPECT_TRUE(torch::equal(image, copy));
  EXPECT_TRUE(torch::equal(first, second));
}

TEST(InterpreterTest, GivesBackTheGraphWithTrainedWeights) {
  const Graph graph = conv_norm_graph();
  const auto net = interpreter_of(graph);
  EXPECT_EQ(network::to_onnx(net->graph()), network::to_onnx(graph));
  {
    const torch::NoGradGuard guard;
    Tensor(net->parameters().at("a/weight")).add_(1);
  }
  const auto again = interpreter_of(net->graph());
  const Tensor image = torch::randn({1, 3, 6, 6});
  EXPECT_TRUE(torch::equal(net->run({{"image", image}}, Mode::kInference).at("y"),
                           again->run({{"image", image}}, Mode::kInference).at("y")));
  const Graph other = net->graph({{"b/bias", torch::full({5}, 7.0F)}});
  EXPECT_EQ(other.initializers.at("b/bias").as_floats(), std::vector<float>(5, 7.0F));
}

TEST(InterpreterTest, DropoutDropsInTrainingOnly) {
  Graph graph;
  graph.inputs = {{"x", network::ElementType::kFloat32, {-1}}};
  graph.outputs = {{"y", network::ElementType::kFloat32, {-1}}};
  graph.initializers = {{"ratio", network::Tensor::floats({}, {0.25F})}};
  graph.nodes = {{"Dropout", "drop", {"x", "ratio"}, {"y"}, {}}};
  const auto net = interpreter_of(graph);
  const Tensor x = torch::ones({4000});
  EXPECT_TRUE(torch::equal(net->run({{"x", x}}, Mode::kInference).at("y"), x));
  const Tensor y = net->run({{"x", x}}, Mode::kTraining).at("y");
  EXPECT_NEAR((y == 0).to(torch::kFloat).mean().item<float>(), 0.25, 0.05);
  EXPECT_NEAR(y.mean().item<float>(), 1, 0.05);
}

TEST(InterpreterTest, ConstantsBehindDequantizeLinearAreWeightsThatDoNotTrain) {
  Graph graph = conv_norm_graph();
  network::Tensor stored;
  stored.type = network::ElementType::kInt8;
  stored.shape = {5, 3, 3, 3};
  stored.bytes.assign(135, '\x02');
  graph.initializers["a/weight"] = stored;
  graph.initializers["a/step"] = network::Tensor::floats({5}, {1, 2, 3, 4, 5});
  graph.nodes.insert(graph.nodes.begin(),
                     Node{"DequantizeLinear", "q", {"a/weight", "a/step"}, {"w"}, {{"axis", std::int64_t{0}}}});
  graph.nodes[1].inputs[1] = "w";
  const auto net = interpreter_of(graph);
  EXPECT_EQ(net->parameters().size(), 2U);
  const Tensor image = torch::randn({2, 3, 8, 8});
  EXPECT_EQ(net->run({{"image", image}}, Mode::kInference).at("y").sizes().vec(),
            (std::vector<std::int64_t>{2, 5, 8, 8}));
}

// Against central differences of a random weighted sum of the outputs. Where differences of two step sizes disagree, a
// corner of a clipping function lies between; those elements are left out.
void check_gradient(const std::function<Tensor(const Tensor&)>& function, const Tensor& at) {
  const Tensor x = at.clone(at.suggest_memory_format()).requires_grad_(true);
  const Tensor y = function(x);
  torch::manual_seed(5);
  const Tensor weights = torch::randn(y.sizes());
  (y * weights).sum().backward();
  const torch::NoGradGuard guard;
  const Tensor gradient = x.grad().contiguous().view({-1});
  const auto difference = [&](std::int64_t element, double step) {
    double value[2];
    for (const int side : {0, 1}) {
      const Tensor moved = at.contiguous().clone();
      moved.view({-1})[element] += side == 0 ? -step : step;
      const Tensor placed = torch::empty_like(at).copy_(moved);
      value[side] = (function(placed).to(torch::kDouble) * weights).sum().item<double>();
    }
    return (value[1] - value[0]) / (2 * step);
  };
  const std::int64_t stride = std::max<std::int64_t>(1, at.numel() / 23);
  int checked = 0, all = 0;
  for (std::int64_t i = 0; i < at.numel(); i += stride, ++all) {
    const double expected = difference(i, 1e-2), tolerance = 2e-2 * std::max(1.0, std::abs(expected));
    if (std::abs(difference(i, 4e-3) - expected) > tolerance / 2) continue;
    ++checked;
    EXPECT_NEAR(gradient[i].item<double>(), expected, tolerance) << "element " << i;
  }
  EXPECT_GE(2 * checked, all);
}

TEST(BatchNormTest, GradientsOfTheFusedKernelsAgreeWithFiniteDifferences) {
  torch::manual_seed(11);
  for (const FusedActivation kind : {FusedActivation::kNone, FusedActivation::kClip, FusedActivation::kSilu}) {
    NormActivation options;
    options.activation = kind;
    options.low = -0.9F;
    options.high = 1.3F;
    const Tensor image = (torch::randn({3, 6, 5, 4}) * 2 + 1).contiguous(torch::MemoryFormat::ChannelsLast);
    const Tensor scale = torch::rand({6}) + 0.5, bias = torch::randn({6});
    const auto run = [&](const Tensor& x, const Tensor& s, const Tensor& b) {
      return batch_norm_training(x, s, b, torch::zeros({6}), torch::ones({6}), options);
    };
    check_gradient([&](const Tensor& x) { return run(x, scale, bias); }, image);
    check_gradient([&](const Tensor& s) { return run(image, s, bias); }, scale);
    check_gradient([&](const Tensor& b) { return run(image, scale, b); }, bias);
  }
}

TEST(BatchNormTest, FusedKernelsAgreeWithLibTorchsOwnForManySizes) {
  torch::manual_seed(2);
  for (const std::int64_t channels : {1, 3, 16, 24, 96, 131, 320}) {
    for (const std::int64_t side : {2, 5, 32, 61}) {
      const Tensor x =
          (torch::randn({2, channels, side, side}) * 3 + 100).contiguous(torch::MemoryFormat::ChannelsLast);
      const Tensor scale = torch::rand({channels}) + 0.5, bias = torch::randn({channels});
      Tensor leaves[2] = {x.clone(torch::MemoryFormat::ChannelsLast), x.contiguous().clone()};
      NormActivation options;
      options.activation = FusedActivation::kClip;
      options.high = 6;
      const Tensor weights = torch::randn(x.sizes());
      const Tensor mean = torch::zeros({channels}), var = torch::ones({channels});
      for (auto& leaf : leaves) leaf.requires_grad_(true);
      const Tensor ours = batch_norm_training(leaves[0], scale, bias, mean, var, options);
      const Tensor theirs =
          torch::hardtanh(torch::batch_norm(leaves[1], scale, bias, {}, {}, true, 0, options.epsilon, false), 0, 6);
      EXPECT_TRUE(torch::allclose(ours, theirs, 1e-3, 2e-4)) << channels << " channels, side " << side;
      (ours * weights).sum().backward();
      (theirs * weights).sum().backward();
      EXPECT_LT((leaves[0].grad() - leaves[1].grad()).abs().mean().item<double>(), 1e-3)
          << channels << " channels, side " << side;
    }
  }
}

TEST(BatchNormTest, BfloatInputsGiveNearlyTheSame) {
  const Tensor x = torch::randn({2, 24, 16, 16}).contiguous(torch::MemoryFormat::ChannelsLast);
  NormActivation options;
  options.activation = FusedActivation::kSilu;
  const auto run = [&](const Tensor& input) {
    return batch_norm_training(input, torch::ones({24}), torch::zeros({24}), torch::zeros({24}), torch::ones({24}),
                               options);
  };
  const Tensor narrow = run(x.to(torch::kBFloat16));
  EXPECT_EQ(narrow.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::allclose(narrow.to(torch::kFloat), run(x), 2e-2, 2e-2));
}

TEST(ResizeTest, GradientsAgreeWithFiniteDifferences) {
  torch::manual_seed(4);
  for (const char* mode : {"linear", "nearest", "cubic"}) {
    for (const char* coordinate : {"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}) {
      Graph graph;
      graph.inputs = {{"x", network::ElementType::kFloat32, {-1, 2, -1, -1}}};
      graph.outputs = {{"y", network::ElementType::kFloat32, {-1, 2, -1, -1}}};
      graph.initializers = {{"scales", network::Tensor::floats({4}, {1, 1, 2, 1.5F})}};
      graph.nodes = {{"Resize", "resize", {"x", "", "scales"}, {"y"}, {{"mode", std::string(mode)}}}};
      graph.nodes[0].attributes["coordinate_transformation_mode"] = std::string(coordinate);
      const auto net = interpreter_of(graph);
      check_gradient(
          [&](const Tensor& x) {
            return net->run({{"x", x}}, Mode::kTraining).at("y");
          },
          torch::randn({1, 2, 4, 6}));
    }
  }
}

TEST(ConvolutionTest, TheWeightGradientAgreesWithLibTorchsForManySizes) {
  torch::manual_seed(6);
  for (const std::int64_t in : {1, 3, 6, 17, 64}) {
    for (const std::int64_t out : {8, 24, 80}) {
      for (const std::int64_t kernel : {1, 3, 5}) {
        for (const std::int64_t dilation : {1, 3}) {
          const Tensor x = torch::randn({2, in, 13, 19}).contiguous(torch::MemoryFormat::ChannelsLast);
          Tensor leaves[2];
          const Tensor weight = torch::randn({out, in, kernel, kernel}), bias = torch::randn({out});
          Tensor results[2], inputs[2], biases[2];
          for (const int i : {0, 1}) {
            leaves[i] = weight.clone().requires_grad_(true);
            inputs[i] = x.clone(torch::MemoryFormat::ChannelsLast).requires_grad_(true);
            biases[i] = bias.clone().requires_grad_(true);
          }
          const std::vector<std::int64_t> pads{kernel / 2, kernel - 1 > 0 ? 1 : 0}, dilations{dilation, dilation};
          if (dilation * (kernel - 1) >= 13) continue;
          results[0] = dense_convolution(inputs[0], leaves[0], biases[0], pads, dilations);
          results[1] = torch::convolution(inputs[1], leaves[1], biases[1], {1, 1}, pads, dilations, false, {0, 0}, 1);
          ASSERT_TRUE(torch::allclose(results[0], results[1], 1e-3, 1e-3));
          const Tensor weights = torch::randn(results[0].sizes());
          for (const auto& result : results) (result * weights).sum().backward();
          for (const auto* pair : {&leaves, &inputs, &biases}) {
            EXPECT_TRUE(torch::allclose((*pair)[0].grad(), (*pair)[1].grad(), 1e-3, 1e-2))
                << in << " to " << out << " channels, kernel " << kernel << ", dilation " << dilation;
          }
        }
      }
    }
  }
}

// A network that PyTorch's own exporter wrote (testdata/make_foreign.py): self-attention, GELU, group and layer norms.
TEST(InterpreterTest, FineTunesANetworkThatGalenDidNotWrite) {
  const auto graph = network::read_onnx(GALEN_SOURCE_DIR "/src/galen/train/testdata/foreign.onnx");
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  const auto net = interpreter_of(*graph);
  ASSERT_GT(net->parameters().size(), 20U);
  std::vector<Tensor> parameters;
  std::map<std::string, Tensor> before;
  for (const auto& [name, tensor] : net->parameters()) {
    parameters.push_back(tensor);
    before[name] = tensor.detach().clone();
  }
  torch::manual_seed(8);
  const Tensor image = torch::upsample_nearest2d(torch::rand({4, 1, 4, 4}), {32, 32});
  const Tensor target = (image > 0.5).to(torch::kFloat);
  torch::optim::AdamW optimizer(parameters, torch::optim::AdamWOptions(1e-2));
  std::vector<double> losses;
  for (int step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    const Tensor logits = net->run({{"image", image}}, Mode::kTraining).at("segmentation");
    const Tensor loss = torch::binary_cross_entropy_with_logits(logits, target);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  EXPECT_LT(losses.back(), 0.3 * losses.front());
  int changed = 0;
  for (const auto& [name, tensor] : net->parameters()) changed += torch::equal(tensor, before.at(name)) ? 0 : 1;
  EXPECT_GT(changed, static_cast<int>(0.9 * static_cast<double>(before.size())));

  const Graph trained = net->graph();
  const Status valid = network::check_onnx(trained);
  EXPECT_TRUE(valid.ok()) << (valid ? "" : valid.error().message);
  const auto again = network::parse_onnx(network::to_onnx(trained));
  ASSERT_TRUE(again.ok());
  const torch::NoGradGuard guard;
  EXPECT_TRUE(torch::allclose(interpreter_of(*again)->run({{"image", image}}, Mode::kInference).at("segmentation"),
                              net->run({{"image", image}}, Mode::kInference).at("segmentation"), 1e-5, 1e-6));
}

}  // namespace
}  // namespace galen::train
