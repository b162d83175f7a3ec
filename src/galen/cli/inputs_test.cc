#include "galen/cli/inputs.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

class InputsTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  const fs::path folder_ = fs::temp_directory_path() / ("galen-inputs-" + std::to_string(::getpid()));
};

TEST_F(InputsTest, ReadsPathsFromAList) {
  const std::string list = write("films.txt", "a.png\r\n\nb c.png\nlast.png");
  const auto paths = expand_inputs({"first.png", "@" + list, "end.png"});
  ASSERT_TRUE(paths.ok()) << paths.error().message;
  EXPECT_EQ(*paths, (std::vector<fs::path>{"first.png", "a.png", "b c.png", "last.png", "end.png"}));
}

TEST_F(InputsTest, FailsOnAListThatIsMissingOrEmpty) {
  const auto missing = expand_inputs({"@" + (folder_ / "none.txt").string()});
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().message.find("none.txt"), std::string::npos);
  EXPECT_FALSE(expand_inputs({"@" + write("empty.txt", "\n\n")}).ok());
}

TEST_F(InputsTest, BaseNamesLeaveOutTheFormat) {
  EXPECT_EQ(base_name("films/film.jpg"), "film");
  EXPECT_EQ(base_name("scan.nii.gz"), "scan");
  EXPECT_EQ(base_name("scan.NII.GZ"), "scan");
  EXPECT_EQ(base_name("a.b.png"), "a.b");
  EXPECT_EQ(base_name("noextension"), "noextension");
}

TEST_F(InputsTest, RefusesTwoImagesOfOneName) {
  EXPECT_TRUE(refuse_same_names({"a/one.png", "a/two.png"}).ok());
  for (const std::vector<fs::path>& images :
       {std::vector<fs::path>{"a/film.png", "b/film.png"}, {"film.png", "film.jpg"}}) {
    const Status status = refuse_same_names(images);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
    EXPECT_NE(status.error().message.find(images[0].string()), std::string::npos);
    EXPECT_NE(status.error().message.find(images[1].string()), std::string::npos);
  }
}

}  // namespace
}  // namespace galen::cli
