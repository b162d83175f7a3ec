#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <numeric>
#include <openvino/openvino.hpp>
#include <shared_mutex>

#include "galen/base/hash.h"
#include "galen/base/threads.h"
#include "galen/runtime/compiled_cache.h"
#include "galen/runtime/session.h"
#include "galen/runtime/session_pool.h"
#include "galen/runtime/tuning.h"

namespace galen::runtime {
namespace {

namespace fs = std::filesystem;

// Made at first use (loading the CPU plugin takes some milliseconds) and never destroyed: its plugins' own statics may
// be gone before ours when a program ends.
ov::Core& core() {
  static ov::Core* made = new ov::Core();
  return *made;
}

std::string plain(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, 600);
}

// Always one stream: OpenVINO 2026.4 compiles the streams of a model at the same time, and their constants (int8
// weights on their way to float) are then wrong by chance. Runs side by side take a session each instead.
ov::AnyMap properties(int threads, Precision precision) {
  return {ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1),
          ov::inference_num_threads(threads),
          // Pinned threads of several processes would share a processor while others idle.
          ov::hint::enable_cpu_pinning(false),
          ov::hint::inference_precision(precision == Precision::kBfloat16 ? ov::element::bf16 : ov::element::f32)};
}

class OpenVinoSession : public Session {
 public:
  OpenVinoSession(ov::CompiledModel model, int threads, Precision precision, std::size_t bytes, bool from_disk)
      : model_(std::move(model)), threads_(threads), precision_(precision), bytes_(bytes), from_disk_(from_disk) {}

  Result<std::vector<TensorF>> run(const std::vector<TensorF>& inputs,
                                   const std::vector<std::string>& outputs) override {
    try {
      if (inputs.size() != model_.inputs().size()) {
        return Error{"the network takes " + std::to_string(model_.inputs().size()) + " inputs, not " +
                     std::to_string(inputs.size())};
      }
      std::vector<ov::Output<const ov::Node>> ports;
      for (const std::string& name : outputs) {
        const auto& all = model_.outputs();
        const auto at =
            std::find_if(all.begin(), all.end(), [&](const auto& port) { return port.get_names().count(name) > 0; });
        if (at == all.end()) return Error{"the network has no output called \"" + name + "\""};
        ports.push_back(*at);
      }
      ov::InferRequest request = take();
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const ov::Shape shape(inputs[i].shape.begin(), inputs[i].shape.end());
        if (!model_.inputs()[i].get_partial_shape().compatible(ov::PartialShape(shape)) ||
            ov::shape_size(shape) != inputs[i].values.size()) {
          give_back(std::move(request));
          return Error{"the input's shape does not fit the network"};
        }
        // The request only reads its inputs.
        request.set_input_tensor(i, ov::Tensor(ov::element::f32, shape, const_cast<float*>(inputs[i].values.data())));
      }
      request.infer();
      std::vector<TensorF> results;
      for (const auto& port : ports) {
        const ov::Tensor tensor = request.get_tensor(port);
        if (tensor.get_element_type() != ov::element::f32) return Error{"the network's outputs are not float32"};
        TensorF result;
        result.shape.assign(tensor.get_shape().begin(), tensor.get_shape().end());
        result.values.assign(tensor.data<const float>(), tensor.data<const float>() + tensor.get_size());
        results.push_back(std::move(result));
      }
      give_back(std::move(request));
      return results;
    } catch (const std::exception& error) {
      return Error{"the network cannot be run: " + plain(error)};
    }
  }

  std::vector<std::string> outputs() const override {
    std::vector<std::string> names;
    for (const auto& port : model_.outputs()) names.push_back(port.get_any_name());
    return names;
  }
  std::size_t memory_bytes() const override { return bytes_; }
  int threads() const override { return threads_; }
  Precision precision() const override { return precision_; }
  bool from_disk_cache() const override { return from_disk_; }
  void set_memory_bytes(std::size_t bytes) { bytes_ = bytes; }
  ov::CompiledModel& model() { return model_; }

 private:
  ov::InferRequest take() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (idle_.empty()) return model_.create_infer_request();
    ov::InferRequest request = std::move(idle_.back());
    idle_.pop_back();
    return request;
  }
  void give_back(ov::InferRequest request) {
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.push_back(std::move(request));
  }

  ov::CompiledModel model_;
  int threads_;
  Precision precision_;
  std::size_t bytes_;
  bool from_disk_;
  std::mutex mutex_;
  std::vector<ov::InferRequest> idle_;
};

Precision precision_from_environment() {
  const char* text = std::getenv("GALEN_PRECISION");
  const std::string name = text ? text : "";
  if (name == "fp32" || name == "float32") return Precision::kFloat32;
  if (name == "bf16" || name == "bfloat16") return Precision::kBfloat16;
  return Precision::kAutomatic;
}

int threads_from_environment() {
  const char* text = std::getenv("GALEN_THREADS");
  return text ? std::clamp(std::atoi(text), 0, 4096) : 0;
}

// Held by whoever measures, alone, and by whoever loads a network, together: loads by other threads of the process
// would disturb what is measured.
std::shared_mutex& quiet() {
  static std::shared_mutex mutex;
  return mutex;
}

// Whether other work keeps the processors occupied.
bool is_busy() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 && load > 1.5 * available_processors() + 1;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t side : shape) text += (text.empty() ? "" : "x") + std::to_string(side);
  return text.empty() ? "free" : text;
}

constexpr int kMostStreams = 16;  // Each loads the network of its own

// One network on its way to a session: the model is read only where a compiled form is not at hand.
class Maker {
 public:
  Maker(const std::string& onnx_bytes, const std::string& sha256, const fs::path& cache_folder,
        const SessionOptions& options)
      : onnx_(onnx_bytes), sha256_(sha256), cache_(cache_folder), options_(options) {
    if (options_.threads <= 0) options_.threads = threads_from_environment();
    if (options_.precision == Precision::kAutomatic) options_.precision = precision_from_environment();
    if (options_.precision == Precision::kAutomatic && !has_bfloat16()) options_.precision = Precision::kFloat32;
    identity_ = sha256_ + " " + shape_text(options_.input_shape) + " | " + processor_description() + " x" +
                std::to_string(available_processors()) + " | " + runtime_version();
  }

  std::shared_ptr<Session> make() {
    if (available_processors() == 1 && options_.threads <= 0) options_.threads = available_processors();
    if (options_.streams > 1) {
      // Side by side all processors are busy anyway; the precision is that of single runs, so that both answer alike.
      const int threads = options_.threads > 0 ? options_.threads : available_processors();
      const Precision precision = options_.precision == Precision::kAutomatic ? tuned().precision : options_.precision;
      const int streams = std::min({options_.streams, threads, kMostStreams});
      std::vector<std::shared_ptr<Session>> sessions;
      for (int i = 0; i < streams; ++i) sessions.push_back(obtain(threads / streams, precision));
      return pool_of(std::move(sessions));
    }
    if (options_.threads > 0 && options_.precision != Precision::kAutomatic) {
      return obtain(options_.threads, options_.precision);
    }
    const Tuning tuning = tuned();
    return obtain(tuning.threads, tuning.precision);
  }

 private:
  // Threads and precision of single runs.
  Tuning tuned() {
    const std::string key = identity_ + constraint();
    std::optional<Tuning> tuning;
    if (options_.use_disk_cache) tuning = find_tuning(cache_, key);
    if (!tuning && is_busy()) {
      // What a busy machine measures is chance; the next quiet start measures.
      const bool open = options_.precision == Precision::kAutomatic;
      return {options_.threads > 0 ? options_.threads : available_processors(),
              open ? Precision::kFloat32 : options_.precision,
              {}};
    }
    if (!tuning) {
      const std::unique_lock<std::shared_mutex> alone(quiet());
      tuning = choose(measure());
      if (options_.use_disk_cache) tuning = keep_tuning(cache_, key, *tuning);
    }
    return *tuning;
  }

  // What the caller fixed is part of the question that was measured.
  std::string constraint() const {
    std::string text;
    if (options_.threads > 0) text += " | threads " + std::to_string(options_.threads);
    if (options_.precision != Precision::kAutomatic) text += " | " + to_string(options_.precision);
    return text;
  }

  const std::shared_ptr<ov::Model>& model() {
    if (model_) return model_;
    model_ = core().read_model(onnx_, ov::Tensor());
    if (!options_.input_shape.empty()) {
      std::map<ov::Output<ov::Node>, ov::PartialShape> shapes;
      shapes[model_->inputs().at(0)] = ov::Shape(options_.input_shape.begin(), options_.input_shape.end());
      model_->reshape(shapes);
    }
    return model_;
  }

  std::shared_ptr<OpenVinoSession> compile(int threads, Precision precision) {
    return std::make_shared<OpenVinoSession>(core().compile_model(model(), "CPU", properties(threads, precision)),
                                             threads, precision, onnx_.size(), false);
  }

  std::vector<Measured> measure() {
    std::vector<int> counts = {options_.threads};
    if (options_.threads <= 0) {
      const int all = available_processors();
      counts = {all};
      if (all >= 2) counts.push_back((all + 1) / 2);
    }
    std::vector<Precision> precisions = {options_.precision};
    if (options_.precision == Precision::kAutomatic) precisions = {Precision::kFloat32, Precision::kBfloat16};
    std::vector<Measured> measured;
    for (const Precision precision : precisions) {
      for (const int threads : counts) {
        if (counts.size() * precisions.size() == 1) return {{threads, precision, 0}};
        measured.push_back({threads, precision, median_seconds(*compile(threads, precision))});
      }
    }
    return measured;
  }

  static double median_seconds(OpenVinoSession& session) {
    ov::InferRequest request = session.model().create_infer_request();
    for (std::size_t i = 0; i < session.model().inputs().size(); ++i) {
      ov::Shape shape;
      for (const auto& side : session.model().inputs()[i].get_partial_shape()) {
        // Free sides (batch, height, width) get a size that a small network works on too.
        shape.push_back(side.is_static() ? static_cast<std::size_t>(side.get_length()) : shape.empty() ? 1 : 64);
      }
      ov::Tensor tensor(session.model().inputs()[i].get_element_type(), shape);
      std::memset(tensor.data(), 0, tensor.get_byte_size());
      request.set_input_tensor(i, tensor);
    }
    std::vector<double> seconds;
    for (int run = 0; run < 7; ++run) {
      const auto start = std::chrono::steady_clock::now();
      request.infer();
      seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    seconds.erase(seconds.begin(), seconds.begin() + 2);  // The first runs allocate.
    std::nth_element(seconds.begin(), seconds.begin() + 2, seconds.end());
    return seconds[2];
  }

  std::shared_ptr<Session> obtain(int threads, Precision precision) {
    const fs::path path =
        compiled_path(cache_, identity_ + " | " + std::to_string(threads) + " threads " + to_string(precision));
    const std::shared_lock<std::shared_mutex> together(quiet());
    std::shared_ptr<OpenVinoSession> session;
    if (options_.use_disk_cache) {
      load_compiled(path, [&](std::istream& stream, std::size_t bytes) {
        try {
          session = std::make_shared<OpenVinoSession>(
              core().import_model(stream, "CPU", properties(threads, precision)), threads, precision, bytes, true);
          return true;
        } catch (const std::exception&) {
          return false;
        }
      });
    }
    if (session) return session;
    session = compile(threads, precision);
    if (options_.use_disk_cache) {
      const std::size_t bytes = store_compiled(path, [&](std::ostream& out) { session->model().export_model(out); });
      if (bytes > 0) session->set_memory_bytes(bytes);
    }
    return session;
  }

  const std::string& onnx_;
  const std::string& sha256_;
  const fs::path& cache_;
  SessionOptions options_;
  std::string identity_;
  std::shared_ptr<ov::Model> model_;
};

}  // namespace

Result<std::shared_ptr<Session>> make_session(const std::string& onnx_bytes, const std::string& network_sha256,
                                              const fs::path& cache_folder, const SessionOptions& options) {
  try {
    return Maker(onnx_bytes, network_sha256, cache_folder, options).make();
  } catch (const std::exception& error) {
    return Error{"the network cannot be loaded: " + plain(error)};
  }
}

std::string to_string(Precision precision) {
  return precision == Precision::kFloat32 ? "fp32" : precision == Precision::kBfloat16 ? "bf16" : "automatic";
}

std::string runtime_version() { return std::string("OpenVINO ") + ov::get_openvino_version().buildNumber; }

}  // namespace galen::runtime
