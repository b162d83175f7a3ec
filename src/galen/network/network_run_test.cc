// The architectures as a runtime sees them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "galen/base/files.h"
#include "galen/image/read.h"
#include "galen/network/architecture.h"
#include "galen/network/test_session.h"

namespace galen::network {
namespace {

Graph built(const ArchitectureOptions& options) {
  Result<Graph> graph = build_architecture(options);
  EXPECT_TRUE(graph) << graph.error().message;
  return std::move(*graph);
}

TEST(NetworkRunTest, LogitsHaveTheInputsSizeWhateverItIs) {
  const struct {
    ArchitectureOptions options;
    Shape input;
  } cases[] = {
      {{.name = "lite-unet", .segmentation_channels = 2}, {2, 3, 64, 96}},
      {{.name = "lite-unet", .segmentation_channels = 2, .options = {{"output_stride", 4}}}, {1, 3, 96, 64}},
      {{.name = "unet", .input_channels = 1, .segmentation_channels = 3}, {1, 1, 24, 40}},
      {{.name = "unet", .segmentation_channels = 1, .options = {{"upsampling", "transposed"}}}, {1, 3, 16, 16}},
      {{.name = "unet-3d", .input_channels = 1, .segmentation_channels = 2}, {1, 1, 8, 16, 24}},
      {{.name = "deepfusionlab", .segmentation_channels = 2}, {1, 3, 64, 96}},
      {{.name = "deepfusionlab", .segmentation_channels = 2, .options = {{"output_stride", 16}}}, {1, 3, 96, 64}},
  };
  for (const auto& [options, input] : cases) {
    const auto outputs = run(built(options), random_image(input));
    Shape expected = input;
    expected[1] = options.segmentation_channels;
    EXPECT_EQ(outputs.at("segmentation").shape, expected) << options.name;
  }
}

TEST(NetworkRunTest, DilationKeepsTheLastMapAtStrideSixteen) {
  const Graph graph =
      built({.name = "deepfusionlab", .segmentation_channels = 1, .classes = 2, .options = {{"output_stride", 16}}});
  Graph encoder = graph;
  encoder.outputs = {{"encoder/head/activation", ElementType::kFloat32, {}}};
  EXPECT_EQ(run(encoder, random_image({1, 3, 64, 64})).at("encoder/head/activation").shape, (Shape{1, 1280, 4, 4}));
}

// The mean of the saliency map is the logit without its bias: both are the same weights over the same map.
TEST(NetworkRunTest, SaliencyAveragesToTheLogits) {
  const auto outputs = run(built({.name = "efficientnet-lite0", .classes = 3}), random_image({1, 3, 64, 96}));
  const Tensor& saliency = outputs.at("saliency");
  ASSERT_EQ(saliency.shape, (Shape{1, 3, 2, 3}));
  const std::vector<float> map = saliency.as_floats(), logits = outputs.at("classification").as_floats();
  for (std::size_t i = 0; i < 3; ++i) {
    float sum = 0;
    for (std::size_t j = 0; j < 6; ++j) sum += map[i * 6 + j];
    EXPECT_NEAR(sum / 6, logits[i], 1e-4f * (1 + std::abs(logits[i])));
  }
}

std::filesystem::path lite0_weights() {
  const char* folder = std::getenv("GALEN_DEPENDENCIES_DIR");
  const char* home = std::getenv("HOME");
  return (folder ? std::filesystem::path(folder)
                 : std::filesystem::path(home ? home : "") / ".cache/galen/dependencies") /
         "efficientnet-lite0.safetensors";
}

// The middle of the photograph as [1, 3, side, side] by averaging, with (value - 127) / 128 as the weights were
// trained.
Tensor centre_square(const image::Image& photo, int side) {
  const int square = std::min(photo.width, photo.height);
  const int left = (photo.width - square) / 2, top = (photo.height - square) / 2;
  std::vector<float> values;
  for (int channel = 0; channel < 3; ++channel) {
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        float sum = 0;
        int count = 0;
        for (int j = top + y * square / side; j <= top + (y + 1) * square / side - 1 || count == 0; ++j) {
          for (int i = left + x * square / side; i <= left + (x + 1) * square / side - 1; ++i, ++count) {
            sum += photo.at(i, j, 0, channel);
          }
        }
        values.push_back((sum / static_cast<float>(std::max(1, count)) - 127) / 128);
      }
    }
  }
  return Tensor::floats({1, 3, side, side}, values);
}

TEST(NetworkRunTest, ImageNetWeightsSeeThatACatIsACat) {
  const std::filesystem::path photo_path = cache_folder() / "samples" / "chelsea.png";
  if (!std::filesystem::exists(lite0_weights())) {
    GTEST_SKIP() << lite0_weights() << " is not there: scripts/convert-lite0-weights makes it";
  }
  if (!std::filesystem::exists(photo_path)) {
    GTEST_SKIP() << photo_path << " is not there: it is skimage/data/chelsea.png of Debian's package python3-skimage";
  }
  Graph graph = built({.name = "efficientnet-lite0", .classes = 1000});
  const auto weights = read_safetensors(lite0_weights().string());
  ASSERT_TRUE(weights) << weights.error().message;
  const Result<int> copied = import_weights(graph, *weights, "pytorch-efficientnet-lite0");
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(*copied, 247);
  EXPECT_EQ(static_cast<std::size_t>(*copied), weights->size());

  const Result<image::Image> photo = image::read_image(photo_path);
  ASSERT_TRUE(photo) << photo.error().message;
  const std::vector<float> logits = run(graph, centre_square(*photo, 224)).at("classification").as_floats();
  const float largest = *std::max_element(logits.begin(), logits.end());
  double cat = 0, all = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double weight = std::exp(static_cast<double>(logits[i] - largest));
    all += weight;
    if (i >= 281 && i <= 285) cat += weight;  // ImageNet: tabby, tiger, Persian, Siamese, Egyptian cat
  }
  EXPECT_GT(cat / all, 0.7);
}

TEST(ImportTest, RenamesCopiesAndRefusesOtherShapes) {
  Graph graph = built({.name = "efficientnet-lite0", .classes = 2});
  const Tensor stem = random_image({32, 3, 3, 3}), mean = random_image({96}), head = random_image({1000, 1280});
  // Stage 2 begins with block 1; its expanding norm has 96 channels. The head is of other classes and stays fresh.
  const std::map<std::string, Tensor> weights = {{"_conv_stem.weight", stem},
                                                 {"_blocks.1._bn0.running_mean", mean},
                                                 {"_fc.weight", head},
                                                 {"_blocks.99._bn0.running_mean", mean},
                                                 {"unrelated", mean}};
  const Result<int> copied = import_weights(graph, weights, "pytorch-efficientnet-lite0");
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(*copied, 2);
  EXPECT_TRUE(graph.initializers.at("encoder/stem/conv/weight").bytes == stem.bytes);
  EXPECT_TRUE(graph.initializers.at("encoder/stage2/block0/expand/norm/mean").bytes == mean.bytes);

  const Result<int> mismatched =
      import_weights(graph, {{"_conv_stem.weight", random_image({32, 1, 3, 3})}}, "pytorch-efficientnet-lite0");
  ASSERT_FALSE(mismatched);
  EXPECT_EQ(mismatched.error().message,
            "The weight '_conv_stem.weight' is 32x1x3x3 where the network's 'encoder/stem/conv/weight' is 32x3x3x3");
  EXPECT_FALSE(import_weights(graph, {{"unrelated", mean}}, "pytorch-efficientnet-lite0"));
  EXPECT_FALSE(import_weights(graph, weights, "no-such-naming"));
}

}  // namespace
}  // namespace galen::network
