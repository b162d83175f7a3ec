#include "galen/train/checkpoint.h"

#include <cstring>

#include "galen/base/files.h"
#include "galen/network/architecture.h"

namespace galen::train {
namespace {

constexpr const char* kState = "state.json";

void append(std::string& bytes, Json& header, const std::string& name, const char* type, Json shape, const void* data,
            std::size_t size) {
  const std::size_t begin = bytes.size();
  bytes.append(static_cast<const char*>(data), size);
  header[name] = {{"dtype", type}, {"shape", std::move(shape)}, {"data_offsets", {begin, bytes.size()}}};
}

}  // namespace

Status write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  Json header = Json::object();
  std::string bytes;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    const torch::Tensor values = tensor.detach().to(torch::kFloat32).contiguous();
    append(bytes, header, name, "F32", values.sizes().vec(), values.data_ptr<float>(), values.nbytes());
  }
  const std::string state = to_text(checkpoint.state);
  append(bytes, header, kState, "U8", Json::array({state.size()}), state.data(), state.size());
  std::string head = to_text(header);
  head.append((8 - head.size() % 8) % 8, ' ');
  const std::uint64_t length = head.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  file += head;
  file += bytes;
  return write_file_atomically(path, file);
}

Result<Checkpoint> read_checkpoint(const std::filesystem::path& path) {
  Result<std::map<std::string, network::Tensor>> tensors = network::read_safetensors(path.string());
  if (!tensors) return tensors.error();
  Checkpoint checkpoint;
  for (const auto& [name, tensor] : *tensors) {
    if (name == kState) {
      Result<Json> state = parse_json(tensor.bytes);
      if (!state) return state.error_in(path.string());
      checkpoint.state = std::move(*state);
    } else if (tensor.type == network::ElementType::kFloat32) {
      torch::Tensor values = torch::empty(tensor.shape);
      std::memcpy(values.data_ptr<float>(), tensor.bytes.data(), tensor.bytes.size());
      checkpoint.tensors[name] = values;
    } else {
      return Error{path.string() + ": tensor " + name + " is not of 32-bit floats; this is no checkpoint of galen"};
    }
  }
  if (checkpoint.state.is_null()) return Error{path.string() + ": it holds no state; this is no checkpoint of galen"};
  return checkpoint;
}

}  // namespace galen::train
