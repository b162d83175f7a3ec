// Wherever the results are to go: one clear sentence, the right exit status, and nothing half-written.
#include <unistd.h>

#include <optional>

#include "bad_input.h"
#include "galen/base/files.h"

namespace galen::test {
namespace {

class BadOutputTest : public BadInputTest {
 protected:
  // Each command that writes into a folder.
  std::vector<std::vector<std::string>> commands(const std::string& picture) const {
    return {{"segment", "segment/lung-cxr", "-o", out(), picture},
            {"ask", "outline the lungs and the heart", picture, "--modality", "cxr", "-o", out()}};
  }

  // Runs galen where `mount` has changed the output folder, and lists what is left there before it goes. None where
  // nothing can be mounted.
  std::optional<Outcome> in_mount(const std::string& mount, const std::vector<std::string>& command) const {
    fs::create_directories(out());
    const std::string script = mount + " || exit 77; \"$@\"; status=$?; ls -A \"$0\"; exit $status";
    std::vector<std::string> words = {"unshare", "--mount"};
    if (::geteuid() != 0) words.emplace_back("--map-root-user");
    words.insert(words.end(), {"sh", "-c", script, out(), GALEN_BINARY_DIR "/bin/galen"});
    words.insert(words.end(), command.begin(), command.end());
    const Outcome outcome = run_words(words, conditions_);
    if (outcome.status == 77 || outcome.err.find("unshare failed") != std::string::npos) return std::nullopt;
    return outcome;
  }

  static constexpr const char* kNoMounts = "mounting needs root or user namespaces";
};

TEST_F(BadOutputTest, TwoImagesOfOneName) {
  fs::create_directories(in("a"));
  fs::create_directories(in("b"));
  const std::string one = good_picture("a/film.png"), two = good_picture("b/film.png");
  expect_sentence(segment({one, two}), 2, "film");
  expect_sentence(galen({"ask", "outline the lungs", one, two, "-o", out()}, conditions_), 2, "film");
}

TEST_F(BadOutputTest, AMaskThatWouldReplaceItsImage) {
  const std::string film = good_picture();
  const std::string before = *read_text_file(film);
  const Outcome outcome = galen({"segment", "segment/lung-cxr", "-o", in(""), film}, conditions_);
  expect_sentence(outcome, 2, "replace");
  EXPECT_EQ(*read_text_file(film), before);
}

TEST_F(BadOutputTest, AFolderThatCannotBeMade) {
  const Outcome outcome = galen({"segment", "segment/lung-cxr", "-o", "/proc/galen-test", good_picture()}, conditions_);
  expect_sentence(outcome, 1, "/proc/galen-test");
}

// Permissions do not stop root, a file system that is mounted for reading does.
TEST_F(BadOutputTest, AReadOnlyFolder) {
  for (const std::vector<std::string>& command : commands(good_picture())) {
    const auto outcome = in_mount("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"", command);
    if (!outcome) GTEST_SKIP() << kNoMounts;
    expect_sentence(*outcome, 1, out());
  }
}

TEST_F(BadOutputTest, AFileInPlaceOfTheFolder) {
  const std::string film = good_picture();
  const std::string file = write("file", "x");
  expect_sentence(galen({"segment", "segment/lung-cxr", "-o", file, film}, conditions_), 1, file);
  EXPECT_EQ(*read_text_file(file), "x");
}

// The file system has room for the folder but not for the mask.
TEST_F(BadOutputTest, AFullDisk) {
  image::Image noise = image::make_image(512, 512);
  std::uint32_t state = 1;
  for (float& sample : noise.samples) sample = static_cast<float>((state = state * 1664525u + 1013904223u) >> 24);
  ASSERT_TRUE(image::write_png(in("noise.png"), noise).ok());
  for (const std::vector<std::string>& command : commands(in("noise.png"))) {
    const auto outcome = in_mount("mount -t tmpfs -o size=8k tmpfs \"$0\"", command);
    if (!outcome) GTEST_SKIP() << kNoMounts;
    expect_sentence(*outcome, 1, out());
    EXPECT_EQ(outcome->out, "") << "what is left in the folder";
  }
}

// Room for the masks, but not for the report with its pictures.
TEST_F(BadOutputTest, ADiskThatIsFullBeforeTheAnswerIsWhole) {
  const auto outcome = in_mount("mount -t tmpfs -o size=24k tmpfs \"$0\"", commands(good_picture()).back());
  if (!outcome) GTEST_SKIP() << kNoMounts;
  expect_sentence(*outcome, 1, out());
  EXPECT_EQ(outcome->out, "") << "what is left in the folder";
}

}  // namespace
}  // namespace galen::test
