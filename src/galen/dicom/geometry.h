// Where the pixels of a DICOM image lie, and what their spacing means.
#pragma once

#include <string>

#include "galen/dicom/pixel_header.h"
#include "galen/image/image.h"

namespace galen::dicom {

// Sets geometry and spacing_kind.
//
// - Cross-sections: position and orientation of the (first) frame, pixel spacing, and the distance between frames.
// - Projection radiographs: imager pixel spacing is on the detector; divided by the magnification where the file states
//   it, and pixel spacing that was calibrated, it is in the patient (PS3.3 10.7).
// - Ultrasound: the physical size that the largest region of the picture states (PS3.3 C.8.5.5).
void fill_geometry(const Dataset& dataset, const PixelHeader& header, image::Image& image);

// The modality in the catalogue's words ("cxr", "ct", "mri", "ultrasound", "pet", "endoscopy", "histology", "fundus",
// ...);
// "" where the file leaves it open.
std::string modality_of(const Dataset& dataset);

}  // namespace galen::dicom
