#include "galen/dicom/geometry.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "galen/base/text.h"

namespace galen::dicom {
namespace {

using Vector = std::array<double, 3>;

struct Spacing {
  double row_mm = 1;     // Between rows (down).
  double column_mm = 1;  // Between columns (to the right).
  image::SpacingKind kind = image::SpacingKind::kUnknown;
};

bool plausible(double mm) { return std::isfinite(mm) && mm > 1e-6 && mm < 1e4; }

std::optional<Spacing> spacing_in(DcmItem& item, const DcmTagKey& tag, image::SpacingKind kind) {
  const std::vector<double> values = Dataset::numbers(item, tag);
  if (values.size() < 2 || !plausible(values[0]) || !plausible(values[1])) return std::nullopt;
  return Spacing{values[0], values[1], kind};
}

bool is_projection(const std::string& modality) {
  const auto all = {"CR", "DX", "DR", "MG", "RG", "RF", "XA", "IO", "PX"};
  return std::find(all.begin(), all.end(), modality) != all.end();
}

std::optional<Spacing> ultrasound_spacing(const Dataset& dataset) {
  constexpr double kCentimetre = 3;
  constexpr double kTissue = 1;  // A two-dimensional picture, not a trace over time.
  std::optional<Spacing> best;
  double best_area = 0;
  for (unsigned long n = 0; n < 64; ++n) {
    DcmItem* region = Dataset::item(dataset.root(), DCM_SequenceOfUltrasoundRegions, n);
    if (region == nullptr) break;
    const auto value = [&](const DcmTagKey& tag) {
      const std::vector<double> values = Dataset::numbers(*region, tag);
      return values.empty() ? 0.0 : values[0];
    };
    if (value(DCM_RegionSpatialFormat) != kTissue || value(DCM_PhysicalUnitsXDirection) != kCentimetre ||
        value(DCM_PhysicalUnitsYDirection) != kCentimetre) {
      continue;
    }
    const double column_mm = std::abs(value(DCM_PhysicalDeltaX)) * 10;
    const double row_mm = std::abs(value(DCM_PhysicalDeltaY)) * 10;
    const double area = std::abs((value(DCM_RegionLocationMaxX1) - value(DCM_RegionLocationMinX0)) *
                                 (value(DCM_RegionLocationMaxY1) - value(DCM_RegionLocationMinY0)));
    if (!plausible(column_mm) || !plausible(row_mm) || (best && area <= best_area)) continue;
    best = Spacing{row_mm, column_mm, image::SpacingKind::kPatient};
    best_area = area;
  }
  return best;
}

Spacing projection_spacing(const Dataset& dataset) {
  using image::SpacingKind;
  const auto pixel = spacing_in(dataset.root(), DCM_PixelSpacing, SpacingKind::kPatient);
  const auto imager = spacing_in(dataset.root(), DCM_ImagerPixelSpacing, SpacingKind::kDetector);
  const bool calibrated = dataset.text(DCM_PixelSpacingCalibrationType).has_value();
  // Equal to the imager's spacing, or alone and without a word about calibration, it was measured on the detector.
  if (pixel &&
      (calibrated || (imager && (std::abs(pixel->row_mm - imager->row_mm) > 1e-4 * imager->row_mm ||
                                 std::abs(pixel->column_mm - imager->column_mm) > 1e-4 * imager->column_mm)))) {
    return *pixel;
  }
  if (imager) {
    const double magnification = dataset.number(DCM_EstimatedRadiographicMagnificationFactor).value_or(0);
    if (magnification >= 1 && magnification < 10) {
      return {imager->row_mm / magnification, imager->column_mm / magnification, SpacingKind::kPatient};
    }
    return *imager;
  }
  if (pixel) return {pixel->row_mm, pixel->column_mm, SpacingKind::kDetector};
  return {};
}

Spacing spacing_of(const Dataset& dataset) {
  using image::SpacingKind;
  const std::string modality = dataset.text(DCM_Modality).value_or("");
  if (const auto region = ultrasound_spacing(dataset)) return *region;
  if (is_projection(modality)) {
    const Spacing spacing = projection_spacing(dataset);
    if (spacing.kind != SpacingKind::kUnknown) return spacing;
  } else if (const auto pixel = spacing_in(dataset.frame_item(DCM_PixelMeasuresSequence, 0), DCM_PixelSpacing,
                                           SpacingKind::kPatient)) {
    return *pixel;
  } else if (const auto imager = spacing_in(dataset.root(), DCM_ImagerPixelSpacing, SpacingKind::kDetector)) {
    return *imager;
  }
  // A film put on a scanner: millimetres on the film, which was the detector.
  return spacing_in(dataset.root(), DCM_NominalScannedPixelSpacing, SpacingKind::kDetector).value_or(Spacing{});
}

std::optional<Vector> position_of(const Dataset& dataset, int frame) {
  const auto values = Dataset::numbers(dataset.frame_item(DCM_PlanePositionSequence, static_cast<unsigned long>(frame)),
                                       DCM_ImagePositionPatient);
  if (values.size() != 3 || !std::all_of(values.begin(), values.end(), [](double v) { return std::abs(v) < 1e6; })) {
    return std::nullopt;
  }
  return Vector{values[0], values[1], values[2]};
}

struct Axes {
  Vector right = {1, 0, 0};  // Along a row.
  Vector down = {0, 1, 0};   // Along a column.
  Vector normal() const {
    return {right[1] * down[2] - right[2] * down[1], right[2] * down[0] - right[0] * down[2],
            right[0] * down[1] - right[1] * down[0]};
  }
};

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

std::optional<Axes> axes_of(const Dataset& dataset) {
  const auto values =
      Dataset::numbers(dataset.frame_item(DCM_PlaneOrientationSequence, 0), DCM_ImageOrientationPatient);
  if (values.size() != 6) return std::nullopt;
  const Axes axes = {{values[0], values[1], values[2]}, {values[3], values[4], values[5]}};
  // Unit vectors at a right angle, as rounded by the writer.
  const bool valid = std::abs(dot(axes.right, axes.right) - 1) < 0.02 &&
                     std::abs(dot(axes.down, axes.down) - 1) < 0.02 && std::abs(dot(axes.right, axes.down)) < 0.02;
  return valid ? std::optional(axes) : std::nullopt;
}

// From the first frame to the next, in mm.
Vector frame_step(const Dataset& dataset, const PixelHeader& header, const Axes& axes) {
  if (header.frames > 1) {
    const auto first = position_of(dataset, 0);
    const auto last = position_of(dataset, header.frames - 1);
    if (first && last) {
      Vector step{};
      for (std::size_t n = 0; n < 3; ++n) step[n] = ((*last)[n] - (*first)[n]) / (header.frames - 1);
      if (plausible(std::sqrt(dot(step, step))) && std::abs(dot(step, axes.normal())) > 1e-6) return step;
    }
  }
  double distance = 1;
  const auto offsets = dataset.numbers(DCM_GridFrameOffsetVector);  // Radiotherapy doses.
  DcmItem& measures = dataset.frame_item(DCM_PixelMeasuresSequence, 0);
  if (offsets.size() > 1 && plausible(std::abs(offsets[1] - offsets[0]))) {
    distance = offsets[1] - offsets[0];
  } else {
    for (const DcmTagKey& tag : {DCM_SpacingBetweenSlices, DCM_SliceThickness}) {
      const auto values = Dataset::numbers(measures, tag);
      if (values.empty() || !plausible(std::abs(values[0]))) continue;
      distance = std::abs(values[0]);
      break;
    }
  }
  Vector step = axes.normal();
  for (double& part : step) part *= distance;
  return step;
}

bool mentions(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

// A chest film, some other film ("xray"), or "" where the file does not name the body part.
std::string radiograph_of(const Dataset& dataset) {
  const std::string part = lower_case(dataset.text(DCM_BodyPartExamined).value_or(""));
  std::string described = part;
  for (const DcmTagKey& tag : {DCM_StudyDescription, DCM_SeriesDescription, DCM_ProtocolName,
                               DCM_AcquisitionDeviceProcessingDescription, DCM_PerformedProcedureStepDescription}) {
    described += " " + lower_case(dataset.text(tag).value_or(""));
  }
  if (mentions(described, {"chest", "thorax", "torax", "lung", "cxr"})) return "cxr";
  return part.empty() ? "" : "xray";
}

}  // namespace

void fill_geometry(const Dataset& dataset, const PixelHeader& header, image::Image& image) {
  const Spacing spacing = spacing_of(dataset);
  const Axes axes = axes_of(dataset).value_or(Axes{});
  const Vector step = frame_step(dataset, header, axes);
  const Vector origin = position_of(dataset, 0).value_or(Vector{});
  image.spacing_kind = spacing.kind;
  for (std::size_t row = 0; row < 3; ++row) {
    double* matrix = image.geometry.world_from_voxel.data() + row * 4;
    matrix[0] = axes.right[row] * spacing.column_mm;
    matrix[1] = axes.down[row] * spacing.row_mm;
    matrix[2] = step[row];
    matrix[3] = origin[row];
  }
}

std::string modality_of(const Dataset& dataset) {
  const std::string tag = dataset.text(DCM_Modality).value_or("");
  if (tag == "CR" || tag == "DX" || tag == "DR" || tag == "RG") return radiograph_of(dataset);
  if (tag == "CT") return "ct";
  if (tag == "MR") return "mri";
  if (tag == "US" || tag == "IVUS") return "ultrasound";
  if (tag == "PT") return "pet";
  if (tag == "ES") return "endoscopy";
  if (tag == "SM") return "histology";
  if (tag == "OP") return "fundus";
  if (tag == "OPT") return "oct";
  if (tag == "DMS") return "dermoscopy";
  if (tag == "MG") return "mammography";
  if (tag == "IO" || tag == "PX") return "xray";
  if (tag == "XA") return "angiography";
  if (tag == "NM") return "scintigraphy";
  return "";
}

}  // namespace galen::dicom
