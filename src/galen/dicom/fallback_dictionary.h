// What must be known of elements in files that do not state their value representations.
#pragma once

namespace galen::dicom {

// DCMTK reads its dictionary from a file of the system (/usr/share/libdcmtk17/dicom.dic on Debian), which an installed
// galen may not find. Where it is missing, this adds the elements that galen reads. Called once before the first file.
void ensure_dictionary();

}  // namespace galen::dicom
