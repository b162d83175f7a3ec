// Parts that architectures share.
#pragma once

#include <string>

#include "galen/network/architecture.h"
#include "galen/network/builder.h"

namespace galen::network {

// What an encoder sees at each stride, from fine to coarse.
struct EncoderFeatures {
  Value stride2;   // 16 channels
  Value stride4;   // 24
  Value stride8;   // 40
  Value stride16;  // 112
  Value stride32;  // 320; at stride 16 where `output_stride` is 16
};

// EfficientNet (Tan and Le 2019) without its classifier, under the names "encoder/stem" and "encoder/stage1" to
// "encoder/stage7". B0 has Swish and squeeze-excitation; Lite0 (2020, for phones and integers) has ReLU6 and neither
// gates nor scaled ends. Input sizes are multiples of 32. With `output_stride` 16 the last two stages dilate instead of
// striding.
struct EfficientNetOptions {
  bool lite = true;
  int output_stride = 32;
};
EncoderFeatures efficientnet(Builder& build, const Value& image, const EfficientNetOptions& options);

// The 1 x 1 convolution to 1280 channels that ends EfficientNet ("encoder/head").
Value efficientnet_head(Builder& build, const Value& stride32, bool lite);

// Adds the outputs "classification" (global average pool, dropout, fully connected "head/classification") and
// "saliency" (class activation map) over the map `features`.
void add_classification(Builder& build, const Value& features, int classes, float dropout);

// Reads the architecture's own options with their defaults and remembers which were asked for, so that a wrong name or
// value can be named.
class OptionReader {
 public:
  OptionReader(std::string architecture, const Json& options);

  int integer(const std::string& name, int otherwise, int lowest, int highest);
  double number(const std::string& name, double otherwise, double lowest, double highest);
  std::string choice(const std::string& name, const std::string& otherwise, const std::vector<std::string>& allowed);
  std::vector<int> integers(const std::string& name, const std::vector<int>& otherwise, int lowest, int highest);

  // Fails on the first wrong value, and on an option that nothing read.
  Status finish() const;

 private:
  const Json* find(const std::string& name);
  void fail(const std::string& name, const std::string& wanted);

  std::string architecture_;
  Json options_;
  std::vector<std::string> known_;
  Status status_;
};

// The architectures; each in its own file, each a line of the table in architecture.cc.
Result<Graph> build_efficientnet_classifier(const ArchitectureOptions& options);
Result<Graph> build_lite_unet(const ArchitectureOptions& options);
Result<Graph> build_unet(const ArchitectureOptions& options);
Result<Graph> build_deepfusionlab(const ArchitectureOptions& options);

}  // namespace galen::network
