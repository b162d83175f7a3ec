// The header of NIfTI-1 and NIfTI-2 files (nifti1.h and nifti2.h of the NIfTI Data Format Working Group).
//
// galen parses it itself: the C library trusts lengths in the header and prints its complaints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "galen/image/image.h"

namespace galen::image {

inline constexpr std::size_t kNifti1HeaderBytes = 348;
inline constexpr std::size_t kNifti2HeaderBytes = 540;

enum class NiftiType : int {
  kUint8 = 2,
  kInt16 = 4,
  kInt32 = 8,
  kFloat32 = 16,
  kFloat64 = 64,
  kRgb24 = 128,
  kInt8 = 256,
  kUint16 = 512,
  kUint32 = 768,
  kInt64 = 1024,
  kUint64 = 1280,
  kRgba32 = 2304,
};

struct NiftiHeader {
  std::array<std::int64_t, 3> size = {1, 1, 1};
  NiftiType type = NiftiType::kUint8;
  std::size_t bytes_per_voxel = 1;
  bool swapped = false;           // The file's byte order is not this machine's.
  std::uint64_t data_offset = 0;  // From the start of the file.
  double slope = 1;
  double intercept = 0;
  std::array<double, 2> display_low_high = {0, 0};  // cal_min, cal_max; equal where not given.
  Geometry geometry;                                // LPS, mm
  bool spacing_known = true;                        // Without unit, orientation and sides other than 1 it is not.
};

// 1 or 2 where the bytes start with such a header (not more than its magic is looked at), else 0.
int nifti_version(std::string_view bytes);

// Fails on a header of a separate .img file, on more than one volume, on unknown data types and on impossible numbers.
Result<NiftiHeader> parse_nifti_header(std::string_view bytes);

}  // namespace galen::image
