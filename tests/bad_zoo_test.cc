// Whatever is wrong with the zoo or the command line: one clear sentence and the right exit status.
#include "bad_input.h"
#include "galen/base/files.h"
#include "galen/base/json.h"

namespace galen::test {
namespace {

using BadZooTest = BadInputTest;

TEST_F(BadZooTest, AnUnknownTask) {
  const Outcome outcome = galen({"segment", "segment/lnug-cxr", "-o", out(), good_picture()}, conditions_);
  expect_sentence(outcome, 2, "segment/lung-cxr");
}

TEST_F(BadZooTest, ATaskOfAnotherKind) {
  expect_sentence(galen({"segment", "classify/tuberculosis-cxr", "-o", out(), good_picture()}, conditions_), 2,
                  "galen classify");
}

TEST_F(BadZooTest, ABrokenCardDoesNotHideTheOthers) {
  std::ofstream(folder_ / "zoo" / "segment" / "heart-cxr" / "card.json") << "{\"id\": ";
  const Outcome broken = galen({"segment", "segment/heart-cxr", "-o", out(), good_picture()}, conditions_);
  expect_sentence(broken, 1, "segment/heart-cxr");
  EXPECT_EQ(segment({good_picture()}).status, 0);
}

TEST_F(BadZooTest, ACardWhosePathLeavesItsFolder) {
  const fs::path card = folder_ / "zoo" / "segment" / "lung-cxr" / "card.json";
  for (const std::string path : {"../heart-cxr/network.onnx", "/etc/passwd", "a/../../network.onnx"}) {
    Json document = *read_json_file(card);
    document["network"]["file"] = path;
    ASSERT_TRUE(write_json_file(card, document).ok());
    expect_sentence(segment({good_picture()}), 1, "segment/lung-cxr");
  }
}

TEST_F(BadZooTest, ALinkThatLeavesTheEntrysFolder) {
  const fs::path network = folder_ / "zoo" / "segment" / "lung-cxr" / "network.onnx";
  fs::remove(network);
  fs::create_symlink(folder_ / "zoo" / "segment" / "heart-cxr" / "network.onnx", network);
  expect_sentence(segment({good_picture()}), 1, "segment/lung-cxr");
}

TEST_F(BadZooTest, ANetworkThatIsNotTheCards) {
  // Once with the compiled form on disk already, which must not hide it.
  ASSERT_EQ(segment({good_picture()}).status, 0);
  fs::remove_all(out());
  std::ofstream(folder_ / "zoo" / "segment" / "lung-cxr" / "network.onnx", std::ios::app) << 'x';
  expect_sentence(segment({good_picture()}), 1, "segment/lung-cxr");
}

TEST_F(BadZooTest, APlanForAnEntryThatIsNotThereOrThatIsNoPlan) {
  const std::string unknown = write("plan.json", R"({"steps": [{"task": "segment", "weights": "segment/lnug-cxr"}]})");
  expect_sentence(galen({"run", unknown, "-o", out(), good_picture()}, conditions_), 3, "segment/lnug-cxr");
  const std::string broken = write("broken.json", "{\"steps\": [");
  expect_sentence(galen({"run", broken, "-o", out(), good_picture()}, conditions_), 1, broken);
}

TEST_F(BadZooTest, AMissingZoo) {
  expect_sentence(galen({"segment", "t", "-o", out(), good_picture(), "--zoo", in("nozoo")}, conditions_), 1, "nozoo");
}

TEST_F(BadZooTest, AWrongCommandLine) {
  expect_sentence(galen({"segmnet"}, conditions_), 2, "segment");
  expect_sentence(galen({"segment", "segment/lung-cxr", good_picture()}, conditions_), 2, "--output");
  expect_sentence(galen({"classify", "classify/tuberculosis-cxr", "--threads", "many", good_picture()}, conditions_), 2,
                  "--threads");
}

TEST_F(BadZooTest, ATrainerThatIsNotBuilt) {
  if (fs::exists(GALEN_BINARY_DIR "/bin/galen-train")) GTEST_SKIP() << "the trainer is built";
  expect_sentence(galen({"train", "r.json", "--data", in(""), "-o", out()}, conditions_), 1,
                  "scripts/build --training");
}

}  // namespace
}  // namespace galen::test
