// What the tests of the whole program on bad input share: the test zoo, folders, and what a good refusal looks like.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "galen/image/write.h"
#include "program.h"
#include "test_zoo.h"

namespace galen::test {

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

}  // namespace galen::test
