// "deepfusionlab": the shared architecture of MedPrompt. An EfficientNet encoder, ASPP over its last map (Chen et al.
// 2018), multi-feature fusion with the map of stride 4, a small decoder, and a gate that adds context back (CAFSE); a
// classifier over the encoder's last map. Input sizes are multiples of 32.
//
// ONNX has no dropout of whole channels: where the publication drops channels, single values are dropped here.
#include "galen/network/parts.h"

namespace galen::network {
namespace {

constexpr int kLow = 48;
constexpr int kWide = 256;

// Depthwise 3 x 3 and 1 x 1 convolution with one norm and ReLU at the end.
Value separable_once(Builder& build, const std::string& name, const Value& x, int channels, int dilation = 1) {
  const Value depthwise =
      build.conv(name + "/depthwise", x, x.channels, {.kernel = 3, .dilation = dilation, .groups = x.channels});
  return build.conv_norm(name, depthwise, channels, {.kernel = 1});
}

Value aspp(Builder& build, const Value& x, float dropout) {
  std::vector<Value> branches = {build.conv_norm("aspp/point", x, kWide, {.kernel = 1})};
  for (const int rate : {6, 12, 18}) {
    branches.push_back(separable_once(build, "aspp/rate" + std::to_string(rate), x, kWide, rate));
  }
  const Value pooled = build.conv_norm("aspp/pool", build.global_average("aspp/pool/average", x), kWide, {.kernel = 1});
  branches.push_back(build.resize_like("aspp/pool/spread", pooled, x));
  const Value joined = build.conv_norm("aspp/project", build.concat("aspp/join", branches), kWide, {.kernel = 1});
  return build.dropout("aspp/dropout", joined, dropout);
}

// Multi-feature fusion: both maps to the same width, added, mixed, and each channel gated.
Value fuse(Builder& build, const Value& low, const Value& context) {
  const Value sum = build.add("fusion/add", build.conv("fusion/low", low, kWide, {.kernel = 1}),
                              build.conv("fusion/context", context, kWide, {.kernel = 1}));
  const Value mixed = build.conv_norm("fusion/mix", sum, kWide, {.kernel = 3, .bias = true});
  return build.squeeze_excite("fusion/squeeze", mixed, kWide / 8, Activation::kRelu);
}

// CAFSE: decoder + conv3x3(context) * sigmoid(conv1x1(decoder)).
Value attend(Builder& build, const Value& decoded, const Value& context) {
  const Value detail = build.conv("attention/context", context, kWide, {.kernel = 3, .bias = true});
  const Value gate =
      build.activation("attention/sigmoid", build.conv("attention/gate", decoded, kWide, {.kernel = 1, .bias = true}),
                       Activation::kSigmoid);
  return build.add("attention/add", decoded, build.multiply("attention/multiply", detail, gate));
}

}  // namespace

Result<Graph> build_deepfusionlab(const ArchitectureOptions& options) {
  OptionReader reader(options.name, options.options);
  const std::string encoder = reader.choice("encoder", "efficientnet-b0", {"efficientnet-b0", "efficientnet-lite0"});
  const int output_stride = reader.integer("output_stride", 32, 16, 32);
  const auto aspp_dropout = static_cast<float>(reader.number("aspp_dropout", 0.5, 0, 0.95));
  const auto decoder_dropout = static_cast<float>(reader.number("decoder_dropout", 0.3, 0, 0.95));
  const auto classifier_dropout = static_cast<float>(reader.number("classifier_dropout", 0.5, 0, 0.95));
  if (Status status = reader.finish(); !status) return status.error();
  if (output_stride != 16 && output_stride != 32) {
    return Error{"The option 'output_stride' of the architecture 'deepfusionlab' must be 16 or 32"};
  }
  if (options.segmentation_channels < 1 && options.classes < 1) {
    return Error{"The architecture 'deepfusionlab' needs segmentation channels, classes, or both"};
  }

  const bool lite = encoder == "efficientnet-lite0";
  Builder build(options.name, options.seed);
  const Value image = build.input("image", options.input_channels);
  const EncoderFeatures features = efficientnet(build, image, {.lite = lite, .output_stride = output_stride});
  const Value high = efficientnet_head(build, features.stride32, lite);
  if (options.segmentation_channels > 0) {
    const Value low = build.conv_norm("decoder/low", features.stride4, kLow, {.kernel = 1});
    const Value context = build.upsample("aspp/upsample", aspp(build, high, aspp_dropout), output_stride / 4);
    const Value narrow = build.conv_norm("decoder/narrow", fuse(build, low, context), kLow, {.kernel = 1});
    Value x = build.concat("decoder/join", {narrow, low});
    x = separable_once(build, "decoder/first", x, kWide);
    x = separable_once(build, "decoder/second", x, kWide);
    x = attend(build, build.dropout("decoder/dropout", x, decoder_dropout), context);
    x = build.conv("head/segmentation", x, options.segmentation_channels, {.kernel = 1, .bias = true});
    build.output("segmentation", build.upsample("head/upsample", x, 4), /*spatial=*/true);
  }
  if (options.classes > 0) {
    Value x = build.flatten("head/flatten", build.global_average("head/pool", high));
    x = build.activation("head/activation", build.gemm("head/classification/hidden", x, 512), Activation::kRelu);
    x = build.dropout("head/dropout", x, classifier_dropout);
    build.output("classification", build.gemm("head/classification/output", x, options.classes), /*spatial=*/false);
  }
  return std::move(build).finish();
}

}  // namespace galen::network
