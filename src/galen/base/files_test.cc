#include "galen/base/files.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "galen/base/hash.h"

namespace galen {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("galen-files-test-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  fs::path folder_;
};

TEST_F(FilesTest, WritesAFileThatReadsBackAsItself) {
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(write_file_atomically(folder_ / "x.bin", bytes));
  const Result<std::string> back = read_text_file(folder_ / "x.bin");
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, bytes);
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FilesTest, AFailedWriteLeavesTheOldFileAndNothingElse) {
  ASSERT_TRUE(write_file_atomically(folder_ / "x.txt", "old"));
  const Status status = write_file_atomically(folder_ / "x.txt", [](const fs::path& temporary) -> Status {
    std::ofstream(temporary) << "half";
    return Error{"the disk is full"};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(*read_text_file(folder_ / "x.txt"), "old");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FilesTest, SaysWhetherAFileIsMissingAFolderOrTooLarge) {
  EXPECT_NE(read_text_file(folder_ / "no").error().message.find("no such file"), std::string::npos);
  EXPECT_NE(read_text_file(folder_).error().message.find("is a folder"), std::string::npos);
  ASSERT_TRUE(write_file_atomically(folder_ / "x", "12345"));
  EXPECT_NE(read_text_file(folder_ / "x", 4).error().message.find("larger than"), std::string::npos);
}

TEST_F(FilesTest, RemovesTheTemporariesOfAProcessThatIsGone) {
  std::ofstream(folder_ / "mask.galen-tmp-999999999-0.png") << "half";
  std::ofstream(folder_ / ("mine.galen-tmp-" + std::to_string(::getpid()) + "-0.png")) << "being written";
  std::ofstream(folder_ / "keep.png") << "whole";
  remove_stale_temporaries(folder_);
  EXPECT_EQ(entries(), 2u);
}

TEST_F(FilesTest, RefusesAnOutputFolderThatIsAFile) {
  std::ofstream(folder_ / "file") << "x";
  EXPECT_FALSE(make_writable_folder(folder_ / "file"));
  EXPECT_TRUE(make_writable_folder(folder_ / "a" / "b"));
}

TEST(HashTest, GivesThePublishedSha256OfAbc) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace galen
