// Smaller stored weights that every ONNX runtime reads as they are.
#pragma once

#include "galen/network/graph.h"

namespace galen::network {

enum class Storage { kFloat32, kFloat16, kInt8 };

// Returns the graph with each large float weight of a Conv, ConvTranspose, MatMul or Gemm stored as asked: int8 per
// output channel behind DequantizeLinear (symmetric, scale = max|w| / 127), or float16 behind Cast. Biases and norms
// stay float32. BatchNormalization directly after a Conv is folded into it first.
Graph with_storage(const Graph& graph, Storage storage);

// The inverse view: DequantizeLinear/Cast of an initializer becomes a float32 initializer (for fine-tuning).
Graph with_float_weights(const Graph& graph);

}  // namespace galen::network
