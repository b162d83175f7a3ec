// Thread counts and precisions that were found fastest on this machine, kept in CACHE/tuning.json. Where other work
// keeps the processors busy nothing is measured: all processors and fp32 are used.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/runtime/session.h"

namespace galen::runtime {

struct Measured {
  int threads = 1;
  Precision precision = Precision::kFloat32;
  double seconds = 0;  // Median of a run
};

// One network's choice. The key tells network, input shape, processor and runtime version.
struct Tuning {
  int threads = 1;
  Precision precision = Precision::kFloat32;
  std::vector<Measured> measured;  // What it was chosen from
};

// Missing and damaged files count as empty: what was in them is measured again.
std::map<std::string, Tuning> read_tunings(const std::filesystem::path& cache_folder);
std::optional<Tuning> find_tuning(const std::filesystem::path& cache_folder, const std::string& key);
// Adds to the file under a lock, so that processes that measure at once do not lose each other's. The first choice that
// is written for a key stays and is returned: a network's results do not change from run to run.
Tuning keep_tuning(const std::filesystem::path& cache_folder, const std::string& key, const Tuning& tuning);

// Fewest threads within a twentieth of the fastest; bf16 only where it gains more than a tenth.
Tuning choose(const std::vector<Measured>& measured);

}  // namespace galen::runtime
