#include "galen/runtime/processor.h"

#include <fstream>
#include <set>
#include <sstream>

namespace galen::runtime {
namespace {

struct Processor {
  std::string model = "unknown processor";
  std::set<std::string> flags;
};

Processor read_processor() {
  Processor processor;
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) {
      if (!processor.flags.empty()) break;  // All processors are alike: the first block is enough.
      continue;
    }
    const std::string value = colon + 2 <= line.size() ? line.substr(colon + 2) : "";
    if (line.rfind("model name", 0) == 0) processor.model = value;
    if (line.rfind("flags", 0) == 0 || line.rfind("Features", 0) == 0) {
      std::istringstream words(value);
      for (std::string word; words >> word;) processor.flags.insert(word);
    }
  }
  return processor;
}

const Processor& processor() {
  static const Processor found = read_processor();
  return found;
}

}  // namespace

std::string processor_description() {
  std::string text = processor().model + ",";
  for (const char* flag :
       {"avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16", "asimd", "bf16"}) {
    if (processor().flags.count(flag)) text += std::string(" ") + flag;
  }
  return text;
}

bool has_bfloat16() { return processor().flags.count("amx_bf16") || processor().flags.count("avx512_bf16"); }

}  // namespace galen::runtime
