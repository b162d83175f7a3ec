// Single tensors in ONNX's own file format (TensorProto), as the ONNX project's test data has them.
#pragma once

#include <string_view>

#include "galen/network/graph.h"

namespace galen::network {

Result<Tensor> parse_tensor_proto(std::string_view bytes, const GraphLimits& limits = {});

}  // namespace galen::network
