// EfficientNet encoders and classifiers.
// Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019, table 1; Lite0 as in
// the TensorFlow authors' repository (tpu/models/official/efficientnet/lite).
#include <algorithm>

#include "galen/network/parts.h"

namespace galen::network {
namespace {

struct Stage {
  int kernel;
  int stride;
  int expansion;
  int channels;
  int blocks;
};

constexpr Stage kStages[] = {
    {3, 1, 1, 16, 1},  {3, 2, 6, 24, 2},  {5, 2, 6, 40, 2},  {3, 2, 6, 80, 3},
    {5, 1, 6, 112, 3}, {5, 2, 6, 192, 4}, {3, 1, 6, 320, 1},
};

// As in the TensorFlow original: weights trained there keep their meaning only with its epsilon.
constexpr NormOptions kNorm = {.epsilon = 1e-3f, .momentum = 0.99f};

// Inverted residual block (Sandler et al. 2018), with squeeze-excitation in B0.
Value block(Builder& build, const std::string& name, const Value& x, const Stage& stage, int stride, int dilation,
            bool lite) {
  const Activation kind = lite ? Activation::kRelu6 : Activation::kSwish;
  const int inner = x.channels * stage.expansion;
  Value y = x;
  if (stage.expansion != 1) y = build.conv_norm(name + "/expand", y, inner, {.kernel = 1}, kind, kNorm);
  y = build.conv_norm(name + "/depthwise", y, inner,
                      {.kernel = stage.kernel, .stride = stride, .dilation = dilation, .groups = inner}, kind, kNorm);
  if (!lite) y = build.squeeze_excite(name + "/squeeze", y, std::max(1, x.channels / 4), Activation::kSwish);
  y = build.conv_norm(name + "/project", y, stage.channels, {.kernel = 1}, Activation::kNone, kNorm);
  if (stride == 1 && x.channels == stage.channels) y = build.add(name + "/add", y, x);
  return y;
}

}  // namespace

EncoderFeatures efficientnet(Builder& build, const Value& image, const EfficientNetOptions& options) {
  const Activation kind = options.lite ? Activation::kRelu6 : Activation::kSwish;
  Value x = build.conv_norm("encoder/stem", image, 32, {.kernel = 3, .stride = 2}, kind, kNorm);
  std::vector<Value> ends;
  int stride_so_far = 2;
  int dilation = 1;
  for (std::size_t i = 0; i < std::size(kStages); ++i) {
    const Stage& stage = kStages[i];
    int stride = stage.stride;
    if (stride_so_far * stride > options.output_stride) {
      dilation *= stride;
      stride = 1;
    }
    stride_so_far *= stride;
    for (int j = 0; j < stage.blocks; ++j) {
      const std::string name = "encoder/stage" + std::to_string(i + 1) + "/block" + std::to_string(j);
      x = block(build, name, x, stage, j == 0 ? stride : 1, dilation, options.lite);
    }
    ends.push_back(x);
  }
  return {ends[0], ends[1], ends[2], ends[4], ends[6]};
}

Value efficientnet_head(Builder& build, const Value& stride32, bool lite) {
  return build.conv_norm("encoder/head", stride32, 1280, {.kernel = 1}, lite ? Activation::kRelu6 : Activation::kSwish,
                         kNorm);
}

void add_classification(Builder& build, const Value& features, int classes, float dropout) {
  Value pooled = build.flatten("head/flatten", build.global_average("head/pool", features));
  pooled = build.dropout("head/dropout", pooled, dropout);
  const Value logits = build.gemm("head/classification", pooled, classes);
  const Value saliency = build.class_activation("head/saliency", features, "head/classification", classes);
  build.output("classification", logits, /*spatial=*/false);
  build.output("saliency", saliency, /*spatial=*/true);
}

Result<Graph> build_efficientnet_classifier(const ArchitectureOptions& options) {
  OptionReader reader(options.name, options.options);
  const auto dropout = static_cast<float>(reader.number("dropout", 0.2, 0, 0.95));
  if (Status status = reader.finish(); !status) return status.error();
  if (options.segmentation_channels > 0 || options.classes < 1) {
    return Error{"The architecture '" + options.name + "' classifies: give it classes and no segmentation channels"};
  }
  const bool lite = options.name == "efficientnet-lite0";
  Builder build(options.name, options.seed);
  const Value image = build.input("image", options.input_channels);
  const EncoderFeatures features = efficientnet(build, image, {.lite = lite});
  add_classification(build, efficientnet_head(build, features.stride32, lite), options.classes, dropout);
  return std::move(build).finish();
}

}  // namespace galen::network
