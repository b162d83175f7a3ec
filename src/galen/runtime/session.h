// A network ready to run on this machine. One implementation: OpenVINO (session_openvino.cc is the only file that sees
// it).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "galen/base/result.h"
#include "galen/runtime/processor.h"

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
  // Runs that go on side by side, sharing the threads: more images a second where several threads call run(), at a
  // longer time for each. At most 16; each keeps the network in memory of its own.
  int streams = 1;
  // Fixes the shape of the graph's first input, which runs faster than free sizes; empty leaves it as it is in the
  // graph.
  std::vector<std::int64_t> input_shape;
};

class Session {
 public:
  virtual ~Session() = default;
  // `inputs` in the order of the graph's inputs; returns the named outputs in that order. Safe to call from several
  // threads.
  virtual Result<std::vector<TensorF>> run(const std::vector<TensorF>& inputs,
                                           const std::vector<std::string>& outputs) = 0;
  // Names of the graph's outputs, in its order.
  virtual std::vector<std::string> outputs() const = 0;
  // About what the session keeps in memory.
  virtual std::size_t memory_bytes() const = 0;
  // What it was compiled for, and whether that came from the disk.
  virtual int threads() const = 0;
  virtual Precision precision() const = 0;
  virtual bool from_disk_cache() const = 0;
};

// Compiles an ONNX model, or imports the compiled form kept on disk under the key (network hash, runtime version,
// processor, options). A damaged cache file is replaced; several processes may share the cache. GALEN_THREADS and
// GALEN_PRECISION (fp32, bf16) stand for options that are not given. Fails on models that cannot be read or run.
Result<std::shared_ptr<Session>> make_session(const std::string& onnx_bytes, const std::string& network_sha256,
                                              const std::filesystem::path& cache_folder,
                                              const SessionOptions& options = {});

std::string to_string(Precision precision);  // "fp32", "bf16", "automatic"
std::string runtime_version();

}  // namespace galen::runtime
