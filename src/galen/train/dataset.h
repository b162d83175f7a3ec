// Training cases in memory and the samples drawn from them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "galen/base/progress.h"
#include "galen/train/augment.h"
#include "galen/train/recipe.h"

namespace galen::train {

// One network input with what is known of it.
struct Sample {
  std::vector<float> image;          // [C][H][W], normalised
  std::vector<std::uint8_t> bits;    // [H][W]: bit c set where the pixel belongs to channel c
  std::vector<std::uint8_t> counts;  // [H][W]: 1 where loss and figures look
  int known = 0;                     // Bits of the channels that the case's mask decides
  int class_index = -1;
};

// A case as it is kept in memory, with 16-bit samples.
struct StoredCase;

// Safe to use from several threads.
class Dataset {
 public:
  // Nothing is read yet. `memory_bytes` bounds what is kept; what does not fit is read from disk each time.
  Dataset(std::vector<evaluate::Case> cases, const Recipe& recipe, std::size_t memory_bytes = std::size_t{3} << 30);
  ~Dataset();

  std::size_t size() const { return cases_.size(); }
  const evaluate::Case& info(std::size_t index) const { return cases_[index]; }

  // A random view of the case: augmented, and for tiles at a random place of the picture. The stream decides all of it.
  Result<Sample> draw(std::size_t index, Random random) const;
  // The inputs as inference makes them: one, or one a tile.
  Result<std::vector<Sample>> views(std::size_t index) const;

  std::size_t stored_bytes() const { return stored_bytes_; }

 private:
  Result<std::shared_ptr<const StoredCase>> get(std::size_t index) const;

  std::vector<evaluate::Case> cases_;
  zoo::InputRule rule_;        // Of views
  zoo::InputRule drawn_rule_;  // Of what draw() gives
  AugmentRecipe augment_;
  bool segments_;
  std::size_t memory_bytes_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<const StoredCase>> stored_;
  mutable std::atomic<std::size_t> stored_bytes_{0};
};

// The order in which an epoch goes through the cases: each once (times its repeat) in random order; with
// `images_per_epoch`, as many such rounds as give that number.
std::vector<std::size_t> epoch_order(const Dataset& dataset, int images_per_epoch, std::uint64_t seed, int epoch);

}  // namespace galen::train
