// The safetensors format (https://github.com/huggingface/safetensors): 8 bytes of header length, a JSON header of
// names, types, shapes and offsets, then the data without gaps.
#include "galen/network/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "galen/base/files.h"
#include "galen/network/architecture.h"

namespace galen::network {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{2} << 30;
constexpr std::size_t kMaxHeaderBytes = std::size_t{32} << 20;

struct StoredType {
  const char* name;
  ElementType type;
  std::size_t size;
};
// BF16 has no element type here and is widened.
constexpr StoredType kStoredTypes[] = {
    {"F32", ElementType::kFloat32, 4}, {"F16", ElementType::kFloat16, 2}, {"BF16", ElementType::kFloat32, 2},
    {"F64", ElementType::kDouble, 8},  {"I64", ElementType::kInt64, 8},   {"I32", ElementType::kInt32, 4},
    {"I8", ElementType::kInt8, 1},     {"U8", ElementType::kUint8, 1},    {"BOOL", ElementType::kBool, 1},
};

std::string widened(std::string_view bfloat16) {
  std::string bytes(bfloat16.size() * 2, '\0');
  for (std::size_t i = 0; i + 1 < bfloat16.size(); i += 2) std::memcpy(&bytes[2 * i + 2], &bfloat16[i], 2);
  return bytes;
}

// Where one tensor lies, to check that the tensors fill the data without gaps and overlaps.
struct Extent {
  std::size_t begin;
  std::size_t end;
};

Result<Tensor> read_entry(const Json& entry, std::string_view data, Extent& extent) {
  static const Error damaged{"its description in the header is damaged"};
  if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets")) {
    return damaged;
  }
  const Json& shape = entry["shape"];
  const Json& offsets = entry["data_offsets"];
  const auto is_size = [](const Json& number) { return number.is_number_unsigned(); };
  if (!entry["dtype"].is_string() || !shape.is_array() || !offsets.is_array() || offsets.size() != 2 ||
      !std::all_of(shape.begin(), shape.end(), is_size) || !std::all_of(offsets.begin(), offsets.end(), is_size)) {
    return damaged;
  }
  const auto name = entry["dtype"].get<std::string>();
  const auto* stored = std::find_if(std::begin(kStoredTypes), std::end(kStoredTypes),
                                    [&](const StoredType& candidate) { return name == candidate.name; });
  if (stored == std::end(kStoredTypes)) return Error{"its type " + name.substr(0, 20) + " is not one that galen reads"};

  extent = {offsets[0].get<std::size_t>(), offsets[1].get<std::size_t>()};
  if (extent.begin > extent.end || extent.end > data.size()) return Error{"its data lies outside the file"};
  Tensor tensor;
  tensor.type = stored->type;
  std::size_t bytes = stored->size;
  for (const Json& size : shape) {
    const auto count = size.get<std::size_t>();
    if (count > kMaxFileBytes || (count > 0 && bytes > kMaxFileBytes / count)) return Error{"its shape is too large"};
    bytes *= count;
    tensor.shape.push_back(static_cast<std::int64_t>(count));
  }
  if (bytes != extent.end - extent.begin) return Error{"its data is not as long as its shape needs"};
  const std::string_view values = data.substr(extent.begin, bytes);
  tensor.bytes = name == "BF16" ? widened(values) : std::string(values);
  return tensor;
}

}  // namespace

Result<std::map<std::string, Tensor>> parse_safetensors(std::string_view file) {
  std::uint64_t header_bytes = 0;
  if (file.size() < sizeof header_bytes) return Error{"the file is too short to be safetensors"};
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(&header_bytes, file.data(), sizeof header_bytes);
  if (header_bytes > kMaxHeaderBytes || header_bytes > file.size() - sizeof header_bytes) {
    return Error{"this is not a safetensors file, or it is cut short"};
  }
  const Result<Json> header = parse_json(file.substr(sizeof header_bytes, header_bytes), {kMaxHeaderBytes, 8});
  if (!header) return header.error_in("the safetensors header");
  if (!header->is_object()) return Error{"the safetensors header is not a JSON object"};

  const std::string_view data = file.substr(sizeof header_bytes + header_bytes);
  std::map<std::string, Tensor> tensors;
  std::vector<Extent> extents;
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") continue;
    Extent extent{};
    Result<Tensor> tensor = read_entry(entry, data, extent);
    if (!tensor) return tensor.error_in("tensor '" + name.substr(0, 120) + "'");
    extents.push_back(extent);
    tensors.insert_or_assign(name, std::move(*tensor));
  }
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.begin != b.begin ? a.begin < b.begin : a.end < b.end; });
  std::size_t end = 0;
  for (const Extent& extent : extents) {
    if (extent.begin != end) return Error{"the tensors overlap or leave gaps"};
    end = extent.end;
  }
  if (end != data.size()) return Error{"the file has more data than its header describes"};
  return tensors;
}

Result<std::map<std::string, Tensor>> read_safetensors(const std::string& path) {
  const Result<std::string> file = read_text_file(path, kMaxFileBytes);
  if (!file) return file.error();
  Result<std::map<std::string, Tensor>> tensors = parse_safetensors(*file);
  if (!tensors) return tensors.error_in(path);
  return tensors;
}

}  // namespace galen::network
