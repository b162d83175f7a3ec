// Reading with a limit and writing whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "galen/base/result.h"

namespace galen {

// The whole file as bytes. Fails with a sentence for a missing file, a folder, and a file of more than `max_bytes`.
Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{1} << 30);

// Writes `bytes` beside `path` under a temporary name, flushes it to the disk and renames it: a reader sees the old
// file or the new one, never a part. Nothing is left behind on failure. The parent folder must exist.
Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// For writers that need a path of their own (image libraries): calls `write` with the temporary path, then renames.
Status write_file_atomically(const std::filesystem::path& path,
                             const std::function<Status(const std::filesystem::path&)>& write);

// Makes the folder (and its parents) and checks that files can be made in it.
Status make_writable_folder(const std::filesystem::path& folder);

// Removes temporary files that an interrupted earlier process left in `folder`.
void remove_stale_temporaries(const std::filesystem::path& folder);

// Where galen keeps what it can make again: $GALEN_CACHE, else $XDG_CACHE_HOME/galen, else ~/.cache/galen.
std::filesystem::path cache_folder();

}  // namespace galen
