#include "galen/engine/preload.h"

#include <exception>

#include "galen/engine/study.h"

namespace galen::engine {
namespace {

void warm_quietly(StepRunner& runner, const std::string& id) {
  try {
    if (runner.card(id)) (void)runner.warm(id);
  } catch (const std::exception&) {
    // As with errors: met again by whoever runs the entry.
  }
}

}  // namespace

Preload::Preload(StepRunner& runner, LikelyEntries likely)
    : recogniser_([&runner] { warm_quietly(runner, kModalityRecogniser); }),
      entries_([&runner, likely = std::move(likely)](const std::stop_token& stop) {
        for (const std::string& id : likely()) {
          if (stop.stop_requested()) return;
          warm_quietly(runner, id);
        }
      }) {}

}  // namespace galen::engine
