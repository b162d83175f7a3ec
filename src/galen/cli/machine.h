// What this machine has, for `galen doctor` and `galen bench`.
#pragma once

#include <string>
#include <vector>

#include "galen/base/json.h"

namespace galen::cli {

// The processor's instruction sets that matter to networks, of "avx2", "avx512f", "avx512_vnni", "avx512_bf16",
// "amx_bf16", ….
std::vector<std::string> instruction_sets();

// Total and free memory in MiB, and 0 where the system does not say. A limit of the control group counts.
long total_memory_mib();
long free_memory_mib();

// All of it with the versions of galen and of the network runtime.
Json machine_document();

}  // namespace galen::cli
