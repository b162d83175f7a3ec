#include "galen/zoo/zoo.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/network/graph.h"
#include "galen/zoo/modalities.h"
#include "galen/zoo/nearest.h"

namespace galen::zoo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCardBytes = std::size_t{8} << 20;
constexpr std::size_t kMostNetworkBytes = std::size_t{1} << 30;

Result<Card> read_card(const fs::path& folder, const std::string& id) {
  const Result<Json> document = read_json_file(folder / "card.json", {kMostCardBytes, 64});
  if (!document) return document.error();
  Result<Card> card = parse_card(*document);
  if (!card) return card;
  if (card->id != id) return Error{"the card's id is \"" + card->id + "\", but its folder is " + id};
  card->folder = folder;
  return card;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [at, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return at == folder.end() && rest != path.end();
}

const network::ValueInfo* find(const std::vector<network::ValueInfo>& values, const std::string& name) {
  const auto at = std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.name == name; });
  return at == values.end() ? nullptr : &*at;
}

// A dimension that is free in the graph fits everything.
bool fits(std::int64_t dimension, std::int64_t wanted) { return dimension <= 0 || dimension == wanted; }

Status check_input(const Card& card, const network::Graph& graph) {
  if (graph.inputs.empty()) return Error{"the network has no input"};
  const network::ValueInfo& input = graph.inputs.front();
  if (input.shape.size() != 4) {
    return Error{"the network's input has " + std::to_string(input.shape.size()) + " dimensions; 4 are needed"};
  }
  if (!fits(input.shape[1], card.input.channels)) {
    return Error{"the network takes " + std::to_string(input.shape[1]) + " channels, the card says " +
                 std::to_string(card.input.channels)};
  }
  if (!fits(input.shape[3], card.input.width) || !fits(input.shape[2], card.input.height)) {
    return Error{"the network takes images of another size than the card says"};
  }
  return {};
}

Status check_output(const Card& card, const network::Graph& graph) {
  const network::ValueInfo* output = find(graph.outputs, card.output.name);
  if (!output) return Error{"the network has no output called \"" + card.output.name + "\""};
  if (!card.output.saliency.empty() && !find(graph.outputs, card.output.saliency)) {
    return Error{"the network has no output called \"" + card.output.saliency + "\""};
  }
  if (output->shape.size() < 2 || output->shape[1] <= 0) return {};  // The graph does not tell.
  const std::int64_t channels = output->shape[1];
  for (const Label& label : card.labels) {
    if (*std::max_element(label.channels.begin(), label.channels.end()) >= channels) {
      return Error{"the label \"" + label.name + "\" reads a channel that the network's " + std::to_string(channels) +
                   " outputs do not have"};
    }
  }
  const std::int64_t classes = static_cast<std::int64_t>(card.classes.size());
  const bool one_logit = channels == 1 && classes == 2;
  if (classes > 0 && channels != classes && !one_logit) {
    return Error{"the network gives " + std::to_string(channels) + " classes, the card names " +
                 std::to_string(classes)};
  }
  return {};
}

}  // namespace

Result<Zoo> Zoo::open(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return Error{"no zoo at " + folder.string() + "; name its folder with --zoo or the environment variable GALEN_ZOO"};
  }
  Zoo zoo;
  zoo.folder_ = folder;
  std::set<std::string> ids;
  for (fs::directory_iterator group(folder, error), end; !error && group != end; group.increment(error)) {
    std::error_code inner;
    if (!group->is_directory(inner)) continue;
    for (fs::directory_iterator entry(group->path(), inner); !inner && entry != end; entry.increment(inner)) {
      std::error_code unreadable;
      if (!fs::exists(entry->path() / "card.json", unreadable)) continue;
      ids.insert(group->path().filename().string() + "/" + entry->path().filename().string());
    }
  }
  if (error) return Error{"cannot read the zoo's folder " + folder.string() + ": " + error.message()};
  for (const std::string& id : ids) {
    Result<Card> card = read_card(folder / id, id);
    if (card) {
      zoo.cards_.push_back(*std::move(card));
    } else {
      zoo.broken_.push_back({id, card.error().message});
    }
  }
  return zoo;
}

Result<Card> Zoo::card(const std::string& id) const {
  for (const Card& card : cards_) {
    if (card.id == id) return card;
  }
  for (const BrokenEntry& entry : broken_) {
    if (entry.id == id) return Error{"the card of " + id + " is broken: " + entry.problem};
  }
  std::vector<std::string> ids;
  for (const Card& card : cards_) ids.push_back(card.id);
  const std::vector<std::string> near = nearest(id, ids, 3);
  std::string message = "there is no entry \"" + id + "\" in the zoo";
  if (near.empty()) return usage_error(message + " at " + folder_.string() + ", which is empty");
  message += "; near it: ";
  for (std::size_t i = 0; i < near.size(); ++i) message += (i == 0 ? "" : ", ") + near[i];
  return usage_error(message + " (galen zoo list shows all)");
}

Result<fs::path> Zoo::network_path(const Card& card) const {
  const fs::path holder = card.network.entry.empty() ? card.folder : folder_ / card.network.entry;
  std::error_code error;
  const fs::path folder = fs::canonical(holder, error);
  if (error) {
    return Error{card.id + ": the entry " + card.network.entry + ", which holds its network, is not in the zoo"};
  }
  const fs::path path = fs::canonical(folder / card.network.file, error);
  if (error) return Error{card.id + ": its network file " + (holder / card.network.file).string() + " is missing"};
  // A symbolic link may lead anywhere, so it is the real path that counts.
  if (!is_below(path, folder)) {
    return Error{card.id + ": its network file " + card.network.file + " leads out of the entry's folder"};
  }
  return path;
}

Result<std::string> Zoo::network_bytes(const Card& card) const {
  const Result<fs::path> path = network_path(card);
  if (!path) return path.error();
  Result<std::string> bytes = read_text_file(*path, kMostNetworkBytes);
  if (!bytes) return bytes.error_in(card.id);
  const std::string found = sha256(*bytes);
  if (found != card.network.sha256) {
    return Error{card.id + ": " + path->string() + " is not the file that its card describes (SHA-256 " +
                 found.substr(0, 12) + "… instead of " + card.network.sha256.substr(0, 12) +
                 "…); fetch the entry again"};
  }
  return bytes;
}

Status Zoo::verify(const Card& card) const {
  if (Status status = check_supported(card); !status) return status;
  const Result<std::string> bytes = network_bytes(card);
  if (!bytes) return bytes.error();
  const Result<network::Graph> graph = network::parse_onnx(*bytes);
  if (!graph) return graph.error_in(card.id);
  if (Status status = check_input(card, *graph); !status) return status.error_in(card.id);
  if (Status status = check_output(card, *graph); !status) return status.error_in(card.id);
  return {};
}

Catalogue Zoo::catalogue() const {
  Catalogue catalogue;
  catalogue.modalities = modality_names();
  for (const Card& card : cards_) {
    Entry entry;
    entry.id = card.id;
    entry.task = card.task;
    entry.target = card.target;
    entry.modality = card.modality;
    entry.region = card.region;
    entry.dims = card.dims;
    entry.aliases = card.aliases;
    entry.needs = card.needs;
    for (const Label& label : card.labels) entry.labels.push_back(label.name);
    for (const bool normal : {true, false}) {
      for (const Class& one : card.classes) {
        if (one.normal != normal) continue;
        entry.classes.push_back(one.name);
        entry.normal.push_back(normal);
      }
    }
    catalogue.entries.push_back(std::move(entry));
  }
  return catalogue;
}

fs::path default_zoo_folder() {
  if (const char* chosen = std::getenv("GALEN_ZOO"); chosen && *chosen) return chosen;
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (!error) {
    const fs::path beside = program.parent_path().parent_path() / "share" / "galen" / "zoo";
    if (fs::is_directory(beside, error)) return beside;
  }
  return GALEN_SOURCE_ZOO;
}

}  // namespace galen::zoo
