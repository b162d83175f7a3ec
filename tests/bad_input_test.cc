// Whatever image a person gives the program: one clear sentence, the right exit status, and nothing half-written.
#include "bad_input.h"

#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <sstream>

#include "crafted_files.h"
#include "galen/base/files.h"
#include "galen/base/json.h"
#include "galen/image/read.h"

namespace galen::test {
namespace {

// A NIfTI file whose header speaks of that many floats, and which ends behind 64 kB of them.
std::string packed_nifti(std::int16_t width, std::int16_t height) {
  std::string bytes(352 + 65536, '\0');
  const auto put = [&](std::size_t at, auto value) { std::memcpy(bytes.data() + at, &value, sizeof value); };
  put(0, std::int32_t{348});
  for (const auto& [at, value] : std::map<std::size_t, std::int16_t>{
           {40, 2}, {42, width}, {44, height}, {46, 1}, {48, 1}, {50, 1}, {52, 1}, {54, 1}, {70, 16}, {72, 32}}) {
    put(at, value);
  }
  for (std::size_t axis = 0; axis < 4; ++axis) put(76 + 4 * axis, 1.0F);
  put(108, 352.0F);
  put(344, std::array<char, 4>{'n', '+', '1', '\0'});
  return packed(bytes, true);
}

TEST_F(BadInputTest, AGoodPictureGivesTheMaskThatTheNetworkMeans) {
  const Outcome outcome = segment({good_picture()}, {"--jsonl"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Result<image::LabelMap> mask = image::read_label_map(folder_ / "out" / "film.png");
  ASSERT_TRUE(mask.ok()) << mask.error().message;
  ASSERT_EQ(mask->width, 64);
  for (int j = 0; j < 64; ++j) {
    for (int i = 0; i < 64; ++i) ASSERT_EQ(mask->at(i, j), i < 32 ? 0 : 1) << i << " " << j;
  }
  const Result<Json> line = parse_json(outcome.out);
  ASSERT_TRUE(line.ok()) << outcome.out;
  EXPECT_EQ((*line)["pixels"]["lung"], 64 * 32);
  EXPECT_EQ(files_in_out(), std::vector<std::string>{"film.png"});
}

TEST_F(BadInputTest, AMissingFile) { expect_sentence(segment({in("none.png")}), 1, "none.png"); }

TEST_F(BadInputTest, AFolderInPlaceOfAFile) { expect_sentence(segment({in("")}), 1, "folder"); }

TEST_F(BadInputTest, AnEmptyFile) { expect_sentence(segment({write("empty.png", "")}), 1, "empty"); }

TEST_F(BadInputTest, ATextFileNamedPng) {
  expect_sentence(segment({write("text.png", "This is not an image, whatever its name says.\n")}), 1, "text.png");
}

TEST_F(BadInputTest, APngCutAtEveryTenth) {
  const std::string whole = *read_text_file(good_picture());
  for (std::size_t tenth = 1; tenth < 10; ++tenth) {
    expect_sentence(segment({write("cut.png", whole.substr(0, whole.size() * tenth / 10))}), 1, "cut.png");
  }
}

TEST_F(BadInputTest, ANiftiCutAtEveryTenth) {
  for (const std::string ending : {".nii", ".nii.gz"}) {
    ASSERT_TRUE(image::write_nifti(in("whole" + ending), picture()).ok());
    const std::string whole = *read_text_file(in("whole" + ending));
    for (std::size_t tenth = 1; tenth < 10; ++tenth) {
      expect_sentence(segment({write("cut" + ending, whole.substr(0, whole.size() * tenth / 10))}), 1, "cut" + ending);
    }
  }
}

TEST_F(BadInputTest, ADicomFileCutAtEveryTenth) {
  const std::string whole = make_dicom("CR", 64, 64, {std::string(64 * 64, 'x')});
  ASSERT_EQ(segment({write("whole.dcm", whole)}).status, 0);
  fs::remove_all(out());
  for (std::size_t tenth = 1; tenth < 10; ++tenth) {
    expect_sentence(segment({write("cut.dcm", whole.substr(0, whole.size() * tenth / 10))}), 1, "cut.dcm");
  }
}

TEST_F(BadInputTest, APictureOfOnePixelGivesAMaskOfOnePixel) {
  image::Image pixel = image::make_image(1, 1);
  pixel.at(0, 0) = 230;
  ASSERT_TRUE(image::write_png(in("pixel.png"), pixel).ok());
  const Outcome outcome = segment({in("pixel.png")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Result<image::LabelMap> mask = image::read_label_map(folder_ / "out" / "pixel.png");
  ASSERT_TRUE(mask.ok()) << mask.error().message;
  EXPECT_EQ(mask->width, 1);
  EXPECT_EQ(mask->height, 1);
  EXPECT_EQ(mask->at(0, 0), 1);
}

// A whole file, 50 million bytes of pixels unpacked.
TEST_F(BadInputTest, APictureOf20000Times20000Pixels) {
  expect_sentence(
      segment({write("huge.png", make_png({20000, 20000, 1}, std::string(std::size_t{2501} * 20000, '\0')))}), 1,
      "20000 x 20000");
}

// Headers that promise more than the data hold. What it costs to find out does not follow the promise.
TEST_F(BadInputTest, DecompressionBombs) {
  const Outcome plain = segment({write("text.png", "text")});
  for (const std::string& bomb :
       {write("few-rows.png", make_png({16000, 16000, 16}, std::string(3 * 32001, '\0'))),
        write("wide.png", make_png({0x7fffffff, 1, 1}, "")), write("bomb.nii.gz", packed_nifti(16000, 16000))}) {
    const Outcome outcome = segment({bomb});
    expect_sentence(outcome, 1, bomb);
    EXPECT_LT(outcome.peak_megabytes, plain.peak_megabytes + 200) << bomb;
  }
}

TEST_F(BadInputTest, PixelsThatAreNotNumbersAreTheDarkestOnes) {
  image::Image image = picture();
  image.at(60, 3) = std::numeric_limits<float>::quiet_NaN();
  image.at(61, 3) = std::numeric_limits<float>::infinity();
  ASSERT_TRUE(image::write_nifti(in("nan.nii"), image).ok());
  const Outcome outcome = segment({in("nan.nii")});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Result<image::LabelMap> mask = image::read_label_map(folder_ / "out" / "nan.png");
  ASSERT_TRUE(mask.ok()) << mask.error().message;
  EXPECT_EQ(mask->at(59, 3), 1);
  EXPECT_EQ(mask->at(60, 3), 0);
  EXPECT_EQ(mask->at(61, 3), 0);
  EXPECT_EQ(mask->at(62, 3), 1);
}

TEST_F(BadInputTest, AnImageWithoutASingleNumber) {
  image::Image image = picture();
  std::fill(image.samples.begin(), image.samples.end(), std::numeric_limits<float>::quiet_NaN());
  ASSERT_TRUE(image::write_nifti(in("nan.nii"), image).ok());
  expect_sentence(segment({in("nan.nii")}), 1, "nan.nii");
}

// Dark in the first slice, half bright in the second.
TEST_F(BadInputTest, AVolumeForATaskOfSingleImagesUntilASliceIsChosen) {
  image::Image volume = image::make_image(64, 64, 1, 2);
  const image::Image second = picture();
  std::copy(second.samples.begin(), second.samples.end(), volume.samples.begin() + 64 * 64);
  ASSERT_TRUE(image::write_nifti(in("volume.nii.gz"), volume).ok());
  const std::string path = in("volume.nii.gz");
  expect_sentence(segment({path}), 1, "--slice");
  expect_sentence(segment({path}, {"--slice", "3"}), 1, "slice 3");
  expect_sentence(segment({path}, {"--slice", "two"}), 2, "--slice");
  const Outcome outcome = segment({path}, {"--slice", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Result<image::LabelMap> mask = image::read_label_map(folder_ / "out" / "volume.png");
  ASSERT_TRUE(mask.ok()) << mask.error().message;
  EXPECT_EQ(mask->at(31, 5), 0);
  EXPECT_EQ(mask->at(32, 5), 1);
  const Outcome asked =
      galen({"ask", "outline the lungs", path, "--slice", "2", "--modality", "cxr", "--json"}, conditions_);
  ASSERT_EQ(asked.status, 0) << asked.err;
  EXPECT_EQ((*parse_json(asked.out))["image"]["slice"]["number"], 2) << asked.out;
}

TEST_F(BadInputTest, SomeBadImagesAmongGoodOnes) {
  const std::string good = good_picture(), bad = write("bad.png", "no"), missing = in("missing.png");
  const Outcome outcome = segment({bad, good, missing}, {"--jsonl"});
  EXPECT_EQ(outcome.status, 4) << outcome.err;
  EXPECT_EQ(files_in_out(), std::vector<std::string>{"film.png"});
  // One line an image, in order, with the reason in place of a result.
  std::istringstream lines(outcome.out);
  std::vector<Json> documents;
  for (std::string line; std::getline(lines, line);) documents.push_back(*parse_json(line));
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(documents[0]["image"], bad);
  EXPECT_TRUE(documents[0].contains("error"));
  EXPECT_EQ(documents[1]["image"], good);
  EXPECT_TRUE(documents[1].contains("mask"));
  EXPECT_TRUE(documents[2].contains("error"));
}

}  // namespace
}  // namespace galen::test
