#include "galen/train/loader.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>

namespace galen::train {
namespace {

// Nothing may leave a worker thread as an exception (memory, OpenCV).
template <typename Make>
Result<std::vector<Sample>> guarded(Make make) {
  try {
    return make();
  } catch (const std::exception& exception) {
    return Error{std::string("making a batch failed: ") + exception.what()};
  }
}

}  // namespace

std::size_t Loader::batches_of(std::size_t samples, int batch) {
  if (samples == 0) return 0;
  return std::max<std::size_t>(1, samples / static_cast<std::size_t>(batch));
}

Loader::Loader(const Dataset& dataset, std::vector<std::size_t> order, int batch, std::uint64_t seed, int epoch,
               std::size_t first_batch, const LoaderOptions& options)
    : dataset_(dataset),
      order_(std::move(order)),
      batch_(static_cast<std::size_t>(batch)),
      seed_(seed),
      epoch_(epoch),
      batches_(batches_of(order_.size(), batch)),
      ahead_(std::max<std::size_t>(1, options.ahead)),
      next_made_(first_batch),
      next_given_(first_batch) {
  for (int i = 0; i < std::max(1, options.threads); ++i) threads_.emplace_back([this] { work(); });
}

Loader::~Loader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Result<std::vector<Sample>> Loader::make(std::size_t index) const {
  std::vector<Sample> samples;
  const std::size_t end = std::min(order_.size(), (index + 1) * batch_);
  for (std::size_t p = index * batch_; p < end; ++p) {
    const std::uint64_t stream = (static_cast<std::uint64_t>(epoch_) << 32) + p;
    Result<Sample> sample = dataset_.draw(order_[p], Random::for_stream(seed_ + 0x5a17, stream));
    if (!sample) return sample.error();
    samples.push_back(std::move(*sample));
  }
  return samples;
}

void Loader::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || (next_made_ < batches_ && next_made_ < next_given_ + ahead_); });
    if (stop_) return;
    const std::size_t index = next_made_++;
    lock.unlock();
    Result<std::vector<Sample>> made = guarded([&] { return make(index); });
    lock.lock();
    ready_.emplace(index, std::move(made));
    changed_.notify_all();
  }
}

Result<std::vector<Sample>> Loader::next() {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ready_.contains(next_given_); });
  waited_seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Result<std::vector<Sample>> made = std::move(ready_.extract(next_given_).mapped());
  ++next_given_;
  changed_.notify_all();
  return made;
}

}  // namespace galen::train
