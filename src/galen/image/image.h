// An image with its geometry: 2-D or 3-D, any number of channels, float samples.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/result.h"

namespace galen::image {

// Maps voxel indices (column i, row j, slice k; centres at whole numbers) to world coordinates in millimetres in the
// DICOM patient frame (LPS: +x to the patient's left, +y to the back, +z to the head).
struct Geometry {
  // Row-major 4x4; the last row is 0 0 0 1.
  std::array<double, 16> world_from_voxel = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

  // Distance between neighbouring voxel centres along i, j, k in mm.
  std::array<double, 3> spacing_mm() const;
};

// What the spacing of a 2-D image means, because the three are not the same length on the patient.
enum class SpacingKind {
  kUnknown,   // No spacing: lengths are in pixels.
  kPatient,   // Millimetres in the patient (CT, MR, calibrated pixel spacing, ultrasound regions).
  kDetector,  // Millimetres on the detector (imager pixel spacing of a projection radiograph); larger than the patient.
};

struct Image {
  int width = 0;     // i
  int height = 0;    // j
  int depth = 1;     // k; 1 for a 2-D image
  int channels = 1;  // 1 grey, 3 RGB
  // Samples in the order [k][j][i][channel], in the file's units: 0-255 or 0-65535 for photographs, HU for CT.
  std::vector<float> samples;

  Geometry geometry;
  SpacingKind spacing_kind = SpacingKind::kUnknown;

  // Bits that a stored sample had (8, 16, 32): the range that "white" means in a photograph.
  int stored_bits = 8;
  // Modality as the file states it, in the catalogue's words ("cxr", "ct", "mri", …); empty where it does not say.
  std::string modality;
  // Display window that the file recommends, in sample units.
  std::optional<std::array<double, 2>> window_low_high;

  bool empty() const { return samples.empty(); }
  bool is_volume() const { return depth > 1; }
  std::size_t voxels() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(depth);
  }
  std::size_t offset(int i, int j, int k = 0) const {
    return ((static_cast<std::size_t>(k) * static_cast<std::size_t>(height) + static_cast<std::size_t>(j)) *
                static_cast<std::size_t>(width) +
            static_cast<std::size_t>(i)) *
           static_cast<std::size_t>(channels);
  }
  float& at(int i, int j, int k = 0, int channel = 0) {
    return samples[offset(i, j, k) + static_cast<std::size_t>(channel)];
  }
  float at(int i, int j, int k = 0, int channel = 0) const {
    return samples[offset(i, j, k) + static_cast<std::size_t>(channel)];
  }
};

// A class number for every voxel of an image, in the same grid. 0 is background.
struct LabelMap {
  int width = 0;
  int height = 0;
  int depth = 1;
  std::vector<std::uint8_t> labels;  // [k][j][i]

  std::size_t offset(int i, int j, int k = 0) const {
    return (static_cast<std::size_t>(k) * static_cast<std::size_t>(height) + static_cast<std::size_t>(j)) *
               static_cast<std::size_t>(width) +
           static_cast<std::size_t>(i);
  }
  std::uint8_t& at(int i, int j, int k = 0) { return labels[offset(i, j, k)]; }
  std::uint8_t at(int i, int j, int k = 0) const { return labels[offset(i, j, k)]; }
};

Image make_image(int width, int height, int channels = 1, int depth = 1);
LabelMap make_label_map(int width, int height, int depth = 1);

}  // namespace galen::image
