// One side of inference_peers.py: writes a network, and runs it with galen's session as often as it is told.
//   inference_speed write ARCHITECTURE OUT.onnx
//   inference_speed serve NETWORK.onnx SIDE      (reads numbers of runs from stdin; one JSON line of seconds for each)
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/base/json.h"
#include "galen/network/architecture.h"
#include "galen/runtime/session.h"

namespace {

int fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 1;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int write(const std::string& architecture, const std::string& path) {
  const auto graph = galen::network::build_architecture({.name = architecture, .segmentation_channels = 1});
  if (!graph) return fail(graph.error().message);
  const galen::Status written = galen::write_file_atomically(path, galen::network::to_onnx(*graph));
  return written ? 0 : fail(written.error().message);
}

int serve(const std::string& path, std::int64_t side) {
  const auto bytes = galen::read_text_file(path);
  if (!bytes) return fail(bytes.error().message);
  galen::runtime::SessionOptions options;
  options.input_shape = {1, 3, side, side};
  galen::Json loading = galen::Json::object();
  std::shared_ptr<galen::runtime::Session> session;
  // The first may measure and compile, the second comes from the disk.
  for (const char* name : {"first_load_seconds", "load_from_disk_seconds"}) {
    session.reset();
    const auto start = std::chrono::steady_clock::now();
    auto made = galen::runtime::make_session(*bytes, galen::sha256(*bytes), galen::cache_folder(), options);
    if (!made) return fail(made.error().message);
    session = *made;
    loading[name] = seconds_since(start);
  }
  loading["threads"] = session->threads();
  loading["precision"] = galen::runtime::to_string(session->precision());
  loading["from_disk"] = session->from_disk_cache();
  std::cout << loading.dump() << std::endl;

  galen::runtime::TensorF input{{1, 3, side, side}, std::vector<float>(static_cast<std::size_t>(3 * side * side))};
  for (std::size_t i = 0; i < input.values.size(); ++i) input.values[i] = static_cast<float>(i % 255) / 255.0F;
  for (int runs = 0; std::cin >> runs;) {
    galen::Json seconds = galen::Json::array();
    for (int i = 0; i < runs; ++i) {
      const auto start = std::chrono::steady_clock::now();
      const auto output = session->run({input}, {"segmentation"});
      if (!output) return fail(output.error().message);
      seconds.push_back(seconds_since(start));
    }
    std::cout << seconds.dump() << std::endl;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "write") == 0) return write(argv[2], argv[3]);
  if (argc == 4 && std::strcmp(argv[1], "serve") == 0) return serve(argv[2], std::atoi(argv[3]));
  std::fprintf(stderr, "usage: %s write ARCHITECTURE OUT.onnx | serve NETWORK.onnx SIDE\n", argv[0]);
  return 2;
}
