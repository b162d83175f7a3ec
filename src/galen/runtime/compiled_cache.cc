#include "galen/runtime/compiled_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <sstream>
#include <streambuf>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/hash.h"

namespace galen::runtime {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "galen-compiled-1";
constexpr std::size_t kHeaderBytes = 32;  // Mark, size, checksum

// Reads memory as a stream that can be searched.
class MemoryBuffer : public std::streambuf {
 public:
  explicit MemoryBuffer(std::string_view bytes) {
    char* begin = const_cast<char*>(bytes.data());
    setg(begin, begin, begin + bytes.size());
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir direction, std::ios_base::openmode) override {
    char* from = direction == std::ios_base::beg ? eback() : direction == std::ios_base::cur ? gptr() : egptr();
    char* to = from + offset;
    if (to < eback() || to > egptr()) return pos_type(off_type(-1));
    setg(eback(), to, egptr());
    return pos_type(to - eback());
  }
  pos_type seekpos(pos_type position, std::ios_base::openmode mode) override {
    return seekoff(off_type(position), std::ios_base::beg, mode);
  }
};

void put(std::string& out, std::uint64_t value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); }

std::uint64_t get(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void trim(const fs::path& folder, std::uintmax_t most_bytes) {
  struct Stored {
    fs::file_time_type time;
    std::uintmax_t bytes;
    fs::path path;
  };
  std::vector<Stored> files;
  std::uintmax_t total = 0;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (it->path().extension() != ".blob") continue;
    Stored stored{it->last_write_time(gone), it->file_size(gone), it->path()};
    if (gone) continue;
    total += stored.bytes;
    files.push_back(std::move(stored));
  }
  std::sort(files.begin(), files.end(), [](const Stored& a, const Stored& b) { return a.time < b.time; });
  for (std::size_t i = 0; i + 1 < files.size() && total > most_bytes; ++i) {
    total -= files[i].bytes;
    fs::remove(files[i].path, error);
  }
}

}  // namespace

std::unique_ptr<MappedFile> MappedFile::open(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return nullptr;
  struct stat info {};
  void* data = MAP_FAILED;
  if (::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    data = ::mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  }
  ::close(file);
  if (data == MAP_FAILED) return nullptr;
  return std::unique_ptr<MappedFile>(
      new MappedFile(static_cast<const char*>(data), static_cast<std::size_t>(info.st_size)));
}

MappedFile::~MappedFile() { ::munmap(const_cast<char*>(data_), size_); }

std::uint64_t checksum(std::string_view bytes) {
  constexpr std::uint64_t kPrime = 0x9e3779b97f4a7c15ULL;
  std::array<std::uint64_t, 4> lanes = {1, 2, 3, 4};
  std::size_t at = 0;
  for (; at + 32 <= bytes.size(); at += 32) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      lanes[lane] = (lanes[lane] ^ get(bytes, at + 8 * lane)) * kPrime;
      lanes[lane] ^= lanes[lane] >> 29;
    }
  }
  std::uint64_t all = bytes.size();
  for (; at < bytes.size(); ++at) all = (all ^ static_cast<unsigned char>(bytes[at])) * kPrime;
  for (const std::uint64_t lane : lanes) {
    all = (all ^ lane) * kPrime;
    all ^= all >> 32;
  }
  return all;
}

fs::path compiled_path(const fs::path& cache_folder, const std::string& key) {
  return cache_folder / "compiled" / (sha256(key) + ".blob");
}

bool load_compiled(const fs::path& path, const std::function<bool(std::istream&, std::size_t)>& use) {
  const std::unique_ptr<MappedFile> file = MappedFile::open(path);
  if (!file) return false;
  const std::string_view bytes = file->bytes();
  bool good = bytes.size() > kHeaderBytes && bytes.substr(0, kMark.size()) == kMark;
  if (good) {
    const std::string_view body = bytes.substr(kHeaderBytes);
    good = get(bytes, 16) == body.size() && get(bytes, 24) == checksum(body);
    if (good) {
      MemoryBuffer buffer(body);
      std::istream stream(&buffer);
      good = use(stream, body.size());
    }
  }
  std::error_code ignored;
  if (good) {
    fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);  // Recently used
  } else {
    fs::remove(path, ignored);
  }
  return good;
}

std::size_t store_compiled(const fs::path& path, const std::function<void(std::ostream&)>& write,
                           std::uintmax_t most_bytes) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return 0;
  std::ostringstream stream;
  write(stream);
  const std::string body = std::move(stream).str();
  std::string bytes(kMark);
  put(bytes, body.size());
  put(bytes, checksum(body));
  bytes += body;
  remove_stale_temporaries(path.parent_path());
  if (!write_file_atomically(path, bytes)) return 0;
  trim(path.parent_path(), most_bytes);
  return body.size();
}

}  // namespace galen::runtime
