#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "galen/base/files.h"
#include "galen/image/nifti_header.h"
#include "galen/image/write.h"

namespace galen::image {
namespace {

template <typename T>
void put(std::string& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

// A NIfTI-1 header with the four empty bytes that say that no extension follows.
// A grid of unknown spacing has neither unit nor orientation in it: readers then take voxels for the unit of length.
std::string make_header(const std::array<int, 3>& size, NiftiType type, int bits, const Geometry& geometry,
                        bool spacing_known) {
  std::string header(kNifti1HeaderBytes + 4, '\0');
  put<std::int32_t>(header, 0, kNifti1HeaderBytes);
  put<std::int16_t>(header, 40, 3);
  for (std::size_t axis = 1; axis < 8; ++axis) {
    put<std::int16_t>(header, 40 + 2 * axis, axis <= 3 ? static_cast<std::int16_t>(size[axis - 1]) : std::int16_t{1});
  }
  put<std::int16_t>(header, 70, static_cast<std::int16_t>(type));
  put<std::int16_t>(header, 72, static_cast<std::int16_t>(bits));
  const std::array<double, 3> spacing = spacing_known ? geometry.spacing_mm() : std::array{1.0, 1.0, 1.0};
  put<float>(header, 76, 1);
  for (std::size_t axis = 0; axis < 3; ++axis) put<float>(header, 80 + 4 * axis, static_cast<float>(spacing[axis]));
  put<float>(header, 108, static_cast<float>(header.size()));
  put<float>(header, 112, 1);
  std::memcpy(header.data() + 344, "n+1", 4);
  if (!spacing_known) return header;
  header[123] = 2;                    // millimetres
  put<std::int16_t>(header, 254, 1);  // sform: scanner coordinates
  for (std::size_t n = 0; n < 12; ++n) {
    const double lps = geometry.world_from_voxel[n];
    put<float>(header, 280 + 4 * n, static_cast<float>(n < 8 ? 0.0 - lps : lps));
  }
  return header;
}

// Without a time stamp, so that the same image gives the same file.
Result<std::string> gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzip = 16 + MAX_WBITS;
  constexpr int kLevel = 5;
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error{"not enough memory to pack the file"};
  }
  std::string packed;
  std::string buffer(std::size_t{1} << 18, '\0');
  int status = Z_OK;
  while (status == Z_OK) {
    if (stream.avail_in == 0) {
      const std::size_t part = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(part);
      bytes.remove_prefix(part);
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    packed.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  if (status != Z_STREAM_END) return Error{"cannot pack the file"};
  return packed;
}

Status check_size(const std::array<int, 3>& size) {
  for (int side : size) {
    if (side < 1 || side > std::numeric_limits<std::int16_t>::max()) {
      return Error{"a NIfTI-1 file holds 1 to 32767 voxels along each side, not " + std::to_string(side)};
    }
  }
  return {};
}

Status write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  if (path.extension() != ".gz") return write_file_atomically(path, bytes);
  const Result<std::string> packed = gzip(bytes);
  if (!packed) return packed.error_in(path.string());
  return write_file_atomically(path, *packed);
}

template <typename T>
void append_as(std::string& bytes, const std::vector<float>& samples) {
  const std::size_t start = bytes.size();
  bytes.resize(start + samples.size() * sizeof(T));
  for (std::size_t n = 0; n < samples.size(); ++n) put<T>(bytes, start + n * sizeof(T), static_cast<T>(samples[n]));
}

bool all_whole_within(const std::vector<float>& samples, float low, float high) {
  return std::all_of(samples.begin(), samples.end(),
                     [=](float v) { return v >= low && v <= high && v == std::floor(v); });
}

}  // namespace

Status write_nifti(const std::filesystem::path& path, const Image& image) {
  const std::array<int, 3> size = {image.width, image.height, image.depth};
  if (Status fine = check_size(size); !fine) return Error{path.string() + ": " + fine.error().message};
  if (image.channels != 1 && image.channels != 3) {
    return Error{path.string() + ": an image of " + std::to_string(image.channels) +
                 " channels cannot be written as NIfTI"};
  }
  const bool spacing_known = image.spacing_kind != SpacingKind::kUnknown;
  std::string bytes;
  if (image.channels == 3) {
    bytes = make_header(size, NiftiType::kRgb24, 24, image.geometry, spacing_known);
    for (float value : image.samples) {
      bytes.push_back(static_cast<char>(value > 0 ? std::lround(std::min(value, 255.0F)) : 0));
    }
  } else if (all_whole_within(image.samples, 0, 255)) {
    bytes = make_header(size, NiftiType::kUint8, 8, image.geometry, spacing_known);
    append_as<std::uint8_t>(bytes, image.samples);
  } else if (all_whole_within(image.samples, -32768, 32767)) {
    bytes = make_header(size, NiftiType::kInt16, 16, image.geometry, spacing_known);
    append_as<std::int16_t>(bytes, image.samples);
  } else {
    bytes = make_header(size, NiftiType::kFloat32, 32, image.geometry, spacing_known);
    append_as<float>(bytes, image.samples);
  }
  return write_bytes(path, bytes);
}

Status write_label_nifti(const std::filesystem::path& path, const LabelMap& labels, const Geometry& geometry) {
  const std::array<int, 3> size = {labels.width, labels.height, labels.depth};
  if (Status fine = check_size(size); !fine) return Error{path.string() + ": " + fine.error().message};
  std::string bytes = make_header(size, NiftiType::kUint8, 8, geometry, true);
  bytes.append(reinterpret_cast<const char*>(labels.labels.data()), labels.labels.size());
  return write_bytes(path, bytes);
}

}  // namespace galen::image
