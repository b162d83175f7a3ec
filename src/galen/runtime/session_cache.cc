#include "galen/runtime/session_cache.h"

namespace galen::runtime {

Result<std::shared_ptr<Session>> SessionCache::get(const std::string& key,
                                                   const std::function<Result<std::shared_ptr<Session>>()>& make) {
  std::shared_ptr<Slot> slot;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::shared_ptr<Slot>& found = slots_[key];
    if (!found) found = std::make_shared<Slot>();
    slot = found;
    order_.remove(key);
    order_.push_front(key);
  }
  const std::lock_guard<std::mutex> making(slot->making);
  if (slot->session) return slot->session;
  Result<std::shared_ptr<Session>> made = make();
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!made) {
    slots_.erase(key);
    order_.remove(key);
    return made;
  }
  slot->session = *made;
  slot->bytes = (*made)->memory_bytes();
  drop_oldest(key);
  return made;
}

void SessionCache::drop_oldest(const std::string& kept) {
  std::size_t total = 0;
  for (const auto& [key, slot] : slots_) total += slot->bytes;
  for (auto at = order_.end(); total > most_bytes_ && at != order_.begin();) {
    --at;
    const auto slot = slots_.find(*at);
    // One that is still being made has no bytes yet.
    if (*at == kept || slot == slots_.end() || slot->second->bytes == 0) continue;
    total -= slot->second->bytes;
    slots_.erase(slot);
    at = order_.erase(at);
  }
}

std::size_t SessionCache::bytes() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::size_t total = 0;
  for (const auto& [key, slot] : slots_) total += slot->bytes;
  return total;
}

std::size_t SessionCache::count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return slots_.size();
}

}  // namespace galen::runtime
