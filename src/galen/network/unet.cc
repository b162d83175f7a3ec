// "unet" and "unet-3d": the plain U-Net (Ronneberger et al. 2015; Cicek et al. 2016) with batch normalisation, the
// baseline that everybody knows. Input sizes are multiples of 2^(levels - 1).
#include "galen/network/parts.h"

namespace galen::network {
namespace {

Value double_conv(Builder& build, const std::string& name, const Value& x, int channels) {
  const Value once = build.conv_norm(name + "/first", x, channels, {.kernel = 3});
  return build.conv_norm(name + "/second", once, channels, {.kernel = 3});
}

}  // namespace

Result<Graph> build_unet(const ArchitectureOptions& options) {
  OptionReader reader(options.name, options.options);
  const int base = reader.integer("base_channels", 16, 1, 256);
  const int levels = reader.integer("levels", 4, 1, 7);
  const std::string upsampling = reader.choice("upsampling", "linear", {"linear", "transposed"});
  const auto dropout = static_cast<float>(reader.number("dropout", 0, 0, 0.95));
  if (Status status = reader.finish(); !status) return status.error();
  if (options.segmentation_channels < 1 || options.classes > 0) {
    return Error{"The architecture '" + options.name + "' segments: give it segmentation channels and no classes"};
  }

  Builder build(options.name, options.seed, options.name == "unet-3d" ? 3 : 2);
  Value x = build.input("image", options.input_channels);
  std::vector<Value> skips;
  for (int level = 0; level < levels; ++level) {
    const std::string name = "encoder/level" + std::to_string(level);
    if (level > 0) x = build.max_pool(name + "/pool", x);
    x = double_conv(build, name, x, base << level);
    skips.push_back(x);
  }
  for (int level = levels - 2; level >= 0; --level) {
    const std::string name = "decoder/level" + std::to_string(level);
    x = upsampling == "linear" ? build.upsample(name + "/upsample", x, 2)
                               : build.conv_transpose(name + "/upsample", x, base << level);
    x = double_conv(build, name, build.concat(name + "/join", {x, skips[static_cast<std::size_t>(level)]}),
                    base << level);
  }
  x = build.dropout("decoder/dropout", x, dropout);
  x = build.conv("head/segmentation", x, options.segmentation_channels, {.kernel = 1, .bias = true});
  build.output("segmentation", x, /*spatial=*/true);
  return std::move(build).finish();
}

}  // namespace galen::network
