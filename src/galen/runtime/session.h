// A network ready to run on this machine. One implementation: OpenVINO (session.cc is the only file that sees it).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/result.h"

namespace galen::runtime {

struct TensorF {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

enum class Precision { kAutomatic, kFloat32, kBfloat16 };

struct SessionOptions {
  int threads = 0;  // 0: chosen by measurement at first use, kept in the cache folder
  Precision precision = Precision::kAutomatic;
  bool use_disk_cache = true;
};

class Session {
 public:
  virtual ~Session() = default;
  // `inputs` in the order of the graph's inputs; returns the named outputs in that order. Safe to call from several
  // threads.
  virtual Result<std::vector<TensorF>> run(const std::vector<TensorF>& inputs,
                                           const std::vector<std::string>& outputs) = 0;
  virtual std::size_t memory_bytes() const = 0;
};

// Compiles an ONNX model, or imports the compiled form kept on disk under the key (network hash, runtime version,
// processor, options). A damaged cache file is replaced; several processes may share the cache.
Result<std::shared_ptr<Session>> make_session(const std::string& onnx_bytes, const std::string& network_sha256,
                                              const std::filesystem::path& cache_folder,
                                              const SessionOptions& options = {});

std::string runtime_version();
std::string processor_description();

}  // namespace galen::runtime
