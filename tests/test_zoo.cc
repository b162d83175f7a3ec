#include "test_zoo.h"

#include <stdexcept>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/base/json.h"
#include "galen/network/builder.h"
#include "galen/zoo/card.h"

namespace galen::test {
namespace {

namespace fs = std::filesystem;
using network::Builder;
using network::Graph;
using network::Tensor;
using network::Value;

constexpr float kSteepness = 40;

void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

// Logit of a channel: steepness * (grey - 0.5), for grey in 0..1.
Graph threshold_network(int channels) {
  Builder build("threshold", 1);
  const Value image = build.input("image", 1);
  build.output("segmentation", build.conv("head", image, channels, {.bias = true}), /*spatial=*/true);
  Graph graph = std::move(build).finish();
  const auto count = static_cast<std::size_t>(channels);
  graph.initializers.at("head/weight") = Tensor::floats({channels, 1, 1, 1}, std::vector<float>(count, kSteepness));
  graph.initializers.at("head/bias") = Tensor::floats({channels}, std::vector<float>(count, -kSteepness / 2));
  return graph;
}

Graph brightness_network() {
  Builder build("brightness", 1);
  const Value image = build.input("image", 1);
  const Value mean = build.flatten("flat", build.global_average("mean", image));
  build.output("classification", build.gemm("head", mean, 2), /*spatial=*/false);
  Graph graph = std::move(build).finish();
  graph.initializers.at("head/weight") = Tensor::floats({2, 1}, {-kSteepness, kSteepness});
  graph.initializers.at("head/bias") = Tensor::floats({2}, {kSteepness / 2, -kSteepness / 2});
  return graph;
}

zoo::Card card_of(const std::string& id, const std::string& target, const std::string& modality) {
  zoo::Card card;
  card.id = id;
  card.task = id.rfind("segment/", 0) == 0 ? zoo::Task::kSegment : zoo::Task::kClassify;
  card.target = target;
  card.modality = modality;
  card.region = modality == "cxr" ? "chest" : "eye";
  card.input.channels = 1;
  card.input.width = card.input.height = 64;
  card.input.mean = {0};
  card.input.deviation = {1};
  card.intended_use = "tests";
  card.licence = "Apache-2.0";
  if (card.task == zoo::Task::kSegment) {
    card.output.name = "segmentation";
    card.output.activation = zoo::OutputRule::Activation::kSigmoid;
    card.measures = {"area", "share-of-image"};
  } else {
    card.output.name = "classification";
    card.output.activation = zoo::OutputRule::Activation::kSoftmax;
  }
  return card;
}

zoo::Label label(int value, const std::string& name) {
  zoo::Label result;
  result.value = value;
  result.name = name;
  return result;
}

void write_entry(const fs::path& zoo, zoo::Card card, const Graph& graph) {
  const std::string bytes = network::to_onnx(graph);
  card.network.sha256 = sha256(bytes);
  fs::create_directories(zoo / card.id);
  must(write_file_atomically(zoo / card.id / card.network.file, bytes));
  must(write_json_file(zoo / card.id / "card.json", zoo::to_json(card)));
}

}  // namespace

void make_test_zoo(const fs::path& folder) {
  zoo::Card lung = card_of("segment/lung-cxr", "lung", "cxr");
  lung.aliases = {"lungs", "lung fields"};
  lung.labels = {label(1, "lung")};
  write_entry(folder, lung, threshold_network(1));

  zoo::Card heart = card_of("segment/heart-cxr", "heart", "cxr");
  heart.labels = {label(1, "heart")};
  write_entry(folder, heart, threshold_network(1));

  zoo::Card vessel = card_of("segment/retinal-vessel-fundus", "retinal vessel", "fundus");
  vessel.aliases = {"retinal vessels", "vessels"};
  vessel.labels = {label(1, "retinal vessel")};
  write_entry(folder, vessel, threshold_network(1));

  zoo::Card lesion = card_of("segment/breast-lesion-ultrasound", "breast lesion", "ultrasound");
  lesion.region = "breast";
  lesion.labels = {label(1, "breast lesion")};
  write_entry(folder, lesion, threshold_network(1));

  zoo::Card tuberculosis = card_of("classify/tuberculosis-cxr", "tuberculosis", "cxr");
  tuberculosis.aliases = {"TB"};
  tuberculosis.classes.resize(2);
  tuberculosis.classes[0].name = "normal";
  tuberculosis.classes[0].normal = true;
  tuberculosis.classes[1].index = 1;
  tuberculosis.classes[1].name = "tuberculosis";
  write_entry(folder, tuberculosis, brightness_network());
}

}  // namespace galen::test
