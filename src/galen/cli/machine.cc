#include "galen/cli/machine.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include "galen/base/threads.h"
#include "galen/cli/version.h"
#include "galen/runtime/session.h"

namespace galen::cli {
namespace {

// "MemTotal: 1234 kB" of /proc/meminfo, in MiB.
long memory_line(const std::string& name) {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(name + ":", 0) == 0) return std::stol(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

}  // namespace

std::vector<std::string> instruction_sets() {
  constexpr std::array kOfInterest = {"sse4_2",      "avx2",        "fma",      "avx_vnni", "avx512f",  "avx512_vnni",
                                      "avx512_bf16", "avx512_fp16", "amx_int8", "amx_bf16", "amx_fp16", "asimd"};
  std::ifstream file("/proc/cpuinfo");
  std::vector<std::string> found;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0 && line.rfind("Features", 0) != 0) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;) {
      if (std::find(kOfInterest.begin(), kOfInterest.end(), word) != kOfInterest.end()) found.push_back(word);
    }
    break;
  }
  return found;
}

long total_memory_mib() {
  const long machine = memory_line("MemTotal");
  std::ifstream limit("/sys/fs/cgroup/memory.max");
  std::int64_t bytes = 0;
  if (limit >> bytes && bytes > 0) return std::min(machine, static_cast<long>(bytes >> 20));
  return machine;
}

long free_memory_mib() { return memory_line("MemAvailable"); }

Json machine_document() {
  return {{"galen", version_text().substr(version_text().find(' ') + 1)},
          {"runtime", runtime::runtime_version()},
          {"processor", runtime::processor_description()},
          {"processors", available_processors()},
          {"instruction_sets", instruction_sets()},
          {"memory_mib", total_memory_mib()},
          {"free_memory_mib", free_memory_mib()}};
}

}  // namespace galen::cli
