#include "galen/runtime/session_pool.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace galen::runtime {
namespace {

class SessionPool : public Session {
 public:
  explicit SessionPool(std::vector<std::shared_ptr<Session>> sessions)
      : sessions_(std::move(sessions)), idle_(sessions_) {}

  Result<std::vector<TensorF>> run(const std::vector<TensorF>& inputs,
                                   const std::vector<std::string>& outputs) override {
    const Borrowed session(*this);
    return session->run(inputs, outputs);
  }

  std::vector<std::string> outputs() const override { return sessions_.front()->outputs(); }
  std::size_t memory_bytes() const override {
    std::size_t bytes = 0;
    for (const auto& session : sessions_) bytes += session->memory_bytes();
    return bytes;
  }
  int threads() const override {
    int threads = 0;
    for (const auto& session : sessions_) threads += session->threads();
    return threads;
  }
  Precision precision() const override { return sessions_.front()->precision(); }
  bool from_disk_cache() const override { return sessions_.front()->from_disk_cache(); }

 private:
  class Borrowed {
   public:
    explicit Borrowed(SessionPool& pool) : pool_(pool) {
      std::unique_lock<std::mutex> lock(pool_.mutex_);
      pool_.returned_.wait(lock, [this] { return !pool_.idle_.empty(); });
      session_ = std::move(pool_.idle_.back());
      pool_.idle_.pop_back();
    }
    ~Borrowed() {
      {
        const std::lock_guard<std::mutex> lock(pool_.mutex_);
        pool_.idle_.push_back(std::move(session_));
      }
      pool_.returned_.notify_one();
    }
    Borrowed(const Borrowed&) = delete;
    Borrowed& operator=(const Borrowed&) = delete;
    Session* operator->() const { return session_.get(); }

   private:
    SessionPool& pool_;
    std::shared_ptr<Session> session_;
  };

  const std::vector<std::shared_ptr<Session>> sessions_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::shared_ptr<Session>> idle_;
};

}  // namespace

std::shared_ptr<Session> pool_of(std::vector<std::shared_ptr<Session>> sessions) {
  return std::make_shared<SessionPool>(std::move(sessions));
}

}  // namespace galen::runtime
