// Writes a Graph block by block: each function adds the nodes and freshly initialised weights of one block and returns
// its output. Names are hierarchical ("encoder/stage1/block0/expand/conv/weight"), so that a prefix names a part of the
// network.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "galen/network/graph.h"

namespace galen::network {

// A value of the graph: [N, channels, H, W], [N, channels, D, H, W], or [N, channels] after pooling and flattening.
struct Value {
  std::string name;
  int channels = 0;
};

enum class Activation { kNone, kRelu, kRelu6, kSwish, kSigmoid };

struct ConvOptions {
  int kernel = 1;  // The same along each axis
  int stride = 1;
  int dilation = 1;
  int groups = 1;
  bool bias = false;
  // TensorFlow's SAME: the odd element of padding comes after. With stride 1 it is the ordinary symmetric padding. With
  // stride 2 it holds for inputs of even size.
};

// `momentum` is ONNX's: running = momentum * running + (1 - momentum) * batch.
struct NormOptions {
  float epsilon = 1e-5f;
  float momentum = 0.9f;
};

class Builder {
 public:
  // `spatial_axes`: 2 for images, 3 for volumes. The same seed and names give the same weights, whatever else is built.
  Builder(std::string graph_name, std::uint64_t seed, int spatial_axes = 2);

  // The input [N, channels, free...].
  Value input(const std::string& name, int channels);
  // Declares `value` as an output under `name`; its node gives it that name. The shape is [N, channels, free...] or
  // [N, channels].
  void output(const std::string& name, const Value& value, bool spatial);
  Graph finish() &&;

  // Convolution, weight "NAME/weight" [out, in/groups, k...] from N(0, 2 / fan-in) (He et al. 2015), bias "NAME/bias"
  // zero.
  Value conv(const std::string& name, const Value& x, int channels, const ConvOptions& options = {});
  // Transposed convolution with kernel and stride 2: twice the size. Weight [in, out, 2...], with bias.
  Value conv_transpose(const std::string& name, const Value& x, int channels);
  // "NAME/{scale,bias,mean,variance}".
  Value batch_norm(const std::string& name, const Value& x, const NormOptions& options = {});
  Value activation(const std::string& name, const Value& x, Activation kind);
  // conv "NAME/conv", norm "NAME/norm", activation.
  Value conv_norm(const std::string& name, const Value& x, int channels, const ConvOptions& conv_options,
                  Activation kind = Activation::kRelu, const NormOptions& norm_options = {});
  // Depthwise k x k convolution, then 1 x 1 to `channels`, each followed by norm and ReLU ("NAME/depthwise",
  // "NAME/pointwise").
  Value separable(const std::string& name, const Value& x, int channels, int kernel, int dilation = 1);
  // Multiplies each channel by a gate computed from all channels' means (Hu et al. 2018): 1 x 1 convolutions with bias
  // to `reduced` channels and back, `inner` between them, sigmoid at the end.
  Value squeeze_excite(const std::string& name, const Value& x, int reduced, Activation inner);

  Value max_pool(const std::string& name, const Value& x);        // 2 x 2 (x 2), stride 2
  Value global_average(const std::string& name, const Value& x);  // [N, C, 1, 1]
  Value flatten(const std::string& name, const Value& x);         // [N, C]
  // Linear (trilinear for volumes) interpolation between pixel centres, `scale` times as large.
  Value upsample(const std::string& name, const Value& x, int scale);
  // Linear interpolation to the spatial size of `like`.
  Value resize_like(const std::string& name, const Value& x, const Value& like);
  // ONNX Dropout in inference mode; the trainer drops with this ratio. Nothing is added where the ratio is 0.
  Value dropout(const std::string& name, const Value& x, float ratio);
  // Fully connected: weight "NAME/weight" [out, in] from N(0, 1 / in), bias zero.
  Value gemm(const std::string& name, const Value& x, int channels);

  Value concat(const std::string& name, const std::vector<Value>& values);  // Along channels
  Value add(const std::string& name, const Value& a, const Value& b);
  Value multiply(const std::string& name, const Value& a, const Value& b);

  // The weights of the fully connected layer "GEMM/weight" as a 1 x 1 convolution over the map x: how much each place
  // speaks for each class (class activation map, Zhou et al. 2016). [N, classes, h, w]. Shares the layer's weights.
  Value class_activation(const std::string& name, const Value& x, const std::string& gemm, int classes);

 private:
  Value node(const std::string& op, const std::string& name, std::vector<std::string> inputs, int channels,
             std::map<std::string, Attribute> attributes = {});
  std::string constant(const std::string& name, Tensor tensor);
  std::string normal_weight(const std::string& name, Shape shape, double variance);
  std::string filled(const std::string& name, std::int64_t count, float value);

  Graph graph_;
  std::uint64_t seed_;
  int spatial_axes_;
};

}  // namespace galen::network
