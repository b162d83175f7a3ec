#include "galen/train/network_source.h"

#include <algorithm>
#include <cstdlib>

#include "galen/network/architecture.h"
#include "galen/network/quantise.h"
#include "galen/zoo/zoo.h"

namespace galen::train {
namespace {

Result<network::Graph> built(const Recipe& recipe, const NetworkPlaces& places) {
  network::ArchitectureOptions options;
  options.name = recipe.network.architecture;
  options.input_channels = recipe.input().channels;
  options.segmentation_channels = recipe.segmentation_channels();
  if (const zoo::Card* card = recipe.find(zoo::Task::kClassify))
    options.classes = static_cast<int>(card->classes.size());
  options.seed = recipe.network.seed;
  options.options = recipe.network.options;
  Result<network::Graph> graph = network::build_architecture(options);
  if (!graph || recipe.network.pretrained_file.empty()) return graph;

  std::filesystem::path file = places.dependencies / recipe.network.pretrained_file;
  if (!std::filesystem::exists(file)) {
    // A package's files lie in a folder of its own.
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(places.dependencies, ignored)) {
      const std::filesystem::path inside = entry.path() / recipe.network.pretrained_file;
      if (std::filesystem::exists(inside, ignored)) file = inside;
    }
  }
  if (!std::filesystem::exists(file)) {
    return Error{file.string() + ": the pre-trained weights are missing; scripts/install-dependencies makes them"};
  }
  const auto weights = network::read_safetensors(file.string());
  if (!weights) return weights.error();
  const Result<int> copied = network::import_weights(*graph, *weights, recipe.network.pretrained_naming);
  if (!copied) return copied.error_in(file.string());
  if (*copied == 0) return Error{file.string() + ": none of its tensors belongs to " + recipe.network.architecture};
  return graph;
}

Result<network::Graph> from_zoo(const std::string& id, const NetworkPlaces& places) {
  Result<zoo::Zoo> zoo = zoo::Zoo::open(places.zoo);
  if (!zoo) return zoo.error();
  const Result<zoo::Card> card = zoo->card(id);
  if (!card) return card.error();
  const Result<std::string> bytes = zoo->network_bytes(*card);
  if (!bytes) return bytes.error();
  return network::parse_onnx(*bytes);
}

Status check_output(const network::Graph& graph, const std::string& name, std::int64_t channels) {
  const auto found =
      std::find_if(graph.outputs.begin(), graph.outputs.end(), [&](const auto& o) { return o.name == name; });
  if (found == graph.outputs.end()) {
    std::string list;
    for (const network::ValueInfo& output : graph.outputs) list += (list.empty() ? "" : ", ") + output.name;
    return Error{"the network has no output \"" + name + "\" (it has " + list + ")"};
  }
  if (found->shape.size() >= 2 && found->shape[1] > 0 && found->shape[1] != channels) {
    return Error{"the network's output \"" + name + "\" has " + std::to_string(found->shape[1]) +
                 " channels; the recipe needs " + std::to_string(channels)};
  }
  return {};
}

}  // namespace

std::filesystem::path default_dependencies_folder() {
  if (const char* folder = std::getenv("GALEN_DEPENDENCIES_DIR"); folder && *folder) return folder;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home ? home : ".") / ".cache" / "galen" / "dependencies";
}

Result<network::Graph> starting_network(const Recipe& recipe, const NetworkPlaces& places) {
  Result<network::Graph> graph = Error{"no network"};
  if (!recipe.network.architecture.empty()) {
    graph = built(recipe, places);
  } else if (!recipe.network.from.empty()) {
    graph = from_zoo(recipe.network.from, places);
  } else {
    graph = network::read_onnx((places.recipe_folder / recipe.network.file).string());
  }
  if (!graph) return graph.error_in("network");
  if (graph->inputs.size() != 1) return Error{"network: exactly one input is needed"};
  for (const zoo::Card& card : recipe.cards) {
    const std::int64_t channels = card.task == zoo::Task::kSegment ? recipe.segmentation_channels()
                                                                   : static_cast<std::int64_t>(card.classes.size());
    if (Status status = check_output(*graph, card.output.name, channels); !status) return status.error();
  }
  return network::with_float_weights(*graph);
}

}  // namespace galen::train
