// Sessions kept in memory, bounded by bytes; the least recently used go first.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "galen/runtime/session.h"

namespace galen::runtime {

// Safe from several threads. A session that is in use lives on after it was dropped, until its user lets go.
class SessionCache {
 public:
  explicit SessionCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // The session under the key, made by `make` where there is none; two threads that ask at once wait for one making.
  Result<std::shared_ptr<Session>> get(const std::string& key,
                                       const std::function<Result<std::shared_ptr<Session>>()>& make);
  std::size_t bytes() const;
  std::size_t count() const;

 private:
  struct Slot {
    std::mutex making;
    std::shared_ptr<Session> session;
    std::size_t bytes = 0;
  };
  void drop_oldest(const std::string& kept);

  std::size_t most_bytes_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
  std::list<std::string> order_;  // Most recently used first
};

}  // namespace galen::runtime
