#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

// It needs <cstdio> before itself.
// clang-format off
#include <jpeglib.h>
// clang-format on

#include "galen/image/read.h"

namespace galen::image {
namespace {

// A JPEG of `components` flat halves: the left of `left`, the right of `right`.
std::string make_jpeg(int width, int height, J_COLOR_SPACE space, const std::vector<int>& left,
                      const std::vector<int>& right, const std::string& exif = "", bool progressive = false) {
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
  info.in_color_space = space;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 98, TRUE);
  if (progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (!exif.empty()) {
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                      static_cast<unsigned>(exif.size()));
  }
  std::vector<JSAMPLE> row;
  for (int x = 0; x < width; ++x) {
    for (int value : x < width / 2 ? left : right) row.push_back(static_cast<JSAMPLE>(value));
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

std::string exif_with_orientation(char orientation) {
  std::string exif("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", 32);
  exif[25] = orientation;
  return exif;
}

TEST(JpegReadTest, ReadsGreyAndColour) {
  const Result<Image> grey = decode_image(make_jpeg(32, 16, JCS_GRAYSCALE, {40}, {200}));
  ASSERT_TRUE(grey) << grey.error().message;
  EXPECT_EQ(grey->channels, 1);
  EXPECT_NEAR(grey->at(2, 2), 40, 3);
  EXPECT_NEAR(grey->at(30, 14), 200, 3);
  const Result<Image> colour = decode_image(make_jpeg(32, 16, JCS_RGB, {200, 30, 30}, {30, 30, 200}));
  ASSERT_TRUE(colour) << colour.error().message;
  EXPECT_EQ(colour->channels, 3);
  EXPECT_NEAR(colour->at(2, 2, 0, 0), 200, 8);
  EXPECT_NEAR(colour->at(30, 2, 0, 2), 200, 8);
}

TEST(JpegReadTest, ReadsTheInvertedInksThatAdobeWrites) {
  // libjpeg writes the Adobe marker for CMYK: 255 is no ink.
  const Result<Image> image = decode_image(make_jpeg(16, 16, JCS_CMYK, {255, 255, 255, 255}, {255, 0, 0, 255}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->channels, 3);
  EXPECT_NEAR(image->at(1, 1, 0, 1), 255, 4);
  EXPECT_NEAR(image->at(14, 1, 0, 0), 255, 8);
  EXPECT_NEAR(image->at(14, 1, 0, 1), 0, 8);
}

TEST(JpegReadTest, TurnsAPhotographUprightAsItsExifDataSay) {
  // 6: the file's rows run down the right side of the picture, so its left half is the picture's top.
  const Result<Image> image = decode_image(make_jpeg(32, 16, JCS_GRAYSCALE, {20}, {220}, exif_with_orientation(6)));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->width, 16);
  EXPECT_EQ(image->height, 32);
  EXPECT_NEAR(image->at(8, 2), 20, 3);
  EXPECT_NEAR(image->at(8, 30), 220, 3);
  const Result<Image> turned = decode_image(make_jpeg(32, 16, JCS_GRAYSCALE, {20}, {220}, exif_with_orientation(3)));
  EXPECT_NEAR(turned->at(2, 8), 220, 3);
}

TEST(JpegReadTest, RefusesAFileCutOffAtAnyPlace) {
  for (bool progressive : {false, true}) {
    const std::string whole = make_jpeg(64, 64, JCS_RGB, {10, 200, 90}, {250, 3, 120}, "", progressive);
    ASSERT_TRUE(decode_image(whole));
    for (std::size_t length = 1; length < whole.size(); ++length) {
      EXPECT_FALSE(decode_image(whole.substr(0, length))) << length << " of " << whole.size();
    }
  }
}

}  // namespace
}  // namespace galen::image
