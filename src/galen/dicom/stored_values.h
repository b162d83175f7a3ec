// The stored values of a DICOM image: as the file holds them, before rescale, palette and colour conversion.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "galen/base/result.h"
#include "galen/image/read.h"

namespace galen::dicom {

struct StoredValues {
  int rows = 0;
  int columns = 0;
  int frames = 1;
  int samples = 1;
  // [frame][row][column][sample]. Unsigned 32-bit values keep their bits; bits beyond Bits Stored are not masked.
  std::vector<std::int32_t> values;
  // The colour space of `values`: PhotometricInterpretation as the file states it, or what the decoder made of it.
  std::string photometric;
};

// Transfer syntaxes: every uncompressed one, deflated, RLE, JPEG (8-16 bits, lossy and lossless), JPEG-LS, JPEG 2000
// and deflated frames. Any other is refused with its name.
Result<StoredValues> read_stored_values(const std::filesystem::path& path, const image::ReadLimits& limits = {});

}  // namespace galen::dicom
