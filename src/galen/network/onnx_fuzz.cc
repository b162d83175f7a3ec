// libFuzzer: any bytes give a graph that can be written and read again, or an error.
#include <cstdint>

#include "galen/network/graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  galen::network::GraphLimits limits;
  limits.initializer_bytes = std::size_t{16} << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const galen::Result<galen::network::Graph> graph = galen::network::parse_onnx(bytes, limits);
  if (graph && !galen::network::parse_onnx(galen::network::to_onnx(*graph))) __builtin_trap();
  return 0;
}
