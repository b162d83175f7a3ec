#include "galen/base/files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace galen {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryMark = ".galen-tmp-";

std::string reason() { return std::strerror(errno); }

// "name.galen-tmp-PID-N": the process id tells later runs whether the writer still lives. The original extension comes
// last because image libraries choose the format by it.
fs::path temporary_beside(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.parent_path() / (path.stem().string() + std::string(kTemporaryMark) + std::to_string(::getpid()) + "-" +
                               std::to_string(counter++) + path.extension().string());
}

Status flush_to_disk(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error{"cannot reopen " + path.string() + ": " + reason()};
  const bool flushed = ::fsync(file) == 0;
  const std::string why = flushed ? "" : reason();
  ::close(file);
  if (!flushed) return Error{"cannot flush " + path.string() + " to the disk: " + why};
  return {};
}

Status write_bytes(const fs::path& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Error{"cannot write " + path.string() + ": " + reason()};
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(file, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const std::string why = reason();
      ::close(file);
      return Error{"cannot write " + path.string() + ": " + why};
    }
    done += static_cast<std::size_t>(n);
  }
  if (::close(file) != 0) return Error{"cannot write " + path.string() + ": " + reason()};
  return {};
}

}  // namespace

Result<std::string> read_text_file(const fs::path& path, std::size_t max_bytes) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return Error{errno == ENOENT ? "no such file: " + path.string() : "cannot open " + path.string() + ": " + reason()};
  }
  if (S_ISDIR(info.st_mode)) return Error{path.string() + " is a folder; a file is needed"};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Error{"cannot open " + path.string() + ": " + reason()};
  std::string bytes;
  char buffer[1 << 16];
  while (true) {
    const ssize_t n = ::read(file, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const std::string why = reason();
      ::close(file);
      return Error{"cannot read " + path.string() + ": " + why};
    }
    if (n == 0) break;
    bytes.append(buffer, static_cast<std::size_t>(n));
    if (bytes.size() > max_bytes) {
      ::close(file);
      return Error{path.string() + " is larger than the limit of " + std::to_string(max_bytes) + " bytes"};
    }
  }
  ::close(file);
  return bytes;
}

Status write_file_atomically(const fs::path& path, const std::function<Status(const fs::path&)>& write) {
  const fs::path temporary = temporary_beside(path);
  Status status = write(temporary);
  if (status) status = flush_to_disk(temporary);
  if (status && ::rename(temporary.c_str(), path.c_str()) != 0) {
    status = Error{"cannot put " + path.string() + " in place: " + reason()};
  }
  if (!status) ::unlink(temporary.c_str());
  return status;
}

Status write_file_atomically(const fs::path& path, std::string_view bytes) {
  return write_file_atomically(path, [&](const fs::path& temporary) { return write_bytes(temporary, bytes); });
}

Status make_writable_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{"cannot make the folder " + folder.string() + ": " + error.message()};
  if (!fs::is_directory(folder)) return Error{folder.string() + " is not a folder"};
  const fs::path probe = temporary_beside(folder / "probe");
  if (Status status = write_bytes(probe, ""); !status) {
    return Error{"cannot write into the folder " + folder.string() + "; choose another with -o"};
  }
  ::unlink(probe.c_str());
  remove_stale_temporaries(folder);
  return {};
}

void remove_stale_temporaries(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const std::size_t mark = name.find(kTemporaryMark);
    if (mark == std::string::npos) continue;
    const long pid = std::strtol(name.c_str() + mark + kTemporaryMark.size(), nullptr, 10);
    const bool alive = pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
    if (!alive) ::unlink(it->path().c_str());
  }
}

fs::path cache_folder() {
  if (const char* chosen = std::getenv("GALEN_CACHE"); chosen && *chosen) return chosen;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return fs::path(xdg) / "galen";
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / ".cache" / "galen";
  return fs::temp_directory_path() / "galen-cache";
}

}  // namespace galen
