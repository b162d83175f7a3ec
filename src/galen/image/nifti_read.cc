#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "galen/image/byte_source.h"
#include "galen/image/codecs.h"
#include "galen/image/limits.h"
#include "galen/image/nifti_header.h"

namespace galen::image {
namespace {

template <typename T>
T load(const char* from, bool swapped) {
  T value;
  if (swapped) {
    std::array<char, sizeof(T)> raw{};
    std::reverse_copy(from, from + sizeof(T), raw.begin());
    std::memcpy(&value, raw.data(), sizeof(T));
  } else {
    std::memcpy(&value, from, sizeof(T));
  }
  return value;
}

template <typename T>
void convert_scalars(const NiftiHeader& header, const char* from, std::size_t count, float* to) {
  const bool scaled = header.slope != 1 || header.intercept != 0;
  for (std::size_t n = 0; n < count; ++n) {
    const T value = load<T>(from + n * sizeof(T), header.swapped);
    to[n] = scaled ? static_cast<float>(static_cast<double>(value) * header.slope + header.intercept)
                   : static_cast<float>(value);
  }
}

void convert_colours(const char* from, std::size_t count, bool has_alpha, float* to) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(from);
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t c = 0; c < 3; ++c) {
      const int value = bytes[n * (has_alpha ? 4 : 3) + c];
      to[n * 3 + c] = has_alpha ? static_cast<float>(value * bytes[n * 4 + 3]) / 255.0F : static_cast<float>(value);
    }
  }
}

void convert(const NiftiHeader& header, const char* from, std::size_t count, float* to) {
  switch (header.type) {
    case NiftiType::kUint8:
      return convert_scalars<std::uint8_t>(header, from, count, to);
    case NiftiType::kInt8:
      return convert_scalars<std::int8_t>(header, from, count, to);
    case NiftiType::kInt16:
      return convert_scalars<std::int16_t>(header, from, count, to);
    case NiftiType::kUint16:
      return convert_scalars<std::uint16_t>(header, from, count, to);
    case NiftiType::kInt32:
      return convert_scalars<std::int32_t>(header, from, count, to);
    case NiftiType::kUint32:
      return convert_scalars<std::uint32_t>(header, from, count, to);
    case NiftiType::kInt64:
      return convert_scalars<std::int64_t>(header, from, count, to);
    case NiftiType::kUint64:
      return convert_scalars<std::uint64_t>(header, from, count, to);
    case NiftiType::kFloat32:
      return convert_scalars<float>(header, from, count, to);
    case NiftiType::kFloat64:
      return convert_scalars<double>(header, from, count, to);
    case NiftiType::kRgb24:
      return convert_colours(from, count, false, to);
    case NiftiType::kRgba32:
      return convert_colours(from, count, true, to);
  }
}

int stored_bits(const NiftiHeader& header, int channels) {
  return channels == 3 ? 8 : std::min(32, static_cast<int>(header.bytes_per_voxel) * 8);
}

Result<std::string> read_start(ByteSource& source) {
  std::string start(kNifti2HeaderBytes, '\0');
  // A version 1 file may be shorter than a version 2 header.
  const Result<std::size_t> first = source.read(start.data(), kNifti1HeaderBytes);
  if (!first) return first.error();
  start.resize(*first);
  if (nifti_version(start) != 2) return start;
  start.resize(kNifti2HeaderBytes);
  const Result<std::size_t> rest = source.read(start.data() + *first, kNifti2HeaderBytes - *first);
  if (!rest) return rest.error();
  start.resize(*first + *rest);
  return start;
}

}  // namespace

bool is_nifti(std::string_view bytes) {
  if (!is_gzip(bytes)) return nifti_version(bytes) != 0;
  std::string start(kNifti1HeaderBytes, '\0');
  const Result<std::size_t> got = open_source(bytes)->read(start.data(), start.size());
  return got && *got == start.size() && nifti_version(start) != 0;
}

Result<Image> decode_nifti(std::string_view bytes, const ReadLimits& limits) {
  const auto source = open_source(bytes);
  const Result<std::string> start = read_start(*source);
  if (!start) return start.error();
  const Result<NiftiHeader> header = parse_nifti_header(*start);
  if (!header) return header.error();
  const bool coloured = header->type == NiftiType::kRgb24 || header->type == NiftiType::kRgba32;
  const int channels = coloured ? 3 : 1;
  const auto side = [&](std::size_t axis) { return static_cast<std::uint64_t>(header->size[axis]); };
  if (Status fits = check_grid(side(0), side(1), side(2), static_cast<std::uint64_t>(channels), limits); !fits) {
    return fits.error();
  }
  if (Status fits = check_bytes(header->data_offset, limits); !fits) return fits.error();
  const std::uint64_t voxels = side(0) * side(1) * side(2);
  const std::uint64_t data_bytes = voxels * header->bytes_per_voxel;
  const std::string ends_early = "the NIfTI file is cut off: its voxels need " + std::to_string(data_bytes) + " bytes";
  // What gzip cannot unpack to (at most about 1032 : 1) need not be allocated.
  const std::uint64_t most = is_gzip(bytes) ? bytes.size() * 1040 : bytes.size();
  if (header->data_offset + data_bytes > most) return Error{ends_early};
  if (Status skipped = source->skip(header->data_offset - start->size()); !skipped) return skipped.error();

  Image image = make_image(static_cast<int>(side(0)), static_cast<int>(side(1)), channels, static_cast<int>(side(2)));
  constexpr std::size_t kVoxelsAtOnce = std::size_t{1} << 17;
  std::vector<char> buffer(std::min<std::uint64_t>(voxels, kVoxelsAtOnce) * header->bytes_per_voxel);
  for (std::size_t done = 0; done < voxels;) {
    const std::size_t count = std::min<std::size_t>(kVoxelsAtOnce, voxels - done);
    const Result<std::size_t> got = source->read(buffer.data(), count * header->bytes_per_voxel);
    if (!got) return got.error();
    if (*got < count * header->bytes_per_voxel) return Error{ends_early};
    convert(*header, buffer.data(), count, image.samples.data() + done * static_cast<std::size_t>(channels));
    done += count;
  }
  if (Status checked = source->drain(std::size_t{64} << 20); !checked) return checked.error();

  image.geometry = header->geometry;
  image.spacing_kind = header->spacing_known ? SpacingKind::kPatient : SpacingKind::kUnknown;
  image.stored_bits = stored_bits(*header, channels);
  if (header->display_low_high[1] > header->display_low_high[0]) image.window_low_high = header->display_low_high;
  return image;
}

}  // namespace galen::image
