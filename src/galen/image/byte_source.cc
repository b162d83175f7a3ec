#include "galen/image/byte_source.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

namespace galen::image {
namespace {

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  Result<std::size_t> read(void* to, std::size_t count) override {
    count = std::min(count, bytes_.size());
    if (count > 0) std::memcpy(to, bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view bytes_;
};

class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(std::string_view bytes) : bytes_(bytes) {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    ready_ = inflateInit2(&stream_, kGzipOnly) == Z_OK;
  }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { inflateEnd(&stream_); }

  Result<std::size_t> read(void* to, std::size_t count) override {
    if (!ready_) return Error{"not enough memory to unpack the file"};
    std::size_t done = 0;
    while (done < count && !ended_) {
      constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
      if (stream_.avail_in == 0) {
        const std::size_t part = std::min(bytes_.size(), kMost);
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes_.data()));
        stream_.avail_in = static_cast<uInt>(part);
        bytes_.remove_prefix(part);
      }
      const std::size_t wanted = std::min(count - done, kMost);
      stream_.next_out = static_cast<Bytef*>(to) + done;
      stream_.avail_out = static_cast<uInt>(wanted);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      done += wanted - stream_.avail_out;
      if (status == Z_STREAM_END) {
        start_next_member();
      } else if (status != Z_OK) {
        // Z_BUF_ERROR: no input is left although the stream has not ended.
        return Error{status == Z_BUF_ERROR ? "the gzip data are cut off" : "the gzip data are damaged"};
      }
    }
    return done;
  }

 private:
  // Anything but another member after the end is padding.
  void start_next_member() {
    const bool more = stream_.avail_in >= 2 && stream_.next_in[0] == 0x1f && stream_.next_in[1] == 0x8b;
    ended_ = !more || inflateReset(&stream_) != Z_OK;
  }

  std::string_view bytes_;
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;
};

}  // namespace

Status ByteSource::drain(std::size_t most) {
  std::vector<char> buffer(std::size_t{64} << 10);
  std::size_t total = 0;
  while (total < most) {
    const Result<std::size_t> got = read(buffer.data(), buffer.size());
    if (!got) return got.error();
    total += *got;
    if (*got < buffer.size()) break;
  }
  return {};
}

Status ByteSource::skip(std::size_t count) {
  std::vector<char> buffer(std::min(count, std::size_t{64} << 10));
  while (count > 0) {
    const std::size_t part = std::min(count, buffer.size());
    const Result<std::size_t> got = read(buffer.data(), part);
    if (!got) return got.error();
    if (*got < part) return Error{"the file ends early"};
    count -= part;
  }
  return {};
}

bool is_gzip(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\x1f' && static_cast<unsigned char>(bytes[1]) == 0x8b;
}

std::unique_ptr<ByteSource> open_source(std::string_view bytes) {
  if (is_gzip(bytes)) return std::make_unique<GzipSource>(bytes);
  return std::make_unique<MemorySource>(bytes);
}

}  // namespace galen::image
