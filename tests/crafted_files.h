// Image files of every kind, made byte by byte, so that tests need neither data nor programs that write them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace galen::test {

// `bytes` as zlib data, or with gzip's frame.
std::string packed(const std::string& bytes, bool gzip = false);

struct PngHeader {
  std::uint32_t width = 64;
  std::uint32_t height = 64;
  int bits = 8;
  int colour_type = 0;  // 0 grey, 2 RGB, 3 palette, 4 grey and alpha
};

// `rows`: of all rows, each with its filter byte (0) in front. `palette`: RGB triples.
std::string make_png(const PngHeader& header, const std::string& rows, const std::string& palette = "");

// A JPEG whose left half has the components `left` and whose right half has `right`: 1 grey, 3 RGB, 4 inverted CMYK as
// Adobe's programs write it. `orientation`: EXIF's, 0 for none.
std::string make_jpeg(int width, int height, const std::vector<int>& left, const std::vector<int>& right,
                      int orientation = 0);

// Grey, 8 bits, in tiles of 32 x 32; both sides are multiples of 32. `pixels`: row by row.
std::string make_tiled_tiff(std::uint32_t width, std::uint32_t height, const std::string& pixels);

// Grey, 8 bits, explicit little endian. `frames`: their pixels, one frame after another.
std::string make_dicom(const std::string& modality, std::uint16_t width, std::uint16_t height,
                       const std::vector<std::string>& frames);

}  // namespace galen::test
