#include "crafted_files.h"

#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

// It needs <cstdio> before itself.
// clang-format off
#include <jpeglib.h>
// clang-format on

namespace galen::test {
namespace {

std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int n = 0; n < bytes; ++n) text.push_back(static_cast<char>(value >> (8 * n)));
  return text;
}

std::string big(std::uint64_t value, int bytes) {
  const std::string text = little(value, bytes);
  return {text.rbegin(), text.rend()};
}

// Length, name, data, checksum.
std::string png_chunk(const std::string& name, const std::string& data) {
  const std::string named = name + data;
  return big(data.size(), 4) + named +
         big(crc32(0, reinterpret_cast<const Bytef*>(named.data()), static_cast<uInt>(named.size())), 4);
}

std::string exif_of(int orientation) {
  std::string exif("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", 32);
  exif[25] = static_cast<char>(orientation);
  return exif;
}

// An element with its value representation; the value is padded to an even length.
std::string dicom_element(std::uint16_t group, std::uint16_t element, const std::string& kind, std::string value) {
  if (value.size() % 2 != 0) value.push_back(kind == "UI" || kind == "OB" ? '\0' : ' ');
  const std::string length = kind == "OB" ? little(0, 2) + little(value.size(), 4) : little(value.size(), 2);
  return little(group, 2) + little(element, 2) + kind + length + value;
}

}  // namespace

std::string packed(const std::string& bytes, bool gzip) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + (gzip ? 16 : 0), 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib");
  }
  std::string result(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(result.size() - stream.avail_out);
  deflateEnd(&stream);
  return result;
}

std::string make_png(const PngHeader& header, const std::string& rows, const std::string& palette) {
  std::string ihdr = big(header.width, 4) + big(header.height, 4);
  ihdr += {static_cast<char>(header.bits), static_cast<char>(header.colour_type), 0, 0, 0};
  return "\x89PNG\r\n\x1a\n" + png_chunk("IHDR", ihdr) + (palette.empty() ? "" : png_chunk("PLTE", palette)) +
         png_chunk("IDAT", packed(rows)) + png_chunk("IEND", "");
}

std::string make_jpeg(int width, int height, const std::vector<int>& left, const std::vector<int>& right,
                      int orientation) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.input_components = static_cast<int>(left.size());
  info.in_color_space = left.size() == 1 ? JCS_GRAYSCALE : left.size() == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 98, TRUE);
  jpeg_start_compress(&info, TRUE);
  if (orientation != 0) {
    const std::string exif = exif_of(orientation);
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                      static_cast<unsigned>(exif.size()));
  }
  std::vector<JSAMPLE> row;
  for (int x = 0; x < width; ++x) {
    for (const int value : x < width / 2 ? left : right) row.push_back(static_cast<JSAMPLE>(value));
  }
  while (info.next_scanline < info.image_height) {
    JSAMPROW start = row.data();
    jpeg_write_scanlines(&info, &start, 1);
  }
  jpeg_finish_compress(&info);
  std::string result(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&info);
  std::free(bytes);
  return result;
}

std::string make_tiled_tiff(std::uint32_t width, std::uint32_t height, const std::string& pixels) {
  constexpr std::uint32_t kSide = 32;
  constexpr std::uint32_t kShort = 3, kLong = 4;
  const std::uint32_t tiles = width / kSide * (height / kSide);
  const std::uint32_t directory = 8, entries = 10;
  const std::uint32_t offsets = directory + 2 + entries * 12 + 4, counts = offsets + 4 * tiles;
  const std::uint32_t data = counts + 4 * tiles;
  const auto entry = [](std::uint32_t tag, std::uint32_t type, std::uint32_t count, std::uint32_t value) {
    return little(tag, 2) + little(type, 2) + little(count, 4) + little(value, 4);
  };
  std::string tiff = "II*" + std::string(1, '\0') + little(directory, 4) + little(entries, 2);
  tiff += entry(256, kLong, 1, width) + entry(257, kLong, 1, height) + entry(258, kShort, 1, 8) +
          entry(259, kShort, 1, 1) /* not compressed */ + entry(262, kShort, 1, 1) /* black is zero */ +
          entry(277, kShort, 1, 1) + entry(322, kLong, 1, kSide) + entry(323, kLong, 1, kSide) +
          entry(324, kLong, tiles, offsets) + entry(325, kLong, tiles, counts) + little(0, 4);
  for (std::uint32_t n = 0; n < tiles; ++n) tiff += little(data + n * kSide * kSide, 4);
  for (std::uint32_t n = 0; n < tiles; ++n) tiff += little(kSide * kSide, 4);
  for (std::uint32_t top = 0; top < height; top += kSide) {
    for (std::uint32_t left = 0; left < width; left += kSide) {
      for (std::uint32_t y = top; y < top + kSide; ++y) tiff += pixels.substr(std::size_t{y} * width + left, kSide);
    }
  }
  return tiff;
}

std::string make_dicom(const std::string& modality, std::uint16_t width, std::uint16_t height,
                       const std::vector<std::string>& frames) {
  const std::string kind = "1.2.840.10008.5.1.4.1.1.3.1", instance = "1.2.3.4";
  const std::string meta = dicom_element(2, 2, "UI", kind) + dicom_element(2, 3, "UI", instance) +
                           dicom_element(2, 0x10, "UI", "1.2.840.10008.1.2.1");
  std::string pixels;
  for (const std::string& frame : frames) pixels += frame;
  const auto number = [](std::uint16_t element, std::uint16_t value) {
    return dicom_element(0x28, element, "US", little(value, 2));
  };
  return std::string(128, '\0') + "DICM" + dicom_element(2, 0, "UL", little(meta.size(), 4)) + meta +
         dicom_element(8, 0x16, "UI", kind) + dicom_element(8, 0x18, "UI", instance) +
         dicom_element(8, 0x60, "CS", modality) + number(2, 1) + dicom_element(0x28, 4, "CS", "MONOCHROME2") +
         dicom_element(0x28, 8, "IS", std::to_string(frames.size())) + number(0x10, height) + number(0x11, width) +
         number(0x100, 8) + number(0x101, 8) + number(0x102, 7) + number(0x103, 0) +
         dicom_element(0x7fe0, 0x10, "OB", pixels);
}

}  // namespace galen::test
