// Work on many items by several threads, with the results handed over in the items' order.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "galen/base/threads.h"

namespace galen::cli {

// Calls work(i) for i in [0, count) on `workers` threads and emit(i, result) for each in order, one at a time. At most
// two results a worker wait for their turn, so that memory stays bounded. Stops early once interrupted() holds; returns
// the number of items that were emitted. An exception in `work` is rethrown here.
template <typename Work, typename Emit>
std::size_t ordered_work(std::size_t count, int workers, Work work, Emit emit) {
  using Outcome = decltype(work(std::size_t{0}));
  std::mutex mutex;
  std::condition_variable turn;
  std::size_t next = 0, emitted = 0;
  bool emitting = false;
  std::exception_ptr failure;
  std::vector<std::optional<Outcome>> waiting(count);
  const std::size_t ahead = 2 * static_cast<std::size_t>(std::max(1, workers));

  const auto body = [&] {
    std::unique_lock<std::mutex> lock(mutex);
    while (true) {
      turn.wait(lock, [&] { return failure || next >= count || next < emitted + ahead; });
      if (failure || next >= count || interrupted()) break;
      const std::size_t item = next++;
      lock.unlock();
      try {
        Outcome outcome = work(item);
        lock.lock();
        waiting[item] = std::move(outcome);
        // Whoever finds the next one in line ready hands it over, and what has gathered behind it.
        while (!emitting && emitted < count && waiting[emitted]) {
          emitting = true;
          Outcome ready = std::move(*waiting[emitted]);
          waiting[emitted].reset();
          const std::size_t index = emitted;
          lock.unlock();
          emit(index, std::move(ready));
          lock.lock();
          ++emitted;
          emitting = false;
          turn.notify_all();
        }
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (!failure) failure = std::current_exception();
      }
    }
    turn.notify_all();
  };

  std::vector<std::thread> threads;
  for (int i = 1; i < workers; ++i) threads.emplace_back(body);
  body();
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
  return emitted;
}

}  // namespace galen::cli
