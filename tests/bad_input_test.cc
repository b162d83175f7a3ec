// Whatever a person gives the program: one clear sentence, the right exit status, and nothing half-written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <set>

#include "galen/base/files.h"
#include "galen/base/json.h"
#include "galen/dicom/open_image.h"
#include "galen/image/read.h"
#include "galen/image/write.h"
#include "program.h"
#include "test_zoo.h"

namespace galen::test {
namespace {

namespace fs = std::filesystem;

class BadInputTest : public ::testing::Test {
 protected:
  void SetUp() override {
    make_test_zoo(folder_ / "zoo");
    fs::create_directories(folder_ / "in");
    conditions_.environment = {"GALEN_CACHE=" + (folder_ / "cache").string(),
                               "GALEN_ZOO=" + (folder_ / "zoo").string()};
  }

  // Left half dark, right half bright.
  static image::Image picture(int width = 64, int height = 64) {
    image::Image image = image::make_image(width, height);
    for (int j = 0; j < height; ++j) {
      for (int i = 0; i < width; ++i) image.at(i, j) = i < width / 2 ? 20 : 230;
    }
    return image;
  }
  std::string in(const std::string& name) const { return (folder_ / "in" / name).string(); }
  std::string good_picture(const std::string& name = "film.png") {
    EXPECT_TRUE(image::write_png(in(name), picture()).ok());
    return in(name);
  }
  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(in(name), std::ios::binary) << bytes;
    return in(name);
  }
  std::string out() const { return (folder_ / "out").string(); }

  Outcome segment(const std::vector<std::string>& images, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"segment", "segment/lung-cxr", "-o", out()};
    words.insert(words.end(), more.begin(), more.end());
    words.insert(words.end(), images.begin(), images.end());
    return galen(words, conditions_);
  }

  std::vector<std::string> files_in_out() const {
    std::vector<std::string> names;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(out(), code)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  // One line on stderr that begins with "galen: " and names `word`; no results, and nothing left in the folder.
  void expect_sentence(const Outcome& outcome, int status, const std::string& word) {
    EXPECT_EQ(outcome.status, status) << outcome.out << outcome.err;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_EQ(outcome.err.rfind("galen: ", 0), 0u) << outcome.err;
    EXPECT_NE(outcome.err.find(word), std::string::npos) << "no '" << word << "' in: " << outcome.err;
    EXPECT_EQ(outcome.err.find("fault in galen"), std::string::npos) << outcome.err;
    EXPECT_EQ(files_in_out(), std::vector<std::string>()) << outcome.err;
  }

  const TemporaryFolder folder_;
  Conditions conditions_;
};

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
  const char* data = std::getenv("GALEN_DATA");
  const fs::path folder = fs::path(data != nullptr ? data : GALEN_SOURCE_DIR "/../shared/data") / "conformance_dicom";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there";
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.file_size() < (std::uintmax_t{1} << 20)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  const auto image = std::find_if(files.begin(), files.end(), [](const fs::path& path) {
    const Result<image::Image> read = dicom::open_image(path);
    return read.ok() && !read->is_volume() && read->voxels() > 1000;
  });
  ASSERT_NE(image, files.end()) << "no image among the files of " << folder;
  const std::string whole = *read_text_file(*image);
  for (std::size_t tenth = 1; tenth < 10; ++tenth) {
    expect_sentence(segment({write("cut.dcm", whole.substr(0, whole.size() * tenth / 10))}), 1, "cut.dcm");
  }
}

TEST_F(BadInputTest, APictureOfOnePixel) {
  image::Image pixel = image::make_image(1, 1);
  pixel.at(0, 0) = 230;
  ASSERT_TRUE(image::write_png(in("pixel.png"), pixel).ok());
  const Outcome outcome = segment({in("pixel.png")});
  if (outcome.status == 0) {
    const Result<image::LabelMap> mask = image::read_label_map(folder_ / "out" / "pixel.png");
    ASSERT_TRUE(mask.ok());
    EXPECT_EQ(mask->width, 1);
    EXPECT_EQ(mask->height, 1);
  } else {
    expect_sentence(outcome, 1, "pixel.png");
  }
}

// A PNG whose header says more than its data could hold: what it costs to find out must not depend on the header.
TEST_F(BadInputTest, ADecompressionBomb) {
  std::string bytes = *read_text_file(good_picture());
  // Width and height in the header chunk, with its checksum left wrong: either is a reason to refuse.
  for (const std::size_t offset : {16u, 20u}) bytes[offset] = bytes[offset + 1] = 0x01;
  Conditions limited = conditions_;
  limited.limit = std::chrono::seconds(10);
  std::swap(limited, conditions_);
  expect_sentence(segment({write("bomb.png", bytes)}), 1, "bomb.png");
}

TEST_F(BadInputTest, PixelsThatAreNotNumbers) {
  image::Image image = picture();
  image.at(3, 3) = std::numeric_limits<float>::quiet_NaN();
  image.at(60, 3) = std::numeric_limits<float>::infinity();
  ASSERT_TRUE(image::write_nifti(in("nan.nii"), image).ok());
  const Outcome outcome = segment({in("nan.nii")});
  if (outcome.status == 0) {
    EXPECT_EQ(files_in_out().size(), 1u);
  } else {
    expect_sentence(outcome, 1, "nan.nii");
  }
}

TEST_F(BadInputTest, AnUnknownTask) {
  const Outcome outcome = galen({"segment", "segment/lnug-cxr", "-o", out(), good_picture()}, conditions_);
  expect_sentence(outcome, 2, "segment/lung-cxr");
}

TEST_F(BadInputTest, ATaskOfAnotherKind) {
  expect_sentence(galen({"segment", "classify/tuberculosis-cxr", "-o", out(), good_picture()}, conditions_), 2,
                  "galen classify");
}

TEST_F(BadInputTest, TwoImagesOfOneName) {
  fs::create_directories(in("a"));
  fs::create_directories(in("b"));
  const std::string one = good_picture("a/film.png"), two = good_picture("b/film.png");
  expect_sentence(segment({one, two}), 2, "film");
}

TEST_F(BadInputTest, AMaskThatWouldReplaceItsImage) {
  const std::string film = good_picture();
  const std::string before = *read_text_file(film);
  const Outcome outcome = galen({"segment", "segment/lung-cxr", "-o", in(""), film}, conditions_);
  expect_sentence(outcome, 2, "replace");
  EXPECT_EQ(*read_text_file(film), before);
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

TEST_F(BadInputTest, AFolderThatCannotBeWrittenTo) {
  const Outcome outcome = galen({"segment", "segment/lung-cxr", "-o", "/proc/galen-test", good_picture()}, conditions_);
  expect_sentence(outcome, 1, "/proc/galen-test");
}

TEST_F(BadInputTest, AFileInPlaceOfTheFolder) {
  const std::string film = good_picture();
  const std::string file = write("file", "x");
  expect_sentence(galen({"segment", "segment/lung-cxr", "-o", file, film}, conditions_), 1, file);
  EXPECT_EQ(*read_text_file(file), "x");
}

// The file system has room for the folder but not for the mask; the shell lists what is left there before it goes.
TEST_F(BadInputTest, AFullDisk) {
  image::Image noise = image::make_image(512, 512);
  std::uint32_t state = 1;
  for (float& sample : noise.samples) sample = static_cast<float>((state = state * 1664525u + 1013904223u) >> 24);
  ASSERT_TRUE(image::write_png(in("noise.png"), noise).ok());
  fs::create_directories(out());
  const std::string script =
      "mount -t tmpfs -o size=8k tmpfs \"$1\" || exit 77; \"$2\" segment segment/lung-cxr -o \"$1\" \"$3\"; "
      "status=$?; ls -A \"$1\"; exit $status";
  std::vector<std::string> words = {"unshare", "--mount"};
  if (::geteuid() != 0) words.emplace_back("--map-root-user");
  words.insert(words.end(), {"sh", "-c", script, "sh", out(), GALEN_BINARY_DIR "/bin/galen", in("noise.png")});
  const Outcome outcome = run_words(words, conditions_);
  if (outcome.status == 77 || outcome.err.find("unshare failed") != std::string::npos) {
    GTEST_SKIP() << "a small file system cannot be mounted here: " << outcome.err;
  }
  expect_sentence(outcome, 1, "noise");
  EXPECT_EQ(outcome.out, "");
}

TEST_F(BadInputTest, ABrokenCardDoesNotHideTheOthers) {
  std::ofstream(folder_ / "zoo" / "segment" / "heart-cxr" / "card.json") << "{\"id\": ";
  const Outcome broken = galen({"segment", "segment/heart-cxr", "-o", out(), good_picture()}, conditions_);
  expect_sentence(broken, 1, "segment/heart-cxr");
  EXPECT_EQ(segment({good_picture()}).status, 0);
}

TEST_F(BadInputTest, ACardWhosePathLeavesItsFolder) {
  const fs::path card = folder_ / "zoo" / "segment" / "lung-cxr" / "card.json";
  for (const std::string path : {"../heart-cxr/network.onnx", "/etc/passwd", "a/../../network.onnx"}) {
    Json document = *read_json_file(card);
    document["network"]["file"] = path;
    ASSERT_TRUE(write_json_file(card, document).ok());
    expect_sentence(segment({good_picture()}), 1, "segment/lung-cxr");
  }
}

TEST_F(BadInputTest, ALinkThatLeavesTheEntrysFolder) {
  const fs::path network = folder_ / "zoo" / "segment" / "lung-cxr" / "network.onnx";
  fs::remove(network);
  fs::create_symlink(folder_ / "zoo" / "segment" / "heart-cxr" / "network.onnx", network);
  expect_sentence(segment({good_picture()}), 1, "segment/lung-cxr");
}

TEST_F(BadInputTest, ANetworkThatIsNotTheCards) {
  // Once with the compiled form on disk already, which must not hide it.
  ASSERT_EQ(segment({good_picture()}).status, 0);
  fs::remove_all(out());
  std::ofstream(folder_ / "zoo" / "segment" / "lung-cxr" / "network.onnx", std::ios::app) << 'x';
  expect_sentence(segment({good_picture()}), 1, "segment/lung-cxr");
}

TEST_F(BadInputTest, AMissingZoo) {
  expect_sentence(galen({"segment", "t", "-o", out(), good_picture(), "--zoo", in("nozoo")}, conditions_), 1, "nozoo");
}

TEST_F(BadInputTest, AWrongCommandLine) {
  expect_sentence(galen({"segmnet"}, conditions_), 2, "segment");
  expect_sentence(galen({"segment", "segment/lung-cxr", good_picture()}, conditions_), 2, "--output");
  expect_sentence(galen({"classify", "classify/tuberculosis-cxr", "--threads", "many", good_picture()}, conditions_), 2,
                  "--threads");
}

TEST_F(BadInputTest, ATrainerThatIsNotBuilt) {
  if (fs::exists(GALEN_BINARY_DIR "/bin/galen-train")) GTEST_SKIP() << "the trainer is built";
  expect_sentence(galen({"train", "r.json", "--data", in(""), "-o", out()}, conditions_), 1,
                  "scripts/build --training");
}

}  // namespace
}  // namespace galen::test
