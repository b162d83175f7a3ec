#include <gtest/gtest.h>
#include <tiffio.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "galen/image/read.h"

namespace galen::image {
namespace {

namespace fs = std::filesystem;

struct Layout {
  std::uint32_t width = 40;
  std::uint32_t height = 21;
  std::uint16_t samples = 1;
  std::uint16_t bits = 8;
  std::uint16_t format = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t planar = PLANARCONFIG_CONTIG;
  std::uint16_t compression = COMPRESSION_NONE;
  std::uint32_t tile = 0;  // Side of the tiles; 0 for strips of 8 rows.
  int pages = 1;
};

double value_at(std::uint32_t x, std::uint32_t y, std::uint32_t sample, int page) {
  return (x * 3 + y * 5 + sample * 7 + static_cast<std::uint32_t>(page) * 11) % 200;
}

void put(std::vector<std::uint8_t>& buffer, std::size_t index, double value, const Layout& layout) {
  const auto store = [&](auto typed) { std::memcpy(buffer.data() + index * sizeof typed, &typed, sizeof typed); };
  if (layout.format == SAMPLEFORMAT_IEEEFP) return store(static_cast<float>(value));
  if (layout.format == SAMPLEFORMAT_INT) return store(static_cast<std::int16_t>(value - 100));
  if (layout.bits == 16) return store(static_cast<std::uint16_t>(value));
  store(static_cast<std::uint8_t>(value));
}

std::string make_tiff(const Layout& layout) {
  std::string name = (fs::temp_directory_path() / "galen-tiff-XXXXXX").string();
  ::close(::mkstemp(name.data()));
  TIFF* tiff = TIFFOpen(name.c_str(), "w");
  for (int page = 0; page < layout.pages; ++page) {
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, layout.width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, layout.height);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, layout.samples);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, layout.bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, layout.format);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, layout.photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, layout.planar);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, layout.compression);
    const std::uint32_t block_width = layout.tile != 0 ? layout.tile : layout.width;
    const std::uint32_t block_height = layout.tile != 0 ? layout.tile : 8;
    if (layout.tile != 0) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, layout.tile);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, layout.tile);
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, block_height);
    }
    const bool planes = layout.planar == PLANARCONFIG_SEPARATE;
    const std::uint32_t in_block = planes ? 1 : layout.samples;
    for (std::uint32_t plane = 0; plane < (planes ? layout.samples : 1U); ++plane) {
      for (std::uint32_t y = 0; y < layout.height; y += block_height) {
        for (std::uint32_t x = 0; x < layout.width; x += block_width) {
          const std::uint32_t rows = layout.tile != 0 ? block_height : std::min(block_height, layout.height - y);
          std::vector<std::uint8_t> block(std::size_t{block_width} * rows * in_block * layout.bits / 8);
          std::size_t index = 0;
          for (std::uint32_t v = 0; v < rows; ++v) {
            for (std::uint32_t u = 0; u < block_width; ++u) {
              for (std::uint32_t s = 0; s < in_block; ++s) {
                put(block, index++, value_at(x + u, y + v, planes ? plane : s, page), layout);
              }
            }
          }
          const auto size = static_cast<tmsize_t>(block.size());
          const auto sample = static_cast<std::uint16_t>(plane);
          if (layout.tile != 0) {
            TIFFWriteEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, sample), block.data(), size);
          } else {
            TIFFWriteEncodedStrip(tiff, TIFFComputeStrip(tiff, y, sample), block.data(), size);
          }
        }
      }
    }
    TIFFWriteDirectory(tiff);
  }
  TIFFClose(tiff);
  std::ifstream file(name, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  fs::remove(name);
  return bytes.str();
}

void expect_values(const Layout& layout, double offset = 0) {
  const Result<Image> image = decode_image(make_tiff(layout));
  ASSERT_TRUE(image) << image.error().message;
  ASSERT_EQ(image->width, static_cast<int>(layout.width));
  ASSERT_EQ(image->height, static_cast<int>(layout.height));
  ASSERT_EQ(image->depth, layout.pages);
  ASSERT_EQ(image->channels, layout.samples);
  for (int k = 0; k < layout.pages; ++k) {
    for (int j = 0; j < image->height; ++j) {
      for (int i = 0; i < image->width; ++i) {
        for (int c = 0; c < layout.samples; ++c) {
          const double wanted =
              value_at(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), static_cast<std::uint32_t>(c), k);
          ASSERT_EQ(image->at(i, j, k, c), wanted + offset) << i << " " << j << " " << k << " " << c;
        }
      }
    }
  }
}

TEST(TiffReadTest, ReadsStripsTilesPlanesAndEverySampleType) {
  expect_values({});
  expect_values({.bits = 16});
  expect_values({.bits = 16, .format = SAMPLEFORMAT_INT}, -100);
  expect_values({.bits = 32, .format = SAMPLEFORMAT_IEEEFP});
  expect_values({.tile = 16});
  expect_values({.samples = 3, .photometric = PHOTOMETRIC_RGB});
  expect_values({.samples = 3, .photometric = PHOTOMETRIC_RGB, .planar = PLANARCONFIG_SEPARATE});
  expect_values({.samples = 3, .bits = 16, .photometric = PHOTOMETRIC_RGB, .compression = COMPRESSION_LZW, .tile = 32});
}

TEST(TiffReadTest, MakesAVolumeOfPagesOfOneSize) {
  expect_values({.compression = COMPRESSION_ADOBE_DEFLATE, .pages = 4});
}

TEST(TiffReadTest, InvertsWhatIsStoredWithWhiteAsZero) {
  const Result<Image> image = decode_image(make_tiff({.photometric = PHOTOMETRIC_MINISWHITE}));
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->at(2, 1), 255 - value_at(2, 1, 0, 0));
}

TEST(TiffReadTest, RefusesAFileCutOffAtAnyTenthOfItsLength) {
  for (const Layout& layout : {Layout{}, Layout{.compression = COMPRESSION_LZW}, Layout{.tile = 16, .pages = 2}}) {
    const std::string whole = make_tiff(layout);
    for (std::size_t tenth = 0; tenth < 10; ++tenth) {
      EXPECT_FALSE(decode_image(whole.substr(0, whole.size() * tenth / 10))) << tenth;
    }
  }
}

TEST(TiffReadTest, ChecksTheLimitsOfTheWholeVolume) {
  ReadLimits limits;
  limits.voxels = 40 * 21 * 3;
  EXPECT_TRUE(decode_image(make_tiff({.pages = 3}), limits));
  EXPECT_FALSE(decode_image(make_tiff({.pages = 4}), limits));
}

}  // namespace
}  // namespace galen::image
