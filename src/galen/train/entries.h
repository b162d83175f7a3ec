// Writing zoo entries: each appears whole, or the one that was there before stays.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "galen/zoo/card.h"

namespace galen::train {

// The first card's folder gets the network; the others' cards name it. Fills in network.file, .entry and .sha256. Gives
// the entries' folders.
Result<std::vector<std::filesystem::path>> write_entries(const std::filesystem::path& zoo,
                                                         std::vector<zoo::Card>& cards,
                                                         const std::string& network_bytes);

}  // namespace galen::train
