// What the processor can do, as far as it decides how networks are run.
#pragma once

#include <string>

namespace galen::runtime {

// Model and the instruction sets that matter to networks: "AMD EPYC 9B14, avx2 avx512_bf16".
std::string processor_description();

// Whether products of bfloat16 run in hardware (amx_bf16 or avx512_bf16); without it bf16 is slower than fp32.
bool has_bfloat16();

}  // namespace galen::runtime
