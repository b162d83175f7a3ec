#include "galen/train/entries.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/base/json.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

Status move_into_place(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  // A folder that is not empty cannot be renamed over: the two change places at once, then the old one goes.
  if (fs::exists(to) && ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
    std::error_code ignored;
    fs::remove_all(from, ignored);
    return {};
  }
  return Error{to.string() + ": the entry cannot be put there (" + std::strerror(errno) + ")"};
}

}  // namespace

Result<std::vector<fs::path>> write_entries(const fs::path& zoo, std::vector<zoo::Card>& cards,
                                            const std::string& network_bytes) {
  std::vector<fs::path> folders;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    zoo::Card& card = cards[i];
    card.network.file = "network.onnx";
    card.network.entry = i == 0 ? "" : cards.front().id;
    card.network.sha256 = sha256(network_bytes);
    const fs::path folder = zoo / card.id;
    if (Status status = make_writable_folder(folder.parent_path()); !status) return status.error();
    // Directly below the zoo and with a dot: nothing takes it for an entry.
    const fs::path temporary = zoo / (".writing-" + std::to_string(::getpid()) + "-" + folder.filename().string());
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    Status status = make_writable_folder(temporary);
    if (status && i == 0) status = write_file_atomically(temporary / card.network.file, network_bytes);
    if (status) status = write_json_file(temporary / "card.json", zoo::to_json(card));
    if (status) status = move_into_place(temporary, folder);
    if (!status) {
      fs::remove_all(temporary, ignored);
      return status.error();
    }
    card.folder = folder;
    folders.push_back(folder);
  }
  return folders;
}

}  // namespace galen::train
