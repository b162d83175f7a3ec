// Images of every kind of file, and large and small ones, through the program: each mask is of the picture as people
// see it.
#include "bad_input.h"
#include "crafted_files.h"
#include "galen/base/json.h"
#include "galen/image/read.h"

namespace galen::test {
namespace {

class ImageKindsTest : public BadInputTest {
 protected:
  // Dark on the left, bright on the right: rows of `samples(x)`, with PNG's filter byte in front where wanted.
  template <typename Samples>
  static std::string rows(int width, int height, bool filtered, const Samples& samples) {
    std::string row = filtered ? std::string(1, '\0') : "";
    for (int x = 0; x < width; ++x) row += samples(x < width / 2);
    std::string all;
    for (int y = 0; y < height; ++y) all += row;
    return all;
  }

  image::LabelMap mask_of(const std::string& path, const std::vector<std::string>& more = {}) {
    fs::remove_all(out());
    const Outcome outcome = segment({path}, more);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Result<image::LabelMap> mask =
        image::read_label_map(fs::path(out()) / (fs::path(path).stem().string() + ".png"));
    EXPECT_TRUE(mask.ok()) << mask.error().message;
    return mask.ok() ? *mask : image::LabelMap{};
  }

  // That the right half of the picture is in the mask, and nothing else. At the edge between them a pixel may be
  // either, where the file or the network's size blurs it.
  void expect_right_half(const std::string& path, int width = 64, int height = 64, int blur = 1) {
    const image::LabelMap mask = mask_of(path);
    ASSERT_EQ(mask.width, width) << path;
    ASSERT_EQ(mask.height, height) << path;
    for (int j = 0; j < height; ++j) {
      for (int i = 0; i < width; ++i) {
        if (std::abs(2 * i + 1 - width) <= 2 * blur) continue;
        ASSERT_EQ(mask.at(i, j), i < width / 2 ? 0 : 1) << path << " " << i;
      }
    }
  }
};

TEST_F(ImageKindsTest, GreyColourSixteenBitAlphaAndPalettePng) {
  const auto one = [](int dark, int bright) {
    return [=](bool left) { return std::string(1, static_cast<char>(left ? dark : bright)); };
  };
  expect_right_half(write("grey.png", make_png({}, rows(64, 64, true, one(20, 230)))));
  expect_right_half(write("colour.png", make_png({.colour_type = 2}, rows(64, 64, true, [](bool left) {
                                                   return left ? std::string("\x30\x08\x10") : "\xe0\xf0\xd8";
                                                 }))));
  expect_right_half(write("deep.png", make_png({.bits = 16}, rows(64, 64, true, [](bool left) {
                                                 return std::string(left ? "\x10\xff" : "\xf0\x01", 2);
                                               }))));
  // White all over, and all but transparent on the left.
  expect_right_half(write("alpha.png", make_png({.colour_type = 4}, rows(64, 64, true, [](bool left) {
                                                  return std::string(left ? "\xff\x08" : "\xff\xff", 2);
                                                }))));
  expect_right_half(write("palette.png", make_png({.colour_type = 3}, rows(64, 64, true, one(1, 0)),
                                                  std::string("\xf0\xf0\xe0\x10\x08\x18", 6))));
  expect_right_half(write("bits.png", make_png({.bits = 1}, rows(8, 64, true, one(0, 0xff)))));
}

TEST_F(ImageKindsTest, GreyColourAndCmykJpeg) {
  expect_right_half(write("grey.jpg", make_jpeg(64, 64, {20}, {230})));
  expect_right_half(write("colour.jpg", make_jpeg(64, 64, {40, 10, 10}, {220, 240, 230})));
  // Inverted: 255 is no ink. Black ink alone on the left.
  expect_right_half(write("cmyk.jpg", make_jpeg(64, 64, {255, 255, 255, 15}, {255, 255, 255, 250})));
}

// Stored lying on its side (6: its first row is the right side of the picture), so that left is up.
TEST_F(ImageKindsTest, AJpegThatExifTurnsUpright) {
  const image::LabelMap mask = mask_of(write("turned.jpg", make_jpeg(64, 48, {20}, {230}, 6)));
  ASSERT_EQ(mask.width, 48);
  ASSERT_EQ(mask.height, 64);
  for (const int i : {0, 20, 47}) {
    EXPECT_EQ(mask.at(i, 5), 0);
    EXPECT_EQ(mask.at(i, 58), 1);
  }
}

TEST_F(ImageKindsTest, ATiffInTiles) {
  expect_right_half(
      write("tiles.tif",
            make_tiled_tiff(
                96, 64,
                rows(96, 64, false, [](bool left) { return std::string(1, static_cast<char>(left ? 20 : 230)); }))),
      96, 64, 2);
}

TEST_F(ImageKindsTest, LargeAndSmallPictures) {
  for (const auto& [width, height] : {std::pair{3, 2}, {7, 500}, {3000, 2000}}) {
    const std::string path = in(std::to_string(width) + ".png");
    ASSERT_TRUE(image::write_png(path, picture(width, height)).ok());
    expect_right_half(path, width, height, width / 32 + 1);
  }
}

TEST_F(ImageKindsTest, AFrameOfAnUltrasoundRecording) {
  const std::string dark(64 * 64, '\x10');
  const std::string half = rows(64, 64, false, [](bool left) { return std::string(1, left ? '\x10' : '\xe0'); });
  const std::string path = write("cine.dcm", make_dicom("US", 64, 64, {dark, half, dark}));
  const auto task = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"segment", "segment/breast-lesion-ultrasound", path, "-o", out()};
    words.insert(words.end(), more.begin(), more.end());
    return galen(words, conditions_);
  };
  expect_sentence(task({}), 1, "3 slices; choose one with --slice");
  expect_sentence(task({"--slice", "4"}), 1, "slices 1 to 3");
  ASSERT_EQ(task({"--slice", "2"}).status, 0);
  const Result<image::LabelMap> mask = image::read_label_map(fs::path(out()) / "cine.png");
  ASSERT_TRUE(mask.ok()) << mask.error().message;
  EXPECT_EQ(mask->at(10, 5), 0);
  EXPECT_EQ(mask->at(50, 5), 1);

  const Outcome asked = galen({"ask", "outline the lesion", path, "--slice", "2", "--json"}, conditions_);
  ASSERT_EQ(asked.status, 0) << asked.err << asked.out;
  const Result<Json> result = parse_json(asked.out);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ((*result)["image"]["modality"], "ultrasound");
  EXPECT_EQ((*result)["image"]["slice"]["number"], 2);
  EXPECT_EQ((*result)["image"]["slice"]["of"], 3);
}

}  // namespace
}  // namespace galen::test
