// The architectures by name. Each is one file in this folder and one line in architecture.cc.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/network/graph.h"

namespace galen::network {

// Every built network takes "image" [N, channels, H, W] (or [N, channels, D, H, W]) and gives, as asked for,
// "segmentation": logits [N, segmentation_channels, H, W] at the input's size, and "classification": logits [N,
// classes]. Weights are initialised from `seed` (He et al. 2015 for convolutions), so that the same options give the
// same bytes. Dropout is in the graph as ONNX Dropout nodes (training_mode false, so that inference passes through).
struct ArchitectureOptions {
  std::string name;  // "lite-unet", "deepfusionlab", "efficientnet-b0", "efficientnet-lite0", "unet", "unet-3d"
  int input_channels = 3;
  int segmentation_channels = 0;  // 0: no segmentation head
  int classes = 0;                // 0: no classification head
  std::uint64_t seed = 1;
  Json options = Json::object();  // The architecture's own ("encoder": "efficientnet-lite0", "base_channels": 16, …)
};

// Fails with the list of known names, or naming the option that the architecture does not have.
Result<Graph> build_architecture(const ArchitectureOptions& options);

std::vector<std::string> architecture_names();

// The initializers that training changes: float32 weights, biases, scales. Not running statistics, and not settings
// such as a dropout ratio or the bounds of Clip.
std::vector<std::string> parameter_names(const Graph& graph);

// Elements of the parameters whose name starts with `prefix`.
std::int64_t parameter_count(const Graph& graph, const std::string& prefix = "");

// Copies every tensor of `weights` (name -> tensor) whose name and shape match an initializer of `graph`, after
// renaming with the architecture's import map ("pytorch-efficientnet-lite0"). Returns the number copied; fails on a
// shape mismatch.
Result<int> import_weights(Graph& graph, const std::map<std::string, Tensor>& weights, const std::string& naming);

// safetensors (Hugging Face): header length, JSON header, raw data. Validated against the file's size.
Result<std::map<std::string, Tensor>> read_safetensors(const std::string& path);

}  // namespace galen::network
