#include "galen/train/interpreter_memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <vector>

namespace galen::train {
namespace {

constexpr std::size_t kHeader = 64;  // Before each block: its size. Keeps the data on a cache line.
constexpr std::size_t kLarge = std::size_t{1} << 20;
constexpr std::size_t kHugePage = std::size_t{2} << 20;

class KeepingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    auto* block = static_cast<char*>(take(rounded(bytes + kHeader)));
    void* data = block + kHeader;
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* target, const void* source, std::size_t count) const override {
    std::memcpy(target, source, count);
  }

  static KeepingAllocator& instance() {
    static auto* made = new KeepingAllocator;  // Outlives every tensor, those of static duration included
    return *made;
  }

 private:
  // Sizes in steps of an eighth of their power of two, so that nearly equal ones share blocks.
  static std::size_t rounded(std::size_t bytes) {
    std::size_t step = 64;
    while (step * 16 <= bytes) step *= 2;
    if (bytes >= kLarge) step = std::max(step, std::size_t{1} << 16);
    return (bytes + step - 1) / step * step;
  }

  void* take(std::size_t bytes) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto kept = kept_.find(bytes);
      if (kept != kept_.end() && !kept->second.empty()) {
        void* block = kept->second.back();
        kept->second.pop_back();
        return block;
      }
    }
    void* block = nullptr;
    const bool large = bytes >= kLarge;
    if (posix_memalign(&block, large ? kHugePage : kHeader, bytes) != 0) throw std::bad_alloc();
    if (large) madvise(block, bytes, MADV_HUGEPAGE);  // Advice only: without huge pages all works, more slowly
    std::memcpy(block, &bytes, sizeof(bytes));
    return block;
  }

  static void release(void* data) {
    if (data == nullptr) return;
    void* block = static_cast<char*>(data) - kHeader;
    std::size_t bytes = 0;
    std::memcpy(&bytes, block, sizeof(bytes));
    KeepingAllocator& self = instance();
    const std::lock_guard<std::mutex> lock(self.mutex_);
    self.kept_[bytes].push_back(block);
  }

  std::mutex mutex_;
  std::map<std::size_t, std::vector<void*>> kept_;
};

}  // namespace

void keep_freed_tensor_memory() { c10::SetCPUAllocator(&KeepingAllocator::instance(), /*priority=*/1); }

}  // namespace galen::train
