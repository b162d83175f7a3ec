#include "galen/image/read.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "galen/image/write.h"

namespace galen::image {
namespace {

namespace fs = std::filesystem;

class ReadTest : public testing::Test {
 protected:
  ReadTest() {
    std::string name = (fs::temp_directory_path() / "galen-read-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ReadTest() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  fs::path folder_;
};

Image ramp(int width, int height, int channels) {
  Image image = make_image(width, height, channels);
  for (std::size_t n = 0; n < image.samples.size(); ++n) image.samples[n] = static_cast<float>(n * 7 % 256);
  return image;
}

TEST_F(ReadTest, ReadsBackTheGreyAndColourPngThatItWrote) {
  for (int channels : {1, 3}) {
    const Image image = ramp(13, 9, channels);
    ASSERT_TRUE(write_png(folder_ / "a.png", image));
    const Result<Image> back = read_image(folder_ / "a.png");
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->width, 13);
    EXPECT_EQ(back->height, 9);
    EXPECT_EQ(back->channels, channels);
    EXPECT_EQ(back->samples, image.samples);
  }
}

TEST_F(ReadTest, KeepsClassNumbersAndTurns0And255Into0And1) {
  LabelMap map = make_label_map(4, 2);
  map.labels = {0, 1, 2, 3, 0, 7, 255, 0};
  ASSERT_TRUE(write_label_png(folder_ / "m.png", map));
  EXPECT_EQ(read_label_map(folder_ / "m.png")->labels, map.labels);
  map.labels = {0, 255, 255, 0, 0, 0, 0, 255};
  ASSERT_TRUE(write_label_png(folder_ / "m.png", map));
  EXPECT_EQ(read_label_map(folder_ / "m.png")->labels, (std::vector<std::uint8_t>{0, 1, 1, 0, 0, 0, 0, 1}));
}

TEST_F(ReadTest, SaysWhatIsWrongWithAMissingFileAFolderAnEmptyFileAndText) {
  EXPECT_NE(read_image(folder_ / "none.png").error().message.find("none.png"), std::string::npos);
  EXPECT_FALSE(read_image(folder_));
  EXPECT_NE(read_image(write("e.png", "")).error().message.find("empty"), std::string::npos);
  EXPECT_NE(read_image(write("t.png", "hello, this is text")).error().message.find("not an image"), std::string::npos);
}

TEST_F(ReadTest, RefusesAPngCutOffAtAnyPlace) {
  const std::string whole = *encode_png(ramp(40, 30, 3));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(decode_image(whole.substr(0, length))) << length << " of " << whole.size() << " bytes";
  }
}

TEST_F(ReadTest, RefusesAnImageAboveTheLimitsBeforeDecoding) {
  const std::string bytes = *encode_png(ramp(100, 100, 1));
  ReadLimits limits;
  limits.voxels = 9999;
  EXPECT_NE(decode_image(bytes, limits).error().message.find("too large"), std::string::npos);
  limits.voxels = 10000;
  EXPECT_TRUE(decode_image(bytes, limits));
  limits.decoded_bytes = 39999;
  EXPECT_FALSE(decode_image(bytes, limits));
}

}  // namespace
}  // namespace galen::image
