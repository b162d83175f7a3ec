// galen zoo add, remove: entries appear and go whole.
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "galen/base/files.h"
#include "galen/cli/commands.h"
#include "galen/cli/open_zoo.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

// Removes a folder when it goes out of scope, unless it has been renamed away.
struct TemporaryFolder {
  fs::path path;
  ~TemporaryFolder() {
    std::error_code code;
    fs::remove_all(path, code);
  }
};

// A name that Zoo::open passes over, on the same file system as the zoo.
fs::path hidden_name(const zoo::Zoo& zoo, const std::string& what) {
  return zoo.folder() / ("." + what + "-" + std::to_string(::getpid()));
}

Status copy_files(const fs::path& from, const fs::path& to) {
  std::error_code code;
  fs::create_directories(to, code);
  if (code) return Error{"The zoo cannot be changed: " + to.string() + ": " + code.message() + "."};
  for (const fs::directory_entry& file : fs::directory_iterator(from, code)) {
    // A link could point to anything; an entry is files only.
    if (!fs::is_regular_file(file.symlink_status())) {
      return Error{file.path().string() + " is not a file; an entry's folder holds only files."};
    }
    fs::copy_file(file.path(), to / file.path().filename(), code);
    if (code) return Error{"Copying " + file.path().string() + " failed: " + code.message() + "."};
  }
  if (code) return Error{from.string() + " cannot be read: " + code.message() + "."};
  return {};
}

}  // namespace

Result<int> run_zoo_add(const Arguments& arguments, Console& console) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  const fs::path source = arguments.text("FOLDER");
  const Result<Json> document = read_json_file(source / "card.json");
  if (!document) return document.error();
  Result<zoo::Card> card = zoo::parse_card(*document);
  if (!card) return card.error_in((source / "card.json").string());
  const fs::path target = zoo->folder() / card->id;
  if (fs::exists(target)) {
    return Error{"The zoo already has " + card->id + "; 'galen zoo remove " + card->id +
                 "' first, or give the card another id."};
  }

  const TemporaryFolder temporary{hidden_name(*zoo, "adding")};
  if (const Status copied = copy_files(source, temporary.path); !copied) return copied.error();
  card->folder = temporary.path;
  if (const Status good = zoo->verify(*card); !good) return good.error_in(card->id + " is not added");
  std::error_code code;
  fs::create_directories(target.parent_path(), code);
  if (!code) fs::rename(temporary.path, target, code);
  if (code) return Error{target.string() + " cannot be made: " + code.message() + "."};
  console.print("Added " + card->id);
  return kExitDone;
}

Result<int> run_zoo_remove(const Arguments& arguments, Console& console) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  const std::string id = arguments.text("TASK");
  const Result<zoo::Card> card = zoo->card(id);
  if (!card) return card.error();
  for (const zoo::Card& other : zoo->cards()) {
    if (other.network.entry == id) {
      return Error{id + " stays: " + other.id + " uses its network. Remove " + other.id + " first."};
    }
  }
  const TemporaryFolder removed{hidden_name(*zoo, "removed")};
  std::error_code code;
  fs::rename(card->folder, removed.path, code);
  if (code) return Error{card->folder.string() + " cannot be removed: " + code.message() + "."};
  console.print("Removed " + id);
  return kExitDone;
}

}  // namespace galen::cli
