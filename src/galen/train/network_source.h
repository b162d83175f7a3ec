// The network that training starts from: built, taken from a zoo entry, or read from any ONNX file.
#pragma once

#include <filesystem>

#include "galen/network/graph.h"
#include "galen/train/recipe.h"

namespace galen::train {

struct NetworkPlaces {
  std::filesystem::path recipe_folder;  // Of "file"
  std::filesystem::path zoo;            // Of "from"
  std::filesystem::path dependencies;   // Of "pretrained"
};

// $GALEN_DEPENDENCIES_DIR, else ~/.cache/galen/dependencies.
std::filesystem::path default_dependencies_folder();

// With float32 weights. Fails where the outputs that the cards name are missing, or of other numbers of channels or
// classes than the recipe needs.
Result<network::Graph> starting_network(const Recipe& recipe, const NetworkPlaces& places);

}  // namespace galen::train
