// Worker threads that make batches ahead of the training loop, in order.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "galen/train/dataset.h"

namespace galen::train {

struct LoaderOptions {
  int threads = 1;
  std::size_t ahead = 4;  // Batches kept ready
};

// Batch b of `order` holds its samples [b * batch, (b + 1) * batch); a last one that is not full is left out unless it
// is the only one. Sample p of epoch e is drawn from the stream (seed, e, p), so that a batch is the same whenever and
// by whichever thread it is made.
class Loader {
 public:
  Loader(const Dataset& dataset, std::vector<std::size_t> order, int batch, std::uint64_t seed, int epoch,
         std::size_t first_batch, const LoaderOptions& options = {});
  ~Loader();

  static std::size_t batches_of(std::size_t samples, int batch);
  std::size_t batches() const { return batches_; }
  // The next batch; waits for it. Call at most batches() - first_batch times.
  Result<std::vector<Sample>> next();
  // Seconds that next() has waited.
  double waited_seconds() const { return waited_seconds_; }

 private:
  void work();
  Result<std::vector<Sample>> make(std::size_t index) const;

  const Dataset& dataset_;
  std::vector<std::size_t> order_;
  std::size_t batch_;
  std::uint64_t seed_;
  int epoch_;
  std::size_t batches_;
  std::size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_made_;   // Index of the batch that a free worker takes
  std::size_t next_given_;  // Index of the batch that next() gives
  std::map<std::size_t, Result<std::vector<Sample>>> ready_;
  bool stop_ = false;
  double waited_seconds_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace galen::train
