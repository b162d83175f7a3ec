// libFuzzer: any bytes give whole tensors or an error.
#include <cstdint>

#include "galen/network/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto tensors = galen::network::parse_safetensors({reinterpret_cast<const char*>(data), size});
  if (!tensors) return 0;
  for (const auto& [name, tensor] : *tensors) {
    if (tensor.bytes.size() != static_cast<std::size_t>(tensor.elements()) * galen::network::size_of(tensor.type)) {
      __builtin_trap();
    }
  }
  return 0;
}
