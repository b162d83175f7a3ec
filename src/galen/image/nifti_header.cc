#include "galen/image/nifti_header.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace galen::image {
namespace {

using namespace std::string_view_literals;
using Matrix = std::array<double, 16>;

class Fields {
 public:
  Fields(std::string_view bytes, bool swapped) : bytes_(bytes), swapped_(swapped) {}

  template <typename T>
  T get(std::size_t offset) const {
    std::array<char, sizeof(T)> raw{};
    std::memcpy(raw.data(), bytes_.data() + offset, sizeof(T));
    if (swapped_) std::reverse(raw.begin(), raw.end());
    T value;
    std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }

 private:
  std::string_view bytes_;
  bool swapped_;
};

// The fields of both versions that are used, in one form.
struct RawHeader {
  std::array<std::int64_t, 8> dim{};
  std::array<double, 8> pixdim{};
  int datatype = 0;
  double data_offset = 0;
  double slope = 0;
  double intercept = 0;
  double cal_max = 0;
  double cal_min = 0;
  int units = 0;
  int qform_code = 0;
  int sform_code = 0;
  std::array<double, 6> quaternion_offset{};  // b, c, d, x, y, z
  std::array<double, 12> srow{};
};

RawHeader read_version_1(const Fields& fields) {
  RawHeader raw;
  for (std::size_t n = 0; n < 8; ++n) {
    raw.dim[n] = fields.get<std::int16_t>(40 + 2 * n);
    raw.pixdim[n] = fields.get<float>(76 + 4 * n);
  }
  raw.datatype = fields.get<std::int16_t>(70);
  raw.data_offset = fields.get<float>(108);
  raw.slope = fields.get<float>(112);
  raw.intercept = fields.get<float>(116);
  raw.units = fields.get<std::uint8_t>(123);
  raw.cal_max = fields.get<float>(124);
  raw.cal_min = fields.get<float>(128);
  raw.qform_code = fields.get<std::int16_t>(252);
  raw.sform_code = fields.get<std::int16_t>(254);
  for (std::size_t n = 0; n < 6; ++n) raw.quaternion_offset[n] = fields.get<float>(256 + 4 * n);
  for (std::size_t n = 0; n < 12; ++n) raw.srow[n] = fields.get<float>(280 + 4 * n);
  return raw;
}

RawHeader read_version_2(const Fields& fields) {
  RawHeader raw;
  for (std::size_t n = 0; n < 8; ++n) {
    raw.dim[n] = fields.get<std::int64_t>(16 + 8 * n);
    raw.pixdim[n] = fields.get<double>(104 + 8 * n);
  }
  raw.datatype = fields.get<std::int16_t>(12);
  raw.data_offset = static_cast<double>(fields.get<std::int64_t>(168));
  raw.slope = fields.get<double>(176);
  raw.intercept = fields.get<double>(184);
  raw.cal_max = fields.get<double>(192);
  raw.cal_min = fields.get<double>(200);
  raw.qform_code = fields.get<std::int32_t>(344);
  raw.sform_code = fields.get<std::int32_t>(348);
  for (std::size_t n = 0; n < 6; ++n) raw.quaternion_offset[n] = fields.get<double>(352 + 8 * n);
  for (std::size_t n = 0; n < 12; ++n) raw.srow[n] = fields.get<double>(400 + 8 * n);
  raw.units = fields.get<std::int32_t>(500);
  return raw;
}

bool usable(const Matrix& m) {
  if (!std::all_of(m.begin(), m.end(), [](double value) { return std::isfinite(value) && std::abs(value) < 1e9; })) {
    return false;
  }
  const double determinant =
      m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) + m[2] * (m[4] * m[9] - m[5] * m[8]);
  return std::abs(determinant) > 1e-12;
}

double voxel_side(double pixdim) { return std::isfinite(pixdim) && pixdim != 0 ? std::abs(pixdim) : 1.0; }

// "Method 3" of nifti1.h.
std::optional<Matrix> from_sform(const RawHeader& raw) {
  if (raw.sform_code <= 0) return std::nullopt;
  Matrix m{};
  std::copy(raw.srow.begin(), raw.srow.end(), m.begin());
  m[15] = 1;
  return usable(m) ? std::optional(m) : std::nullopt;
}

// "Method 2" of nifti1.h: a rotation given as a unit quaternion, whose real part is not stored.
std::optional<Matrix> from_qform(const RawHeader& raw) {
  if (raw.qform_code <= 0) return std::nullopt;
  double b = raw.quaternion_offset[0];
  double c = raw.quaternion_offset[1];
  double d = raw.quaternion_offset[2];
  double a = 1 - (b * b + c * c + d * d);
  if (a < 1e-7) {
    const double length = std::sqrt(b * b + c * c + d * d);
    b /= length;
    c /= length;
    d /= length;
    a = 0;
  } else {
    a = std::sqrt(a);
  }
  const double x = voxel_side(raw.pixdim[1]);
  const double y = voxel_side(raw.pixdim[2]);
  const double z = voxel_side(raw.pixdim[3]) * (raw.pixdim[0] < 0 ? -1 : 1);
  const Matrix m = {(a * a + b * b - c * c - d * d) * x,
                    2 * (b * c - a * d) * y,
                    2 * (b * d + a * c) * z,
                    raw.quaternion_offset[3],
                    2 * (b * c + a * d) * x,
                    (a * a + c * c - b * b - d * d) * y,
                    2 * (c * d - a * b) * z,
                    raw.quaternion_offset[4],
                    2 * (b * d - a * c) * x,
                    2 * (c * d + a * b) * y,
                    (a * a + d * d - c * c - b * b) * z,
                    raw.quaternion_offset[5],
                    0,
                    0,
                    0,
                    1};
  return usable(m) ? std::optional(m) : std::nullopt;
}

// Without orientation: as Analyze files are shown by convention, x towards the patient's left, the centre at 0.
Matrix from_sides(const RawHeader& raw, const std::array<std::int64_t, 3>& size) {
  Matrix m{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double side = voxel_side(raw.pixdim[axis + 1]) * (axis == 0 ? -1 : 1);
    m[axis * 5] = side;
    m[axis * 4 + 3] = -side * static_cast<double>(size[axis] - 1) / 2;
  }
  m[15] = 1;
  return m;
}

double millimetres_per_unit(int units) {
  switch (units & 7) {
    case 1:
      return 1000;  // metres
    case 3:
      return 0.001;  // micrometres
    default:
      return 1;
  }
}

Geometry geometry_of(const RawHeader& raw, const std::array<std::int64_t, 3>& size) {
  std::optional<Matrix> ras_from_voxel = from_sform(raw);
  if (!ras_from_voxel) ras_from_voxel = from_qform(raw);
  if (!ras_from_voxel) ras_from_voxel = from_sides(raw, size);
  const double unit = millimetres_per_unit(raw.units);
  Geometry geometry;
  for (std::size_t n = 0; n < 12; ++n) {
    // RAS to LPS: the first two axes point the other way. Adding 0 turns -0 into 0.
    geometry.world_from_voxel[n] = (*ras_from_voxel)[n] * unit * (n < 8 ? -1 : 1) + 0.0;
  }
  return geometry;
}

// Programs that know the sides of their voxels often leave out the unit, which then is mm; who knows nothing of them
// leaves out the orientation too and writes sides of 1.
bool knows_spacing(const RawHeader& raw) {
  return (raw.units & 7) != 0 || raw.qform_code > 0 || raw.sform_code > 0 ||
         std::any_of(raw.pixdim.begin() + 1, raw.pixdim.begin() + 4, [](double side) { return voxel_side(side) != 1; });
}

std::size_t bytes_of(int datatype) {
  switch (static_cast<NiftiType>(datatype)) {
    case NiftiType::kUint8:
    case NiftiType::kInt8:
      return 1;
    case NiftiType::kInt16:
    case NiftiType::kUint16:
      return 2;
    case NiftiType::kRgb24:
      return 3;
    case NiftiType::kInt32:
    case NiftiType::kUint32:
    case NiftiType::kFloat32:
    case NiftiType::kRgba32:
      return 4;
    case NiftiType::kInt64:
    case NiftiType::kUint64:
    case NiftiType::kFloat64:
      return 8;
  }
  return 0;
}

std::string unknown_type(int datatype) {
  if (datatype == 32 || datatype == 1792 || datatype == 2048) {
    return "the NIfTI file holds complex numbers; galen reads real ones (convert it to magnitudes first)";
  }
  return "the NIfTI file has data type " + std::to_string(datatype) + ", which galen does not read";
}

Status check_dimensions(const RawHeader& raw) {
  if (raw.dim[0] < 1 || raw.dim[0] > 7) return Error{"the NIfTI header is damaged (number of dimensions)"};
  std::uint64_t volumes = 1;
  for (std::int64_t axis = 1; axis <= raw.dim[0]; ++axis) {
    const std::int64_t length = raw.dim[static_cast<std::size_t>(axis)];
    if (length < 1 || length > std::numeric_limits<std::int32_t>::max()) {
      return Error{"the NIfTI header is damaged (size " + std::to_string(length) + " of dimension " +
                   std::to_string(axis) + ")"};
    }
    if (axis > 3 && __builtin_mul_overflow(volumes, static_cast<std::uint64_t>(length), &volumes)) {
      return Error{"the NIfTI header is damaged (sizes)"};
    }
  }
  if (volumes > 1) {
    return Error{"the NIfTI file holds " + std::to_string(volumes) +
                 " volumes (time points or components); galen reads one: extract it first"};
  }
  return {};
}

}  // namespace

int nifti_version(std::string_view bytes) {
  if (bytes.size() < kNifti1HeaderBytes) return 0;
  std::int32_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  const std::int32_t swapped = static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(size)));
  const std::string_view magic_1 = bytes.substr(344, 4);
  if ((size == 348 || swapped == 348) && (magic_1 == "n+1\0"sv || magic_1 == "ni1\0"sv)) return 1;
  const std::string_view magic_2 = bytes.substr(4, 4);
  if ((size == 540 || swapped == 540) && (magic_2 == "n+2\0"sv || magic_2 == "ni2\0"sv)) return 2;
  return 0;
}

Result<NiftiHeader> parse_nifti_header(std::string_view bytes) {
  const int version = nifti_version(bytes);
  const std::size_t header_bytes = version == 2 ? kNifti2HeaderBytes : kNifti1HeaderBytes;
  if (version == 0 || bytes.size() < header_bytes) return Error{"the NIfTI header is cut off"};
  if (bytes[version == 2 ? 5U : 345U] == 'i') {
    return Error{"this is a NIfTI header whose voxels are in a separate .img file; convert the pair to one .nii file"};
  }
  std::int32_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  NiftiHeader header;
  header.swapped = size != 348 && size != 540;
  const Fields fields(bytes, header.swapped);
  const RawHeader raw = version == 2 ? read_version_2(fields) : read_version_1(fields);

  if (Status fine = check_dimensions(raw); !fine) return fine.error();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (static_cast<std::int64_t>(axis) < raw.dim[0]) header.size[axis] = raw.dim[axis + 1];
  }
  header.bytes_per_voxel = bytes_of(raw.datatype);
  if (header.bytes_per_voxel == 0) return Error{unknown_type(raw.datatype)};
  header.type = static_cast<NiftiType>(raw.datatype);

  // Written by some programs as 0; voxels cannot begin inside the header.
  const double first = static_cast<double>(header_bytes);
  if (!std::isfinite(raw.data_offset) || raw.data_offset > 1e15)
    return Error{"the NIfTI header is damaged (data offset)"};
  header.data_offset = static_cast<std::uint64_t>(std::max(raw.data_offset, first));
  if (raw.data_offset < first) header.data_offset = header_bytes + 4;

  const bool scaled = std::isfinite(raw.slope) && raw.slope != 0;
  header.slope = scaled ? raw.slope : 1;
  header.intercept = scaled && std::isfinite(raw.intercept) ? raw.intercept : 0;
  if (std::isfinite(raw.cal_min) && std::isfinite(raw.cal_max) && raw.cal_max > raw.cal_min) {
    header.display_low_high = {raw.cal_min, raw.cal_max};
  }
  header.geometry = geometry_of(raw, header.size);
  header.spacing_known = knows_spacing(raw);
  return header;
}

}  // namespace galen::image
