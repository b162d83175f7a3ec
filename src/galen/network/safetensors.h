// Weights as safetensors files (Hugging Face): the bytes' side of read_safetensors (architecture.h).
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "galen/network/graph.h"

namespace galen::network {

// Name -> tensor. Fails on anything but a whole, consistent file; BF16 is widened to float32.
Result<std::map<std::string, Tensor>> parse_safetensors(std::string_view file);

}  // namespace galen::network
