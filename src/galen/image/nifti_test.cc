#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>

#include "galen/base/files.h"
#include "galen/image/read.h"
#include "galen/image/write.h"

namespace galen::image {
namespace {

namespace fs = std::filesystem;

class NiftiTest : public testing::Test {
 protected:
  NiftiTest() {
    std::string name = (fs::temp_directory_path() / "galen-nifti-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~NiftiTest() override { fs::remove_all(folder_); }

  std::string bytes_of(const Image& image) {
    EXPECT_TRUE(write_nifti(folder_ / "v.nii", image));
    return *read_text_file(folder_ / "v.nii");
  }

  fs::path folder_;
};

Image make_volume() {
  Image image = make_image(5, 4, 1, 3);
  for (std::size_t n = 0; n < image.samples.size(); ++n) image.samples[n] = static_cast<float>(n) * 1.5F - 20;
  image.geometry.world_from_voxel = {0.5, 0, 0.1, -12, 0, 0.75, 0, 30, 0, 0.2, 2.5, 7, 0, 0, 0, 1};
  image.spacing_kind = SpacingKind::kPatient;
  return image;
}

template <typename T>
void patch(std::string& bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
}

// Turns the byte order of the fields that the reader uses, and of 32-bit voxels.
std::string swap_bytes(std::string bytes) {
  const auto swap = [&](std::size_t from, std::size_t size, std::size_t count) {
    for (std::size_t n = 0; n < count; ++n) {
      std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(from + n * size),
                   bytes.begin() + static_cast<std::ptrdiff_t>(from + (n + 1) * size));
    }
  };
  swap(0, 4, 1), swap(40, 2, 8), swap(70, 2, 2), swap(76, 4, 8), swap(108, 4, 3), swap(124, 4, 2), swap(252, 2, 2);
  swap(256, 4, 18), swap(352, 4, (bytes.size() - 352) / 4);
  return bytes;
}

TEST_F(NiftiTest, ReadsBackVoxelsAndGridThatItWrote) {
  const Image image = make_volume();
  for (const char* name : {"v.nii", "v.nii.gz"}) {
    ASSERT_TRUE(write_nifti(folder_ / name, image));
    const Result<Image> back = read_image(folder_ / name);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->depth, 3);
    EXPECT_EQ(back->spacing_kind, SpacingKind::kPatient);
    EXPECT_EQ(back->samples, image.samples);
    for (std::size_t n = 0; n < 16; ++n) {
      EXPECT_NEAR(back->geometry.world_from_voxel[n], image.geometry.world_from_voxel[n], 1e-6);
    }
  }
}

TEST_F(NiftiTest, WritesTheSameBytesForTheSameMask) {
  LabelMap map = make_label_map(3, 3, 2);
  map.at(1, 2, 1) = 5;
  ASSERT_TRUE(write_label_nifti(folder_ / "a.nii.gz", map, {}));
  ASSERT_TRUE(write_label_nifti(folder_ / "b.nii.gz", map, {}));
  EXPECT_EQ(*read_text_file(folder_ / "a.nii.gz"), *read_text_file(folder_ / "b.nii.gz"));
  EXPECT_EQ(read_label_map(folder_ / "a.nii.gz")->labels, map.labels);
}

TEST_F(NiftiTest, ReadsTheOtherByteOrder) {
  const Image image = make_volume();
  const Result<Image> back = decode_image(swap_bytes(bytes_of(image)));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->samples, image.samples);
  EXPECT_NEAR(back->geometry.world_from_voxel[3], -12, 1e-6);
}

TEST_F(NiftiTest, AppliesSlopeAndIntercept) {
  std::string bytes = bytes_of(make_volume());
  patch<float>(bytes, 112, 2);
  patch<float>(bytes, 116, 100);
  EXPECT_EQ(decode_image(bytes)->samples[0], -20 * 2 + 100);
}

TEST_F(NiftiTest, UsesTheQuaternionWhereThereIsNoMatrix) {
  std::string bytes = bytes_of(make_volume());
  patch<std::int16_t>(bytes, 254, 0);
  patch<std::int16_t>(bytes, 252, 1);
  patch<float>(bytes, 264, 1);   // d = 1: half a turn about z
  patch<float>(bytes, 268, 10);  // x offset
  const auto world = decode_image(bytes)->geometry;
  // RAS diag(-, -, +) is LPS diag(+, +, +).
  EXPECT_GT(world.world_from_voxel[0], 0);
  EXPECT_GT(world.world_from_voxel[5], 0);
  EXPECT_GT(world.world_from_voxel[10], 0);
  EXPECT_NEAR(world.world_from_voxel[3], -10, 1e-6);
}

TEST_F(NiftiTest, AnUnknownSpacingStaysUnknown) {
  Image image = make_volume();
  image.spacing_kind = SpacingKind::kUnknown;
  const std::string bytes = bytes_of(image);
  const Result<Image> back = decode_image(bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->spacing_kind, SpacingKind::kUnknown);
  EXPECT_EQ(back->geometry.spacing_mm(), (std::array{1.0, 1.0, 1.0}));
  EXPECT_EQ(back->samples, image.samples);
}

TEST_F(NiftiTest, AUnitAnOrientationOrSidesOtherThanOneMakeTheSpacingKnown) {
  Image image = make_volume();
  image.spacing_kind = SpacingKind::kUnknown;
  const std::string unknown = bytes_of(image);
  const auto kind = [&](auto change) {
    std::string bytes = unknown;
    change(bytes);
    return decode_image(bytes)->spacing_kind;
  };
  EXPECT_EQ(kind([](std::string& b) { b[123] = 2; }), SpacingKind::kPatient);
  EXPECT_EQ(kind([](std::string& b) { patch<std::int16_t>(b, 252, 1); }), SpacingKind::kPatient);
  EXPECT_EQ(kind([](std::string& b) { patch<std::int16_t>(b, 254, 1); }), SpacingKind::kPatient);
  EXPECT_EQ(kind([](std::string& b) { patch<float>(b, 84, 0.5F); }), SpacingKind::kPatient);
  // A unit of time says nothing about lengths, and 0 is how programs leave a side out.
  EXPECT_EQ(kind([](std::string& b) { b[123] = 8; }), SpacingKind::kUnknown);
  EXPECT_EQ(kind([](std::string& b) { patch<float>(b, 88, 0); }), SpacingKind::kUnknown);
}

TEST_F(NiftiTest, ReplacesVoxelsThatAreNoNumbersByTheSmallestOne) {
  Image image = make_volume();
  image.samples[7] = std::numeric_limits<float>::quiet_NaN();
  image.samples[8] = std::numeric_limits<float>::infinity();
  const Result<Image> back = decode_image(bytes_of(image));
  EXPECT_EQ(back->samples[7], -20);
  EXPECT_EQ(back->samples[8], -20);
}

TEST_F(NiftiTest, RefusesSeveralVolumesComplexNumbersAndImpossibleHeaders) {
  const std::string good = bytes_of(make_volume());
  const auto message = [&](auto change) {
    std::string bytes = good;
    change(bytes);
    const Result<Image> image = decode_image(bytes);
    return image ? std::string() : image.error().message;
  };
  const std::string series =
      message([](std::string& b) { patch<std::int16_t>(b, 40, 4), patch<std::int16_t>(b, 48, 20); });
  EXPECT_NE(series.find("20 volumes"), std::string::npos) << series;
  EXPECT_NE(message([](std::string& b) { patch<std::int16_t>(b, 70, 32); }).find("complex"), std::string::npos);
  EXPECT_NE(message([](std::string& b) { patch<std::int16_t>(b, 42, -5); }), "");
  EXPECT_NE(message([](std::string& b) { patch<std::int16_t>(b, 40, 9); }), "");
  EXPECT_NE(message([](std::string& b) { patch<float>(b, 108, std::numeric_limits<float>::quiet_NaN()); }), "");
  EXPECT_NE(message([](std::string& b) { patch<float>(b, 108, 1e12F); }), "");
  EXPECT_NE(message([](std::string& b) {
              for (std::size_t n = 42; n < 48; n += 2) patch<std::int16_t>(b, n, 32000);
            }).find("too large"),
            std::string::npos);
}

TEST_F(NiftiTest, RefusesAFileCutOffAtAnyPlace) {
  for (const char* name : {"v.nii", "v.nii.gz"}) {
    ASSERT_TRUE(write_nifti(folder_ / name, make_volume()));
    const std::string whole = *read_text_file(folder_ / name);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      EXPECT_FALSE(decode_image(whole.substr(0, length))) << name << " " << length;
    }
  }
}

TEST_F(NiftiTest, RefusesAMaskOfNumbersThatAreNoClasses) {
  ASSERT_TRUE(write_nifti(folder_ / "v.nii.gz", make_volume()));
  const Result<LabelMap> map = read_label_map(folder_ / "v.nii.gz");
  ASSERT_FALSE(map);
  EXPECT_NE(map.error().message.find("class numbers"), std::string::npos);
}

}  // namespace
}  // namespace galen::image
