// Compiled networks on disk: CACHE/compiled/KEY.blob, with a checksum, written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

namespace galen::runtime {

// A file's bytes, mapped into memory for as long as it lives.
class MappedFile {
 public:
  static std::unique_ptr<MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::string_view bytes() const { return {data_, size_}; }

 private:
  MappedFile(const char* data, std::size_t size) : data_(data), size_(size) {}
  const char* data_;
  std::size_t size_;
};

// Four interleaved lanes of FNV-like mixing: finds damage at memory speed; not meant against forgery.
std::uint64_t checksum(std::string_view bytes);

std::filesystem::path compiled_path(const std::filesystem::path& cache_folder, const std::string& key);

// Calls `use` with the stored compiled form and its size. False where there is none, where it is damaged, or where
// `use` says false (the file is then removed).
bool load_compiled(const std::filesystem::path& path, const std::function<bool(std::istream&, std::size_t)>& use);

// Stores what `write` writes. Failing (full disk, read-only folder) only costs time later. Gives the number of bytes, 0
// on failure. Keeps the folder below `most_bytes` by removing the longest unused.
std::size_t store_compiled(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write,
                           std::uintmax_t most_bytes = std::uintmax_t{2} << 30);

}  // namespace galen::runtime
