// Networks loaded in the background while the image is read and the request planned.
#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "galen/engine/step_runner.h"

namespace galen::engine {

// Zoo entries that will likely be run. Called in another thread.
using LikelyEntries = std::function<std::vector<std::string>()>;

// Warms the recogniser of modalities, and beside it the likely entries. Guesses that are wrong, unknown or cannot be
// loaded are harmless: whoever runs an entry loads it and meets its errors. The runner and what `likely` refers to must
// outlive it.
class Preload {
 public:
  Preload(StepRunner& runner, LikelyEntries likely);

 private:
  std::jthread recogniser_;
  std::jthread entries_;
};

}  // namespace galen::engine
