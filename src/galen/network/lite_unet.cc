// "lite-unet": a small, fast segmentation network over a pre-trained encoder. EfficientNet-Lite0, then a U-shaped
// decoder (Ronneberger et al. 2015) with one 3 x 3 convolution a level. Input sizes are multiples of 32.
#include "galen/network/parts.h"

namespace galen::network {
namespace {

// Decoder: at each level upsample by 2, join the encoder's features of that stride, mix by one convolution.
Value decode(Builder& build, const EncoderFeatures& features, const std::vector<int>& channels, int output_stride) {
  const Value skips[] = {features.stride16, features.stride8, features.stride4, features.stride2};
  Value x = features.stride32;
  int stride = 16;
  for (std::size_t i = 0; i < std::size(skips) && stride >= output_stride; ++i, stride /= 2) {
    const std::string name = "decoder/level" + std::to_string(stride);
    x = build.concat(name + "/join", {build.upsample(name + "/upsample", x, 2), skips[i]});
    x = build.conv_norm(name, x, channels[i], {.kernel = 3});
  }
  return x;
}

}  // namespace

Result<Graph> build_lite_unet(const ArchitectureOptions& options) {
  OptionReader reader(options.name, options.options);
  const std::vector<int> channels = reader.integers("decoder_channels", {128, 64, 48, 32}, 1, 1024);
  const int output_stride = reader.integer("output_stride", 2, 2, 4);
  const auto dropout = static_cast<float>(reader.number("dropout", 0.1, 0, 0.95));
  if (Status status = reader.finish(); !status) return status.error();
  if (output_stride == 3) return Error{"The option 'output_stride' of the architecture 'lite-unet' must be 2 or 4"};
  if (options.segmentation_channels < 1 && options.classes < 1) {
    return Error{"The architecture 'lite-unet' needs segmentation channels, classes, or both"};
  }

  Builder build(options.name, options.seed);
  const Value image = build.input("image", options.input_channels);
  const EncoderFeatures features = efficientnet(build, image, {.lite = true});
  if (options.segmentation_channels > 0) {
    Value x = decode(build, features, channels, output_stride);
    x = build.dropout("decoder/dropout", x, dropout);
    x = build.conv("head/segmentation", x, options.segmentation_channels, {.kernel = 1, .bias = true});
    build.output("segmentation", build.upsample("head/upsample", x, output_stride), /*spatial=*/true);
  }
  if (options.classes > 0) {
    add_classification(build, efficientnet_head(build, features.stride32, /*lite=*/true), options.classes, 0.2f);
  }
  return std::move(build).finish();
}

}  // namespace galen::network
