#include <gtest/gtest.h>
#include <png.h>
#include <zlib.h>

#include <cstring>
#include <string>
#include <vector>

#include "galen/image/read.h"
#include "galen/image/write.h"

namespace galen::image {
namespace {

// `rows` as libpng wants them for this colour type and depth.
std::string make_png(png_uint_32 width, png_uint_32 height, int bits, int colour_type, std::vector<std::string> rows,
                     bool interlaced = false, std::vector<png_color> palette = {}) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp writer, png_bytep from, png_size_t count) {
        static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<char*>(from), count);
      },
      nullptr);
  png_set_IHDR(png, info, width, height, bits, colour_type, interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  png_write_info(png, info);
  std::vector<png_bytep> pointers;
  for (std::string& row : rows) pointers.push_back(reinterpret_cast<png_bytep>(row.data()));
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

// The same PNG with another size in its header.
std::string with_size(std::string png, std::uint32_t width, std::uint32_t height) {
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (std::size_t n = 0; n < 4; ++n) png[at + n] = static_cast<char>(value >> (24 - 8 * n));
  };
  put(16, width);
  put(20, height);
  put(29, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(png.data()) + 12, 17)));
  return png;
}

TEST(PngReadTest, ReadsSixteenBitSamplesInFull) {
  const Result<Image> image =
      decode_image(make_png(2, 1, 16, PNG_COLOR_TYPE_GRAY, {std::string("\x12\x34\xff\xfe", 4)}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->stored_bits, 16);
  EXPECT_EQ(image->samples, (std::vector<float>{0x1234, 0xfffe}));
}

TEST(PngReadTest, SpreadsOneBitOverBlackAndWhite) {
  const Result<Image> image = decode_image(make_png(4, 1, 1, PNG_COLOR_TYPE_GRAY, {"\xa0"}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->samples, (std::vector<float>{255, 0, 255, 0}));
}

TEST(PngReadTest, TurnsAPaletteIntoColours) {
  const Result<Image> image =
      decode_image(make_png(2, 1, 8, PNG_COLOR_TYPE_PALETTE, {std::string("\1\0", 2)}, false, {{9, 8, 7}, {1, 2, 3}}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->channels, 3);
  EXPECT_EQ(image->samples, (std::vector<float>{1, 2, 3, 9, 8, 7}));
}

TEST(PngReadTest, ComposesAlphaOverBlack) {
  const Result<Image> image =
      decode_image(make_png(2, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {std::string("\x64\x32\x0a\xff\x64\x32\x0a\0", 8)}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->samples, (std::vector<float>{100, 50, 10, 0, 0, 0}));
}

TEST(PngReadTest, ReadsInterlacedFilesLikeOthers) {
  std::vector<std::string> rows;
  for (int y = 0; y < 11; ++y) {
    rows.emplace_back();
    for (int x = 0; x < 13; ++x) rows.back().push_back(static_cast<char>(x * 17 + y * 5));
  }
  const Result<Image> plain = decode_image(make_png(13, 11, 8, PNG_COLOR_TYPE_GRAY, rows));
  const Result<Image> interlaced = decode_image(make_png(13, 11, 8, PNG_COLOR_TYPE_GRAY, rows, true));
  ASSERT_TRUE(plain && interlaced);
  EXPECT_EQ(plain->samples, interlaced->samples);
}

TEST(PngReadTest, ReadsASinglePixel) {
  const Result<Image> image = decode_image(make_png(1, 1, 8, PNG_COLOR_TYPE_GRAY, {"\x07"}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->samples, std::vector<float>{7});
}

TEST(PngReadTest, RefusesASmallFileThatClaimsAHugeImage) {
  const std::string small = make_png(8, 1, 1, PNG_COLOR_TYPE_GRAY, {"\xff"});
  const Result<Image> huge = decode_image(with_size(small, 20000, 20000));
  ASSERT_FALSE(huge);
  EXPECT_NE(huge.error().message.find("20000 x 20000"), std::string::npos) << huge.error().message;
  // Within the limit, but without the data.
  EXPECT_FALSE(decode_image(with_size(small, 8, 2)));
}

TEST(PngReadTest, RefusesAFileWithAWrongChecksum) {
  std::string bytes = make_png(8, 1, 8, PNG_COLOR_TYPE_GRAY, {"abcdefgh"});
  bytes[bytes.size() - 20] = static_cast<char>(bytes[bytes.size() - 20] ^ 0x10);
  EXPECT_FALSE(decode_image(bytes));
}

}  // namespace
}  // namespace galen::image
