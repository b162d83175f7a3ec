// Every registered architecture through the trainer's interpreter (LibTorch) and through the runtime (OpenVINO), in
// float32: a network must answer in the clinic what it answered in training.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "galen/base/hash.h"
#include "galen/base/random.h"
#include "galen/network/architecture.h"
#include "galen/runtime/session.h"
#include "galen/train/interpreter.h"

namespace galen::train {
namespace {

using network::ArchitectureOptions;
using network::Graph;
using torch::Tensor;

// Norms as they are after training: freshly built ones have mean 0, variance 1, scale 1 and bias 0, with which a
// misread input goes unnoticed.
void disturb_norms(Graph& graph) {
  Random random(5);
  for (const auto& node : graph.nodes) {
    if (node.op != "BatchNormalization") continue;
    for (std::size_t i = 1; i < 5; ++i) {
      network::Tensor& tensor = graph.initializers.at(node.inputs[i]);
      std::vector<float> values = tensor.as_floats();
      const bool positive = i == 1 || i == 4;  // Scale and variance; bias and mean are 2 and 3
      for (float& value : values)
        value = static_cast<float>(positive ? random.uniform(0.7, 1.4) : 0.2 * random.normal());
      tensor = network::Tensor::floats(tensor.shape, values);
    }
  }
}

// With every head that the architecture has.
Graph built(ArchitectureOptions options) {
  for (const auto& [channels, classes] : {std::pair{2, 3}, {2, 0}, {0, 3}}) {
    options.segmentation_channels = channels;
    options.classes = classes;
    if (auto graph = network::build_architecture(options); graph.ok()) return std::move(*graph);
  }
  ADD_FAILURE() << options.name << " could be built with no head";
  return {};
}

struct Answers {
  std::map<std::string, Tensor> interpreter, runtime;
};

Answers answers_of(const Graph& graph, const Tensor& image) {
  Answers answers;
  auto interpreter = Interpreter::create(graph);
  EXPECT_TRUE(interpreter.ok()) << (interpreter ? "" : interpreter.error().message);
  const std::string bytes = network::to_onnx(graph);
  runtime::SessionOptions options;
  options.threads = 1;
  options.precision = runtime::Precision::kFloat32;
  options.use_disk_cache = false;
  options.input_shape = image.sizes().vec();
  auto session = runtime::make_session(bytes, sha256(bytes), std::filesystem::temp_directory_path(), options);
  EXPECT_TRUE(session.ok()) << (session ? "" : session.error().message);
  if (!interpreter || !session) return answers;

  const torch::NoGradGuard guard;
  answers.interpreter = (*interpreter)->run({{graph.inputs[0].name, image}}, Mode::kInference);
  runtime::TensorF input{image.sizes().vec(), {}};
  input.values.assign(image.data_ptr<float>(), image.data_ptr<float>() + image.numel());
  const std::vector<std::string> names = (*session)->outputs();
  const auto outputs = (*session)->run({input}, names);
  EXPECT_TRUE(outputs.ok()) << (outputs ? "" : outputs.error().message);
  for (std::size_t i = 0; outputs && i < names.size(); ++i) {
    answers.runtime[names[i]] = torch::tensor((*outputs)[i].values).reshape((*outputs)[i].shape);
  }
  return answers;
}

// The largest difference of any element, relative to the largest element.
double relative_difference(const Tensor& given, const Tensor& reference) {
  return ((given - reference).abs().max() / reference.abs().max()).item<double>();
}

void expect_agreement(Graph graph, const std::string& what) {
  ASSERT_FALSE(graph.outputs.empty());
  disturb_norms(graph);
  const std::size_t rank = graph.inputs[0].shape.size();
  torch::manual_seed(9);
  const Tensor image = rank == 5 ? torch::randn({1, graph.inputs[0].shape[1], 16, 32, 16})
                                 : torch::randn({1, graph.inputs[0].shape[1], 64, 96});
  const Answers answers = answers_of(graph, image);
  ASSERT_EQ(answers.interpreter.size(), graph.outputs.size()) << what;
  for (const auto& output : graph.outputs) {
    SCOPED_TRACE(what + ", output " + output.name);
    ASSERT_EQ(answers.runtime.count(output.name), 1U);
    const Tensor &ours = answers.interpreter.at(output.name), &theirs = answers.runtime.at(output.name);
    ASSERT_EQ(ours.sizes(), theirs.sizes());
    ASSERT_GT(theirs.std().item<double>(), 0);
    EXPECT_LT(relative_difference(ours, theirs), 1e-4);
  }
}

TEST(InterpreterTest, AgreesWithTheRuntimeOnEveryArchitecture) {
  for (const std::string& name : network::architecture_names()) expect_agreement(built({.name = name}), name);
}

TEST(InterpreterTest, AgreesWithTheRuntimeWhereAnArchitectureHasAChoice) {
  const ArchitectureOptions choices[] = {
      {.name = "deepfusionlab", .input_channels = 1, .options = {{"output_stride", 16}}},
      {.name = "deepfusionlab", .options = {{"encoder", "efficientnet-lite0"}}},
      {.name = "lite-unet", .options = {{"output_stride", 4}}},
      {.name = "unet", .input_channels = 1, .options = {{"upsampling", "transposed"}}},
      {.name = "unet-3d", .input_channels = 1, .options = {{"upsampling", "transposed"}}},
  };
  for (const ArchitectureOptions& options : choices) {
    expect_agreement(built(options), options.name + " " + to_text(options.options));
  }
}

}  // namespace
}  // namespace galen::train
