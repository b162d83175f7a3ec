#include "galen/runtime/tuning.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "galen/base/files.h"

namespace galen::runtime {
namespace {

namespace fs = std::filesystem;

// Held while it lives; where the folder cannot be written there is nothing to protect.
class FileLock {
 public:
  explicit FileLock(const fs::path& path) : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ >= 0) ::flock(file_, LOCK_EX);
  }
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

Precision precision_named(const std::string& name) {
  return name == to_string(Precision::kBfloat16) ? Precision::kBfloat16 : Precision::kFloat32;
}

Json to_json(const Tuning& tuning) {
  Json measured = Json::array();
  for (const Measured& one : tuning.measured) {
    measured.push_back({{"threads", one.threads}, {"precision", to_string(one.precision)}, {"seconds", one.seconds}});
  }
  return {{"threads", tuning.threads}, {"precision", to_string(tuning.precision)}, {"measured", std::move(measured)}};
}

Tuning from_json(const Json& document) {
  Tuning tuning;
  tuning.threads = std::clamp(document.at("threads").get<int>(), 1, 4096);
  tuning.precision = precision_named(document.at("precision").get<std::string>());
  for (const Json& one : document.at("measured")) {
    tuning.measured.push_back({one.at("threads").get<int>(), precision_named(one.at("precision").get<std::string>()),
                               one.at("seconds").get<double>()});
  }
  return tuning;
}

}  // namespace

std::map<std::string, Tuning> read_tunings(const fs::path& cache_folder) {
  std::map<std::string, Tuning> tunings;
  const Result<Json> document = read_json_file(cache_folder / "tuning.json");
  if (!document || !document->is_object()) return tunings;
  for (const auto& item : document->items()) {
    try {
      tunings[item.key()] = from_json(item.value());
    } catch (const Json::exception&) {
      // Measured again.
    }
  }
  return tunings;
}

std::optional<Tuning> find_tuning(const fs::path& cache_folder, const std::string& key) {
  const std::map<std::string, Tuning> tunings = read_tunings(cache_folder);
  const auto at = tunings.find(key);
  return at == tunings.end() ? std::nullopt : std::optional(at->second);
}

Tuning keep_tuning(const fs::path& cache_folder, const std::string& key, const Tuning& tuning) {
  std::error_code error;
  fs::create_directories(cache_folder, error);
  const FileLock lock(cache_folder / "tuning.lock");
  std::map<std::string, Tuning> tunings = read_tunings(cache_folder);
  const auto [at, added] = tunings.emplace(key, tuning);
  if (!added) return at->second;
  Json document = Json::object();
  for (const auto& [name, value] : tunings) document[name] = to_json(value);
  // A cache that cannot be written only costs time.
  (void)write_json_file(cache_folder / "tuning.json", document);
  return tuning;
}

Tuning choose(const std::vector<Measured>& measured) {
  Tuning tuning;
  tuning.measured = measured;
  const auto best_of = [&](Precision precision) {
    const Measured* best = nullptr;
    for (const Measured& one : measured) {
      if (one.precision == precision && (!best || one.seconds < best->seconds)) best = &one;
    }
    for (const Measured& one : measured) {
      if (best && one.precision == precision && one.threads < best->threads && one.seconds <= 1.05 * best->seconds)
        best = &one;
    }
    return best;
  };
  const Measured* exact = best_of(Precision::kFloat32);
  const Measured* reduced = best_of(Precision::kBfloat16);
  const Measured* best = reduced && (!exact || reduced->seconds < 0.9 * exact->seconds) ? reduced : exact;
  if (best) {
    tuning.threads = best->threads;
    tuning.precision = best->precision;
  }
  return tuning;
}

}  // namespace galen::runtime
