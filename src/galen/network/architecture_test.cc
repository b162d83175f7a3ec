#include "galen/network/architecture.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace galen::network {
namespace {

std::string message_of(const ArchitectureOptions& options) {
  const Result<Graph> graph = build_architecture(options);
  return graph ? "" : graph.error().message;
}

Graph built(const ArchitectureOptions& options) {
  Result<Graph> graph = build_architecture(options);
  EXPECT_TRUE(graph) << graph.error().message;
  return std::move(*graph);
}

std::int64_t conv_norm(std::int64_t in, std::int64_t out, std::int64_t area = 1) { return in * out * area + 2 * out; }

// Tan and Le 2019, table 1: kernel area, expansion, channels, blocks.
std::int64_t efficientnet_encoder(bool squeeze) {
  constexpr std::int64_t stages[][4] = {{9, 1, 16, 1},   {9, 6, 24, 2},   {25, 6, 40, 2}, {9, 6, 80, 3},
                                        {25, 6, 112, 3}, {25, 6, 192, 4}, {9, 6, 320, 1}};
  std::int64_t count = conv_norm(3, 32, 9), in = 32;
  for (const auto& [area, expansion, out, blocks] : stages) {
    for (std::int64_t i = 0; i < blocks; ++i, in = out) {
      const std::int64_t inner = in * expansion;
      if (expansion > 1) count += conv_norm(in, inner);
      count += conv_norm(1, inner, area) + conv_norm(inner, out);
      if (squeeze) count += inner * (in / 4) + in / 4 + (in / 4) * inner + inner;
    }
  }
  return count + conv_norm(320, 1280);
}

TEST(ArchitectureTest, EfficientNetsHaveThePublishedNumberOfParameters) {
  EXPECT_EQ(parameter_count(built({.name = "efficientnet-b0", .classes = 1000})), 5'288'548);
  EXPECT_EQ(parameter_count(built({.name = "efficientnet-lite0", .classes = 1000})), 4'652'008);
}

TEST(ArchitectureTest, DeepFusionLabHasItsParametersPartByPart) {
  const Graph graph = built({.name = "deepfusionlab", .segmentation_channels = 1, .classes = 2});

  const std::int64_t encoder = efficientnet_encoder(/*squeeze=*/true);
  EXPECT_EQ(encoder, 4'007'548);
  EXPECT_EQ(parameter_count(graph, "encoder/"), encoder);

  const std::int64_t separable = 1280 * 9 + conv_norm(1280, 256);
  const std::int64_t aspp = conv_norm(1280, 256) + 3 * separable + conv_norm(1280, 256) + conv_norm(5 * 256, 256);
  EXPECT_EQ(aspp, 2'003'712);
  EXPECT_EQ(parameter_count(graph, "aspp/"), aspp);

  const std::int64_t squeeze = 256 * 32 + 32 + 32 * 256 + 256;
  const std::int64_t fusion = 48 * 256 + 256 * 256 + (256 + conv_norm(256, 256, 9)) + squeeze;
  EXPECT_EQ(fusion, 685'088);
  EXPECT_EQ(parameter_count(graph, "fusion/"), fusion);

  const std::int64_t decoder =
      conv_norm(24, 48) + conv_norm(256, 48) + 96 * 9 + conv_norm(96, 256) + 256 * 9 + conv_norm(256, 256);
  EXPECT_EQ(decoder, 107'936);
  EXPECT_EQ(parameter_count(graph, "decoder/"), decoder);

  const std::int64_t attention = 256 * 256 * 9 + 256 + 256 * 256 + 256;
  EXPECT_EQ(attention, 655'872);
  EXPECT_EQ(parameter_count(graph, "attention/"), attention);

  const std::int64_t classifier = 1280 * 512 + 512 + 512 * 2 + 2;
  EXPECT_EQ(classifier, 656'898);
  EXPECT_EQ(parameter_count(graph, "head/classification/"), classifier);

  EXPECT_EQ(parameter_count(graph, "head/segmentation/"), 256 + 1);
  EXPECT_EQ(parameter_count(graph), encoder + aspp + fusion + decoder + attention + classifier + 257);
  EXPECT_EQ(parameter_count(graph), 8'117'311);
}

TEST(ArchitectureTest, LiteEncoderIsTheSameInEveryArchitecture) {
  const std::int64_t encoder = efficientnet_encoder(/*squeeze=*/false);
  EXPECT_EQ(parameter_count(built({.name = "lite-unet", .segmentation_channels = 1, .classes = 2}), "encoder/"),
            encoder);
  EXPECT_EQ(parameter_count(built({.name = "deepfusionlab",
                                   .segmentation_channels = 1,
                                   .options = {{"encoder", "efficientnet-lite0"}, {"output_stride", 16}}}),
                            "encoder/"),
            encoder);
}

TEST(ArchitectureTest, EveryArchitectureIsValidOnnxAndReadsBackAsItWas) {
  for (const std::string& name : architecture_names()) {
    ArchitectureOptions options{.name = name, .segmentation_channels = 2};
    if (name.rfind("efficientnet", 0) == 0) options.segmentation_channels = 0, options.classes = 3;
    const Graph graph = built(options);
    const Status status = check_onnx(graph);
    EXPECT_TRUE(status) << name << ": " << status.error().message;
    const std::string bytes = to_onnx(graph);
    const Result<Graph> read = parse_onnx(bytes);
    ASSERT_TRUE(read) << name << ": " << read.error().message;
    EXPECT_TRUE(to_onnx(*read) == bytes) << name;
  }
}

TEST(ArchitectureTest, TheSeedDecidesTheWeights) {
  ArchitectureOptions options{.name = "unet", .segmentation_channels = 1};
  const std::string first = to_onnx(built(options));
  EXPECT_TRUE(to_onnx(built(options)) == first);
  options.seed = 2;
  EXPECT_FALSE(to_onnx(built(options)) == first);
}

TEST(ArchitectureTest, AnotherHeadLeavesTheEncodersWeightsAsTheyWere) {
  const Graph plain = built({.name = "lite-unet", .segmentation_channels = 1});
  const Graph both = built({.name = "lite-unet", .segmentation_channels = 3, .classes = 5});
  const std::string name = "encoder/stage3/block1/depthwise/conv/weight";
  EXPECT_TRUE(plain.initializers.at(name).bytes == both.initializers.at(name).bytes);
}

TEST(ArchitectureTest, ParametersAreWhatTrainingChanges) {
  const Graph graph = built({.name = "lite-unet", .segmentation_channels = 1, .classes = 2});
  const std::vector<std::string> names = parameter_names(graph);
  const auto has = [&](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  EXPECT_TRUE(has("encoder/stem/conv/weight"));
  EXPECT_TRUE(has("encoder/stem/norm/scale"));
  EXPECT_TRUE(has("head/classification/bias"));
  EXPECT_FALSE(has("encoder/stem/norm/mean"));
  EXPECT_FALSE(has("encoder/stem/norm/variance"));
  EXPECT_FALSE(has("decoder/dropout/ratio"));
  EXPECT_FALSE(has("constants/six"));
  EXPECT_FALSE(has("constants/scale2"));
}

TEST(ArchitectureTest, RefusalsNameWhatThereIs) {
  EXPECT_EQ(
      message_of({.name = "resnet"}),
      "There is no architecture 'resnet'; there are: deepfusionlab, efficientnet-b0, efficientnet-lite0, lite-unet, "
      "unet, unet-3d");
  EXPECT_EQ(message_of({.name = "unet", .segmentation_channels = 1, .options = {{"depth", 3}}}),
            "The architecture 'unet' has no option 'depth'; it has: base_channels, levels, upsampling, dropout");
  EXPECT_EQ(message_of({.name = "unet", .segmentation_channels = 1, .options = {{"levels", 99}}}),
            "The option 'levels' of the architecture 'unet' must be a whole number from 1 to 7");
  EXPECT_EQ(
      message_of({.name = "deepfusionlab", .segmentation_channels = 1, .options = {{"encoder", "vgg"}}}),
      "The option 'encoder' of the architecture 'deepfusionlab' must be one of: efficientnet-b0, efficientnet-lite0");
  EXPECT_FALSE(build_architecture({.name = "lite-unet", .segmentation_channels = 1, .options = Json::array({1})}));
  EXPECT_FALSE(build_architecture(
      {.name = "lite-unet", .segmentation_channels = 1, .options = {{"decoder_channels", Json::array({1, 2})}}}));
  EXPECT_FALSE(build_architecture({.name = "lite-unet"}));
  EXPECT_FALSE(build_architecture({.name = "unet", .input_channels = 0, .segmentation_channels = 1}));
}

}  // namespace
}  // namespace galen::network
