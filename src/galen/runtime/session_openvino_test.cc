#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include "galen/base/threads.h"
#include "galen/runtime/compiled_cache.h"
#include "galen/runtime/session.h"
#include "galen/runtime/tiny_zoo_test.h"
#include "galen/runtime/tuning.h"

namespace galen::runtime {
namespace {

namespace fs = std::filesystem;

class SessionTest : public TinyZoo {
 protected:
  Result<std::shared_ptr<Session>> make(const std::string& network, SessionOptions options = {}) {
    options.input_shape = {1, 1, 64, 64};
    return make_session(network, sha256(network), folder_ / "cache", options);
  }
  static TensorF input() {
    TensorF tensor{{1, 1, 64, 64}, std::vector<float>(64 * 64)};
    for (std::size_t i = 0; i < tensor.values.size(); ++i) tensor.values[i] = static_cast<float>(i % 17) / 17.0F;
    return tensor;
  }
  std::vector<fs::path> blobs() const {
    std::vector<fs::path> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_ / "cache" / "compiled", error))
      found.push_back(entry.path());
    return found;
  }
};

TEST_F(SessionTest, TheSecondLoadingComesFromTheDiskWithTheSameResult) {
  const std::string network = network_bytes(1, 1);
  const auto first = make(network);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE((*first)->from_disk_cache());
  const auto second = make(network);
  ASSERT_TRUE(second);
  EXPECT_TRUE((*second)->from_disk_cache());
  const auto a = (*first)->run({input()}, {"segmentation"});
  const auto b = (*second)->run({input()}, {"segmentation"});
  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b);
  EXPECT_EQ(a->front().shape, (std::vector<std::int64_t>{1, 1, 64, 64}));
  EXPECT_EQ(a->front().values, b->front().values);
}

TEST_F(SessionTest, ADamagedCacheFileIsReplacedSilently) {
  const std::string network = network_bytes(1, 1);
  ASSERT_TRUE(make(network));
  ASSERT_EQ(blobs().size(), 1u);
  const std::string good = *read_text_file(blobs()[0]);
  std::string flipped = good;
  flipped[flipped.size() / 2] = static_cast<char>(~flipped[flipped.size() / 2]);
  for (const std::string& damaged : {good.substr(0, good.size() / 2), std::string(), std::string("hello"), flipped}) {
    ASSERT_TRUE(write_file_atomically(blobs()[0], damaged));
    const auto again = make(network);
    ASSERT_TRUE(again);
    EXPECT_FALSE((*again)->from_disk_cache());
    EXPECT_TRUE((*again)->run({input()}, {"segmentation"}));
    EXPECT_TRUE((*make(network))->from_disk_cache());
  }
}

TEST_F(SessionTest, ACacheThatCannotBeWrittenOnlyCostsTime) {
  ASSERT_TRUE(write_file_atomically(folder_ / "cache", "a file where the folder should be"));
  const auto session = make(network_bytes(1, 1));
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_TRUE((*session)->run({input()}, {"segmentation"}));
}

TEST_F(SessionTest, WhatIsNotAModelIsAnError) {
  for (const std::string bytes : {"", "hello", "\x08\x01\x12\x04junk"}) EXPECT_FALSE(make(bytes)) << bytes;
}

TEST_F(SessionTest, WrongShapesAndNamesAreErrors) {
  const auto session = make(network_bytes(1, 1));
  ASSERT_TRUE(session);
  EXPECT_FALSE((*session)->run({TensorF{{1, 1, 32, 64}, std::vector<float>(32 * 64)}}, {"segmentation"}));
  EXPECT_FALSE((*session)->run({TensorF{{1, 1, 64, 64}, std::vector<float>(7)}}, {"segmentation"}));
  EXPECT_FALSE((*session)->run({}, {"segmentation"}));
  EXPECT_FALSE((*session)->run({input()}, {"nothing"}));
  EXPECT_TRUE((*session)->run({input()}, {"segmentation"}));
}

TEST_F(SessionTest, ThreadsOfAProcessGetTheSameAnswersAsOneAlone) {
  const auto session = make(network_bytes(1, 1));
  ASSERT_TRUE(session);
  const auto alone = (*session)->run({input()}, {"segmentation"});
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto answer = (*session)->run({input()}, {"segmentation"});
        if (!answer || answer->front().values != alone->front().values) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST_F(SessionTest, RunsSideBySideGiveTheResultOfASingleOne) {
  // A network with int8 weights, whose constants the runtime computes when it loads it. Each loading is another chance.
  const Result<std::string> network =
      read_text_file(fs::path(GALEN_SOURCE_DIR) / "zoo" / "segment" / "lung-cxr" / "network.onnx");
  ASSERT_TRUE(network) << network.error().message;
  TensorF image{{1, 3, 96, 96}, std::vector<float>(3 * 96 * 96)};
  for (std::size_t i = 0; i < image.values.size(); ++i) image.values[i] = static_cast<float>(i * 7919 % 255) / 255.0F;
  SessionOptions options;
  options.input_shape = image.shape;
  options.use_disk_cache = false;
  options.precision = Precision::kFloat32;
  options.threads = 1;
  const auto alone = make_session(*network, sha256(*network), folder_, options);
  ASSERT_TRUE(alone) << alone.error().message;
  const auto expected = (*alone)->run({image}, {"segmentation"});
  ASSERT_TRUE(expected) << expected.error().message;

  options.threads = options.streams = 2;
  for (int loading = 0; loading < 4; ++loading) {
    const auto session = make_session(*network, sha256(*network), folder_, options);
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ((*session)->threads(), 2);
    std::atomic<int> wrong = 0;
    parallel_for(
        6,
        [&](std::size_t) {
          const auto answer = (*session)->run({image}, {"segmentation"});
          if (!answer || answer->front().values != expected->front().values) ++wrong;
        },
        3);
    EXPECT_EQ(wrong, 0);
  }
}

TEST_F(SessionTest, TheFirstUseMeasuresAndOptionsOrTheEnvironmentOverruleIt) {
  const std::string network = network_bytes(1, 1);
  EXPECT_EQ((*make(network))->threads(), 1);
  EXPECT_TRUE(read_tunings(folder_ / "cache").empty());
  ::unsetenv("GALEN_THREADS");
  SessionOptions options;
  options.threads = 1;
  options.precision = Precision::kFloat32;
  EXPECT_EQ((*make(network, options))->threads(), 1);
  EXPECT_TRUE(read_tunings(folder_ / "cache").empty());
  const auto measured = make(network);
  ASSERT_TRUE(measured);
  const auto tunings = read_tunings(folder_ / "cache");
  if (available_processors() == 1) GTEST_SKIP() << "one processor leaves nothing to choose";
  if (tunings.empty()) GTEST_SKIP() << "the machine is too busy to measure anything";
  ASSERT_EQ(tunings.size(), 1u);
  EXPECT_EQ(tunings.begin()->second.threads, (*measured)->threads());
  EXPECT_GE(tunings.begin()->second.measured.size(), 2u);
}

TEST(TuningTest, TakesTheFastestButNotMoreThreadsOrLessPrecisionForNothing) {
  using P = Precision;
  EXPECT_EQ(choose({{2, P::kFloat32, 0.010}, {1, P::kFloat32, 0.018}}).threads, 2);
  EXPECT_EQ(choose({{2, P::kFloat32, 0.010}, {1, P::kFloat32, 0.0102}}).threads, 1);
  EXPECT_EQ(choose({{2, P::kFloat32, 0.010}, {2, P::kBfloat16, 0.0095}}).precision, P::kFloat32);
  EXPECT_EQ(choose({{2, P::kFloat32, 0.010}, {2, P::kBfloat16, 0.006}}).precision, P::kBfloat16);
}

TEST_F(SessionTest, TheFirstChoiceStaysAndADamagedFileIsMeasuredAgain) {
  const Tuning one{1, Precision::kFloat32, {{1, Precision::kFloat32, 0.5}}};
  const Tuning two{2, Precision::kFloat32, {}};
  EXPECT_EQ(keep_tuning(folder_ / "cache", "key", one).threads, 1);
  EXPECT_EQ(keep_tuning(folder_ / "cache", "key", two).threads, 1);
  EXPECT_EQ(find_tuning(folder_ / "cache", "key")->measured.size(), 1u);
  ASSERT_TRUE(write_file_atomically(folder_ / "cache" / "tuning.json", "{\"key\": {\"threads\": \"many\"}}"));
  EXPECT_FALSE(find_tuning(folder_ / "cache", "key"));
  EXPECT_EQ(keep_tuning(folder_ / "cache", "key", two).threads, 2);
}

TEST_F(SessionTest, TheDiskCacheKeepsItsBound) {
  const fs::path compiled = folder_ / "cache" / "compiled";
  for (int i = 0; i < 5; ++i) {
    const fs::path path = compiled / (std::to_string(i) + ".blob");
    store_compiled(
        path, [](std::ostream& out) { out << std::string(1000, 'x'); }, 2500);
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::seconds(10 - i));
  }
  EXPECT_EQ(blobs().size(), 2u);
  EXPECT_TRUE(fs::exists(compiled / "4.blob"));
}

// OpenCV of the distribution and OpenVINO's wheel each name a libtbb.so.12; a process that had both could hang or
// crash.
TEST_F(SessionTest, OneProcessHoldsOneThreadingLibrary) {
  ASSERT_TRUE(make(network_bytes(1, 1)));
  std::ifstream maps("/proc/self/maps");
  std::vector<std::string> libraries;
  for (std::string line; std::getline(maps, line);) {
    const std::size_t at = line.find('/');
    if (at == std::string::npos || line.find("/libtbb.so") == std::string::npos) continue;
    libraries.push_back(line.substr(at));
  }
  libraries.erase(std::unique(libraries.begin(), libraries.end()), libraries.end());
  EXPECT_EQ(libraries.size(), 1u);
  RecordProperty("libtbb", libraries.empty() ? "" : libraries[0]);
}

}  // namespace
}  // namespace galen::runtime
