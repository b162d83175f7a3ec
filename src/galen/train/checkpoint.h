// The state of a training run on disk: one safetensors file, written whole or not at all.
#pragma once

#include <filesystem>

#include "galen/base/json.h"
#include "galen/train/optimizer.h"

namespace galen::train {

struct Checkpoint {
  NamedTensors tensors;  // float32
  Json state;            // Kept in the file as the tensor "state.json" of bytes
};

Status write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
Result<Checkpoint> read_checkpoint(const std::filesystem::path& path);

}  // namespace galen::train
