#include "galen/dicom/pixel_header.h"

#include "galen/image/limits.h"

namespace galen::dicom {
namespace {

std::string what_it_is(const Dataset& dataset) {
  const auto modality = dataset.text(DCM_Modality);
  if (modality) return "this DICOM file holds no image (its modality is " + *modality + ")";
  if (dataset.root().tagExists(DCM_DirectoryRecordSequence)) {
    return "this DICOM file is a directory of other files and holds no image; give one of those";
  }
  return "this DICOM file holds no image";
}

bool known_photometric(const std::string& name, int samples) {
  if (samples == 1) return name == "MONOCHROME1" || name == "MONOCHROME2" || name == "PALETTE COLOR";
  return name == "RGB" || name.rfind("YBR_", 0) == 0;
}

}  // namespace

Result<PixelHeader> read_pixel_header(const Dataset& dataset, const image::ReadLimits& limits) {
  if (!dataset.root().tagExists(DCM_PixelData)) {
    if (dataset.root().tagExists(DCM_FloatPixelData) || dataset.root().tagExists(DCM_DoubleFloatPixelData)) {
      return Error{"this DICOM file holds a parametric map of real numbers, which galen does not read"};
    }
    return Error{what_it_is(dataset)};
  }
  const auto whole = [&](const DcmTagKey& tag, double otherwise) { return dataset.number(tag).value_or(otherwise); };
  const double rows = whole(DCM_Rows, 0);
  const double columns = whole(DCM_Columns, 0);
  const double frames = whole(DCM_NumberOfFrames, 1);
  const double samples = whole(DCM_SamplesPerPixel, 1);
  if (!(rows >= 1 && rows <= 65535 && columns >= 1 && columns <= 65535 && frames >= 1 && frames <= 1e9)) {
    return Error{"the DICOM file does not say how large its image is, so its pixels cannot be read"};
  }
  if (samples != 1 && samples != 3) {
    return Error{"the DICOM image has " + std::to_string(static_cast<int>(samples)) +
                 " samples a pixel; galen reads 1 or 3"};
  }
  PixelHeader header;
  header.rows = static_cast<int>(rows);
  header.columns = static_cast<int>(columns);
  header.frames = static_cast<int>(frames);
  header.samples = static_cast<int>(samples);
  header.bits_allocated = static_cast<int>(whole(DCM_BitsAllocated, 0));
  header.bits_stored = static_cast<int>(whole(DCM_BitsStored, header.bits_allocated));
  header.high_bit = static_cast<int>(whole(DCM_HighBit, header.bits_stored - 1));
  header.is_signed = whole(DCM_PixelRepresentation, 0) == 1;
  header.planar = header.samples > 1 && whole(DCM_PlanarConfiguration, 0) == 1;
  header.photometric = dataset.text(DCM_PhotometricInterpretation).value_or("");

  const int bits = header.bits_allocated;
  if (bits != 1 && bits != 8 && bits != 16 && bits != 32) {
    return Error{"the DICOM image has " + std::to_string(bits) + " bits a sample; galen reads 1, 8, 16 and 32"};
  }
  if (header.bits_stored < 1 || header.bits_stored > bits || header.high_bit < header.bits_stored - 1 ||
      header.high_bit >= bits) {
    return Error{"the DICOM file is damaged (bits stored " + std::to_string(header.bits_stored) + ", high bit " +
                 std::to_string(header.high_bit) + " of " + std::to_string(bits) + ")"};
  }
  if (header.photometric.empty()) header.photometric = header.samples == 3 ? "RGB" : "MONOCHROME2";
  if (!known_photometric(header.photometric, header.samples)) {
    return Error{"the DICOM image has the colour space \"" + header.photometric.substr(0, 32) +
                 "\", which galen does not read"};
  }
  if (Status fits = image::check_grid(static_cast<std::uint64_t>(columns), static_cast<std::uint64_t>(rows),
                                      static_cast<std::uint64_t>(frames), static_cast<std::uint64_t>(samples), limits);
      !fits) {
    return fits.error();
  }
  return header;
}

}  // namespace galen::dicom
