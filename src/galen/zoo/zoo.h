// A folder of entries: ZOO/segment/lung-cxr/card.json and its network file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "galen/zoo/card.h"
#include "galen/zoo/catalogue.h"

namespace galen::zoo {

struct BrokenEntry {
  std::string id;
  std::string problem;
};

class Zoo {
 public:
  // Reads every card below `folder` (cards only: network files are read when they are needed). A broken card does not
  // hide the others; it is listed in broken().
  static Result<Zoo> open(const std::filesystem::path& folder);

  const std::vector<Card>& cards() const { return cards_; }
  const std::vector<BrokenEntry>& broken() const { return broken_; }
  const std::filesystem::path& folder() const { return folder_; }

  // Fails naming the nearest ids.
  Result<Card> card(const std::string& id) const;
  // The entry's network file, inside its own folder (or that of the entry it shares with).
  Result<std::filesystem::path> network_path(const Card& card) const;
  // The file's bytes, checked against the card's hash.
  Result<std::string> network_bytes(const Card& card) const;
  // Hash, structure (check of the ONNX graph's inputs and outputs against the card).
  Status verify(const Card& card) const;

  Catalogue catalogue() const;

 private:
  std::filesystem::path folder_;
  std::vector<Card> cards_;
  std::vector<BrokenEntry> broken_;
};

// $GALEN_ZOO, else the zoo beside the program (../share/galen/zoo), else the source tree's.
std::filesystem::path default_zoo_folder();

}  // namespace galen::zoo
