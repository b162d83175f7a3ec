// The whole way from a recipe to a zoo entry, on pictures made here.
#include "galen/train/train.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <thread>

#include "galen/base/files.h"
#include "galen/base/random.h"
#include "galen/image/write.h"
#include "galen/network/architecture.h"
#include "galen/train/batch.h"
#include "galen/train/finish.h"
#include "galen/train/log.h"
#include "galen/train/validation.h"
#include "galen/zoo/zoo.h"

namespace galen::train {
namespace {

namespace fs = std::filesystem;

// Bright discs on noise; class 1 where there is a disc.
void make_discs(const fs::path& folder, int train, int val) {
  fs::create_directories(folder / "discs");
  std::ofstream table(folder / "discs" / "cases.csv");
  table << "id,image,mask,split,disc\n";
  for (int n = 0; n < train + val; ++n) {
    Random random(static_cast<std::uint64_t>(n) + 100);
    const int side = 48;
    const bool present = n % 4 != 3;
    const double cx = random.uniform(14, 34), cy = random.uniform(14, 34), radius = random.uniform(6, 11);
    image::Image image = image::make_image(side, side);
    image::LabelMap mask = image::make_label_map(side, side);
    for (int y = 0; y < side; ++y) {
      for (int x = 0; x < side; ++x) {
        const bool inside = present && std::hypot(x - cx, y - cy) < radius;
        image.at(x, y) = static_cast<float>((inside ? 170 : 80) + 20 * random.normal());
        mask.at(x, y) = inside ? 1 : 0;
      }
    }
    const std::string name = "disc" + std::to_string(n) + ".png";
    ASSERT_TRUE(image::write_png(folder / "discs" / ("image-" + name), image));
    ASSERT_TRUE(image::write_label_png(folder / "discs" / ("mask-" + name), mask));
    table << n << ",image-" << name << ",mask-" << name << "," << (n < train ? "train" : "val") << "," << present
          << "\n";
  }
}

Json disc_recipe(int epochs) {
  Json recipe = Json::parse(R"({
    "name": "discs",
    "cards": [{"id": "segment/disc", "task": "segment", "target": "disc", "modality": "fundus", "region": "eye", "dims": 2,
               "labels": [{"value": 1, "name": "disc", "channels": [0]}],
               "input": {"channels": 1, "width": 48, "height": 48, "mean": [0.4], "deviation": [0.2]},
               "output": {"name": "segmentation", "activation": "sigmoid"},
               "intended_use": "Tests.", "limits": "Discs only.", "licence": "CC0-1.0"}],
    "data": [{"cases": "discs/cases.csv"}],
    "targets": [{"channel": 0, "values": [1]}],
    "network": {"architecture": "unet", "options": {"base_channels": 8, "levels": 3}},
    "augment": {"flip_horizontal": 0.5, "rotate_degrees": 20, "scale": [0.9, 1.1], "noise": 0.02,
                "elastic": {"probability": 0.3, "amplitude": 1, "spacing": 16}},
    "optimizer": {"learning_rate": 0.01},
    "schedule": {"warm_up_steps": 5},
    "ema": 0.9, "batch": 4
  })");
  recipe["epochs"] = epochs;
  return recipe;
}

class TrainTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("train-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "-" +
               std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    make_discs(folder_ / "data", 24, 8);
  }
  void TearDown() override { fs::remove_all(folder_); }

  TrainOptions options(const std::string& work) const {
    TrainOptions options;
    options.data = folder_ / "data";
    options.work = folder_ / work;
    options.output = folder_ / "zoo";
    options.threads = 1;
    return options;
  }
  static Recipe recipe(const Json& document) {
    Result<Recipe> parsed = parse_recipe(document);
    EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message);
    return *parsed;
  }
  NamedTensors tensors(const std::string& work) const {
    const Result<Checkpoint> checkpoint = read_checkpoint(folder_ / work / "checkpoint.safetensors");
    EXPECT_TRUE(checkpoint) << (checkpoint ? "" : checkpoint.error().message);
    return checkpoint ? checkpoint->tensors : NamedTensors{};
  }
  void expect_same_weights(const std::string& one, const std::string& other) const {
    const NamedTensors a = tensors(one), b = tensors(other);
    ASSERT_FALSE(a.empty());
    ASSERT_EQ(a.size(), b.size());
    for (const auto& [name, tensor] : a) EXPECT_TRUE(torch::equal(tensor, b.at(name))) << name;
  }

  fs::path folder_;
};

TEST_F(TrainTest, LearnsDiscsAndWritesAnEntryThatTheZooVerifies) {
  const Result<TrainReport> report = train(recipe(disc_recipe(14)), options("work"));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->cards.size(), 1U);
  const Json& figures = report->cards[0].figures;
  EXPECT_GT(figures["dice"]["value"].get<double>(), 0.9) << figures.dump();
  EXPECT_LE(figures["dice"]["low"].get<double>(), figures["dice"]["value"].get<double>());
  EXPECT_LT(std::abs(figures["storage"]["loss"].get<double>()), 0.02);
  const Result<zoo::Zoo> zoo = zoo::Zoo::open(folder_ / "zoo");
  ASSERT_TRUE(zoo);
  ASSERT_EQ(zoo->cards().size(), 1U);
  const Status verified = zoo->verify(zoo->cards()[0]);
  EXPECT_TRUE(verified) << (verified ? "" : verified.error().message);
  EXPECT_EQ(zoo->cards()[0].recipe, disc_recipe(14));
  for (const auto& entry : fs::directory_iterator(folder_ / "zoo")) EXPECT_EQ(entry.path().filename(), "segment");
  EXPECT_TRUE(fs::exists(folder_ / "work" / "curves.svg"));
  const auto rows = read_log(folder_ / "work" / "log.jsonl");
  ASSERT_TRUE(rows);
  EXPECT_FALSE(rows->empty());
}

TEST_F(TrainTest, ARunKilledInTheMiddleEndsWithTheWeightsOfOneThatRanThrough) {
  Json document = disc_recipe(3);
  document["checkpoint_minutes"] = 0;  // A checkpoint after every step
  const auto train_in = [&](const std::string& work) {
    TrainOptions chosen = options(work);
    chosen.train_only = true;
    return chosen;
  };
  const Result<TrainReport> whole = train(recipe(document), train_in("whole"));
  ASSERT_TRUE(whole) << whole.error().message;

  // LibTorch's threads do not survive a fork: the child is this test program itself, started anew.
  const std::string self = fs::read_symlink("/proc/self/exe").string();
  ::setenv("GALEN_TRAIN_TEST_FOLDER", folder_.c_str(), 1);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execl(self.c_str(), self.c_str(), "--gtest_also_run_disabled_tests",
            "--gtest_filter=TrainChild.DISABLED_TrainsUntilKilled", static_cast<char*>(nullptr));
    ::_exit(127);
  }
  // Killed in the second epoch, at whatever it does then.
  const auto log = folder_ / "killed" / "steps";
  for (int i = 0; i < 1200 && (!fs::exists(log) || fs::file_size(log) < 9); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended before it was killed";
  ASSERT_TRUE(fs::exists(folder_ / "killed" / "checkpoint.safetensors"));

  std::int64_t first_step = 0;
  TrainOptions resumed = train_in("killed");
  resumed.on_step = [&](std::int64_t done, std::int64_t, double, double) {
    first_step = first_step ? first_step : done;
  };
  const Result<TrainReport> rest = train(recipe(document), resumed);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_GT(first_step, 6) << "it went on instead of starting again";
  expect_same_weights("whole", "killed");
  EXPECT_EQ(whole->run.best_score, rest->run.best_score);
}

TEST(TrainChild, DISABLED_TrainsUntilKilled) {
  const char* folder = std::getenv("GALEN_TRAIN_TEST_FOLDER");
  if (!folder) GTEST_SKIP() << "only a part of another test";
  Json document = disc_recipe(3);
  document["checkpoint_minutes"] = 0;
  TrainOptions options;
  options.data = fs::path(folder) / "data";
  options.work = fs::path(folder) / "killed";
  options.threads = 1;
  options.train_only = true;
  options.on_step = [&](std::int64_t, std::int64_t, double, double) {
    std::ofstream(fs::path(folder) / "killed" / "steps", std::ios::app) << ".";
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  };
  const Result<Recipe> recipe = parse_recipe(document);
  ASSERT_TRUE(recipe);
  ASSERT_TRUE(train(*recipe, options));
}

TEST_F(TrainTest, AWorkFolderOfAnotherRecipeIsRefused) {
  TrainOptions chosen = options("work");
  chosen.train_only = true;
  ASSERT_TRUE(train(recipe(disc_recipe(1)), chosen));
  const Result<TrainReport> other = train(recipe(disc_recipe(2)), chosen);
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().message.find("another recipe was trained here"), std::string::npos);
  chosen.fresh = true;
  EXPECT_TRUE(train(recipe(disc_recipe(2)), chosen));
}

TEST_F(TrainTest, ADamagedCheckpointIsSaidToBeDamaged) {
  TrainOptions chosen = options("work");
  chosen.train_only = true;
  ASSERT_TRUE(train(recipe(disc_recipe(1)), chosen));
  fs::resize_file(folder_ / "work" / "checkpoint.safetensors", 1000);
  const Result<TrainReport> again = train(recipe(disc_recipe(1)), chosen);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().message.find("checkpoint.safetensors"), std::string::npos) << again.error().message;
}

TEST_F(TrainTest, TwoHeadsLearnTogetherAndGiveTwoCardsOfOneNetwork) {
  Json document = disc_recipe(10);
  document["network"] = {{"architecture", "lite-unet"}};
  document["cards"][0]["input"] = {
      {"channels", 3}, {"width", 64}, {"height", 64}, {"mean", {0.4, 0.4, 0.4}}, {"deviation", {0.2, 0.2, 0.2}}};
  document["cards"].push_back(
      {{"id", "classify/disc"},
       {"task", "classify"},
       {"target", "disc"},
       {"modality", "fundus"},
       {"region", "eye"},
       {"dims", 2},
       {"classes", {{{"index", 0}, {"name", "no disc"}, {"normal", true}}, {{"index", 1}, {"name", "disc"}}}},
       {"output", {{"name", "classification"}, {"activation", "softmax"}}},
       {"intended_use", "Tests."},
       {"limits", "Discs only."},
       {"licence", "CC0-1.0"}});
  document["data"][0]["class_column"] = "disc";
  document["data"][0]["class_map"] = {{"0", 0}, {"1", 1}};
  document["finish"] = {{"segmentation_threshold", "dice"}, {"abstain_coverage", 0.75}};
  document["optimizer"]["learning_rate"] = 0.003;
  const Result<TrainReport> report = train(recipe(document), options("work"));
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->cards.size(), 2U);
  EXPECT_EQ(report->cards[1].network.entry, "segment/disc");
  EXPECT_FALSE(fs::exists(folder_ / "zoo" / "classify" / "disc" / "network.onnx"));
  EXPECT_TRUE(report->cards[1].output.abstain_low_high);
  EXPECT_GT(report->cards[1].figures["auc"]["value"].get<double>(), 0.8);
  const Result<zoo::Zoo> zoo = zoo::Zoo::open(folder_ / "zoo");
  ASSERT_TRUE(zoo);
  for (const zoo::Card& card : zoo->cards()) EXPECT_TRUE(zoo->verify(card)) << card.id;

  // Fine-tuning from an entry leaves the entry as it is.
  const std::string before = *read_text_file(folder_ / "zoo" / "segment" / "disc" / "network.onnx");
  document["network"] = {{"from", "segment/disc"}};
  document["epochs"] = 1;
  document["optimizer"]["learning_rate"] = 0.0003;
  document["cards"][0]["id"] = "segment/disc-tuned";
  document["cards"][1]["id"] = "classify/disc-tuned";
  TrainOptions tuning = options("tuned");
  tuning.places.zoo = folder_ / "zoo";
  const Result<TrainReport> tuned = train(recipe(document), tuning);
  ASSERT_TRUE(tuned) << tuned.error().message;
  EXPECT_GT(tuned->cards[0].figures["dice"]["value"].get<double>(), 0.5);
  EXPECT_EQ(*read_text_file(folder_ / "zoo" / "segment" / "disc" / "network.onnx"), before);
}

TEST_F(TrainTest, CalibrationSeesTheMeanOverTheFlipsThatAnswersTake) {
  const Recipe discs = recipe(disc_recipe(1));
  const Result<evaluate::CaseSplit> split = evaluate::read_cases(discs.data[0], folder_ / "data", discs.targets);
  ASSERT_TRUE(split) << split.error().message;
  const Dataset val(split->val, discs);
  const Result<network::Graph> graph = network::build_architecture({.name = "unet",
                                                                    .input_channels = 1,
                                                                    .segmentation_channels = 1,
                                                                    .options = {{"base_channels", 8}, {"levels", 3}}});
  ASSERT_TRUE(graph) << graph.error().message;
  Result<std::unique_ptr<Interpreter>> interpreter = Interpreter::create(*graph, {});
  ASSERT_TRUE(interpreter) << interpreter.error().message;
  const Heads heads = heads_of(discs, *graph);
  std::size_t views = 0;
  const auto visit = [&](const ViewOutput& view) {
    const torch::Tensor image = make_batch({*view.sample}, discs.input(), 0).image;
    const auto logits = [&](const torch::Tensor& seen) {
      const torch::NoGradGuard no_grad;
      return (*interpreter)->run({{heads.input, seen}}, Mode::kInference).at(heads.segmentation)[0];
    };
    const torch::Tensor expected = (logits(image) + logits(image.flip({3})).flip({2})) / 2;
    EXPECT_TRUE(torch::allclose(view.segmentation, expected, 1e-4, 1e-5));
    EXPECT_FALSE(torch::allclose(view.segmentation, logits(image), 1e-4, 1e-5));
    ++views;
  };
  ASSERT_TRUE(for_each_view(**interpreter, heads, val, discs, {"horizontal"}, visit));
  EXPECT_EQ(views, 8U);
}

TEST(ZooFolderTest, AnEntrysFolderNamesItsZoo) {
  EXPECT_EQ(zoo_folder_of("zoo/segment/x", "segment/x"), fs::path("zoo"));
  EXPECT_EQ(zoo_folder_of("zoo/segment/x/", "segment/x"), fs::path("zoo"));
  EXPECT_EQ(zoo_folder_of("segment/x", "segment/x"), fs::path("."));
  EXPECT_EQ(zoo_folder_of("/a/zoo", "segment/x"), fs::path("/a/zoo"));
}

}  // namespace
}  // namespace galen::train
