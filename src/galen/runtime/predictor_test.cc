#include "galen/runtime/predictor.h"

#include <numeric>
#include <thread>

#include "galen/runtime/decide.h"
#include "galen/runtime/session_cache.h"
#include "galen/runtime/tiny_zoo_test.h"

namespace galen::runtime {
namespace {

class PredictorTest : public TinyZoo {
 protected:
  Segmentation segment(Predictor& predictor, const std::string& id, const image::Image& image,
                       SegmentOptions options = {}, StepTimes* times = nullptr) {
    Result<Segmentation> result = predictor.segment(id, image, options, times);
    EXPECT_TRUE(result) << (result ? "" : result.error().message);
    return result ? *std::move(result) : Segmentation{};
  }
};

TEST_F(PredictorTest, TheMaskAndTheProbabilitiesHaveTheImagesSize) {
  const std::string network = network_bytes(1, 1);
  add(segment_card("segment/a", network), network);
  Predictor predictor(open());
  SegmentOptions options;
  options.probabilities = true;
  StepTimes times;
  const Segmentation result = segment(predictor, "segment/a", picture(150, 90), options, &times);
  EXPECT_EQ(result.mask.width, 150);
  EXPECT_EQ(result.mask.height, 90);
  ASSERT_EQ(result.probability.size(), 1u);
  ASSERT_EQ(result.probability[0].size(), 150u * 90u);
  for (std::size_t i = 0; i < result.mask.labels.size(); ++i) {
    if (std::abs(result.probability[0][i] - 0.5F) < 1e-4F) continue;
    ASSERT_EQ(result.mask.labels[i] != 0, result.probability[0][i] >= 0.5F) << i;
  }
  EXPECT_GT(times.network_seconds, 0);
  EXPECT_GT(times.load_seconds, 0);
}

TEST_F(PredictorTest, CardsThatShareANetworkCostOneRun) {
  const std::string network = network_bytes(1, 2);
  add(segment_card("segment/disc", network, 0), network);
  Json cup = segment_card("segment/cup", network, 1);
  cup["network"]["entry"] = "segment/disc";
  add(cup, "");
  Predictor predictor(open());
  const image::Image image = picture(100, 100);
  StepTimes first, second, other;
  segment(predictor, "segment/disc", image, {}, &first);
  const Segmentation shared = segment(predictor, "segment/cup", image, {}, &second);
  EXPECT_GT(first.network_seconds, 0);
  EXPECT_EQ(second.network_seconds, 0);
  segment(predictor, "segment/cup", picture(100, 100, 1), {}, &other);
  EXPECT_GT(other.network_seconds, 0);

  Predictor fresh(open());
  EXPECT_EQ(segment(fresh, "segment/cup", image).mask.labels, shared.mask.labels);
}

TEST_F(PredictorTest, AnotherEntryLeavesOutputsBitIdentical) {
  const std::string network = network_bytes(1, 1);
  add(segment_card("segment/a", network), network);
  SegmentOptions options;
  options.probabilities = true;
  Predictor before(open());
  const Segmentation first = segment(before, "segment/a", picture(100, 80), options);
  const std::string another = network_bytes(2, 1);
  add(segment_card("segment/b", another), another);
  Predictor after(open());
  const Segmentation strange = segment(after, "segment/b", picture(100, 80), options);
  const Segmentation second = segment(after, "segment/a", picture(100, 80), options);
  EXPECT_EQ(first.probability, second.probability);
  EXPECT_NE(first.probability, strange.probability);
}

TEST_F(PredictorTest, ANetworkThatWasChangedIsRefused) {
  const std::string network = network_bytes(1, 1);
  add(segment_card("segment/a", network), network_bytes(2, 1));
  Predictor predictor(open());
  const auto result = predictor.segment("segment/a", picture(64, 64));
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("SHA-256"), std::string::npos);
}

TEST_F(PredictorTest, ACardThatDoesNotFitItsNetworkIsAnErrorNotACrash) {
  const std::string network = network_bytes(1, 1);
  Json channel = segment_card("segment/channel", network, 5);
  Json output = segment_card("segment/output", network);
  output["output"] = {{"name", "nothing"}};
  Json colour = segment_card("segment/colour", network);
  colour["input"]["channels"] = 3;
  for (const Json& card : {channel, output, colour}) add(card, network);
  add(segment_card("segment/garbage", "garbage"), "garbage");
  Predictor predictor(open());
  for (const char* id : {"segment/channel", "segment/output", "segment/colour", "segment/garbage", "segment/unknown"}) {
    EXPECT_FALSE(predictor.segment(id, picture(64, 64))) << id;
  }
  EXPECT_FALSE(predictor.classify("segment/channel", picture(64, 64)));
}

TEST_F(PredictorTest, TilesAtNativeScaleAgreeWithOneLargeInputAwayFromTheirEdges) {
  const std::string network = network_bytes(1, 1);
  Json tiles = segment_card("segment/tiles", network);
  tiles["input"]["fit"] = "tiles";
  add(tiles, network);
  Predictor predictor(open());
  SegmentOptions options;
  options.probabilities = true;
  const Segmentation small = segment(predictor, "segment/tiles", picture(64, 64), options);
  const Segmentation large = segment(predictor, "segment/tiles", picture(150, 64), options);
  EXPECT_EQ(large.probability[0].size(), 150u * 64u);
  // The left tile lies alone over the first columns, and sees there what the small image shows.
  for (int y = 0; y < 64; ++y) {
    ASSERT_NEAR(small.probability[0][static_cast<std::size_t>(y) * 64 + 3],
                large.probability[0][static_cast<std::size_t>(y) * 150 + 3], 1e-4F);
  }
}

TEST_F(PredictorTest, FlippedInputsOfASymmetricPictureGiveASymmetricMask) {
  const std::string network = network_bytes(1, 1);
  Json card = segment_card("segment/a", network);
  card["flips"] = {"horizontal"};
  add(card, network);
  Predictor predictor(open());
  image::Image image = picture(64, 64);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 32; ++x) image.at(63 - x, y) = image.at(x, y);
  }
  SegmentOptions options;
  options.probabilities = true;
  const Segmentation result = segment(predictor, "segment/a", image, options);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 32; ++x) {
      const std::size_t row = static_cast<std::size_t>(y) * 64;
      ASSERT_NEAR(result.probability[0][row + x], result.probability[0][row + 63 - x], 1e-5F);
    }
  }
}

TEST_F(PredictorTest, AMaskCropsWhatTheNextStepSees) {
  const std::string network = network_bytes(1, 1);
  Json card = segment_card("segment/a", network);
  card["chain"] = {{"mode", "crop"}, {"margin", 0.0}};
  card["labels"][0]["threshold"] = 0.001;
  add(card, network);
  Predictor predictor(open());
  image::LabelMap within;
  within.width = 120;
  within.height = 100;
  within.labels.assign(120 * 100, 0);
  for (int y = 20; y < 60; ++y) {
    for (int x = 30; x < 90; ++x) within.at(x, y) = 2;
  }
  SegmentOptions options;
  options.within = &within;
  const Segmentation result = segment(predictor, "segment/a", picture(120, 100), options);
  ASSERT_EQ(result.mask.labels.size(), 120u * 100u);
  EXPECT_GT(std::accumulate(result.mask.labels.begin(), result.mask.labels.end(), 0), 0);
  for (int y = 0; y < 100; ++y) {
    for (int x = 0; x < 120; ++x) {
      if (within.at(x, y) != 0) continue;
      ASSERT_EQ(result.mask.at(x, y), 0);
    }
  }
  image::LabelMap nothing = within;
  std::fill(nothing.labels.begin(), nothing.labels.end(), std::uint8_t{0});
  options.within = &nothing;
  EXPECT_FALSE(predictor.segment("segment/a", picture(120, 100), options));
  EXPECT_FALSE(predictor.segment("segment/a", picture(64, 64), options));
}

TEST_F(PredictorTest, ABlankingMaskHidesWhatIsOutsideIt) {
  const std::string network = network_bytes(1, 1);
  Json card = segment_card("segment/a", network);
  card["chain"] = {{"mode", "blank"}};
  add(card, network);
  Predictor predictor(open());
  image::LabelMap within;
  within.width = within.height = 64;
  within.labels.assign(64 * 64, 0);
  for (int i = 0; i < 64 * 32; ++i) within.labels[static_cast<std::size_t>(i)] = 1;
  SegmentOptions options;
  options.within = &within;
  options.probabilities = true;
  image::Image image = picture(64, 64);
  const auto first = segment(predictor, "segment/a", image, options);
  for (int i = 0; i < 64; ++i) image.at(i, 50) = 200;
  EXPECT_EQ(segment(predictor, "segment/a", image, options).probability, first.probability);
  image.at(5, 5) += 60;
  EXPECT_NE(segment(predictor, "segment/a", image, options).probability, first.probability);
}

TEST_F(PredictorTest, TwoThreadsGetTheAnswersOfOne) {
  const std::string first = network_bytes(1, 1), second = network_bytes(2, 1);
  add(segment_card("segment/a", first), first);
  add(segment_card("segment/b", second), second);
  Predictor alone(open());
  const auto a = segment(alone, "segment/a", picture(80, 80)).mask.labels;
  const auto b = segment(alone, "segment/b", picture(80, 80)).mask.labels;
  PredictorOptions small;
  small.cache_bytes = 1;  // Each use drops the other's session
  Predictor shared(open(), small);
  std::vector<int> wrong(2, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 6; ++i) {
        const bool which = (i + static_cast<int>(t)) % 2 == 0;
        const auto result = shared.segment(which ? "segment/a" : "segment/b", picture(80, 80));
        if (!result || result->mask.labels != (which ? a : b)) ++wrong[t];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(2, 0));
}

// Logits 0 and 8 (mean - 0.5); the saliency is the picture itself.
std::string brightness_classifier() {
  using network::Tensor;
  network::Graph graph;
  graph.name = "brightness";
  graph.inputs = {{"image", network::ElementType::kFloat32, {-1, 1, -1, -1}}};
  graph.outputs = {{"classification", network::ElementType::kFloat32, {-1, 2}},
                   {"saliency", network::ElementType::kFloat32, {-1, 2, -1, -1}}};
  graph.initializers = {{"weight", Tensor::floats({1, 2}, {8, 0})}, {"bias", Tensor::floats({2}, {-4, 0})}};
  graph.nodes = {{"GlobalAveragePool", "pool", {"image"}, {"pooled"}, {}},
                 {"Flatten", "flatten", {"pooled"}, {"flat"}, {}},
                 {"Gemm", "gemm", {"flat", "weight", "bias"}, {"classification"}, {}},
                 {"Concat", "concat", {"image", "image"}, {"saliency"}, {{"axis", std::int64_t{1}}}}};
  return network::to_onnx(graph);
}

TEST_F(PredictorTest, ClassifiesWithTheCardsClassesAndShowsWhereItLooked) {
  const std::string network = brightness_classifier();
  Json card = segment_card("classify/a", network);
  card["task"] = "classify";
  card.erase("labels");
  card["classes"] = Json::parse(R"([{"index": 0, "name": "ill"}, {"index": 1, "name": "normal", "normal": true}])");
  card["output"] = {{"name", "classification"}, {"activation", "softmax"}, {"saliency", "saliency"}};
  add(card, network);
  Predictor predictor(open());
  image::Image bright = picture(64, 64);
  for (float& value : bright.samples) value = 200;
  bright.at(10, 20) = 255;
  const auto result = predictor.classify("classify/a", bright);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_NEAR(result->probabilities[0], 1 / (1 + std::exp(-8 * (200.0 / 255 - 0.5))), 1e-3);
  EXPECT_NEAR(result->probabilities[0] + result->probabilities[1], 1, 1e-9);
  EXPECT_TRUE(result->positive);
  EXPECT_EQ(result->best, 0);
  ASSERT_EQ(result->saliency_width, 64);
  EXPECT_FLOAT_EQ(result->saliency[20 * 64 + 10], 1.0F);
  EXPECT_NEAR(result->saliency[0], 200.0F / 255, 1e-4F);
  for (float& value : bright.samples) value = 20;
  EXPECT_FALSE(predictor.classify("classify/a", bright)->positive);
}

// A session that only has a size.
class Weight : public Session {
 public:
  explicit Weight(std::size_t bytes) : bytes_(bytes) {}
  Result<std::vector<TensorF>> run(const std::vector<TensorF>&, const std::vector<std::string>&) override {
    return Error{""};
  }
  std::vector<std::string> outputs() const override { return {}; }
  std::size_t memory_bytes() const override { return bytes_; }
  int threads() const override { return 1; }
  Precision precision() const override { return Precision::kFloat32; }
  bool from_disk_cache() const override { return false; }

 private:
  std::size_t bytes_;
};

TEST(SessionCacheTest, DropsTheLeastRecentlyUsedBeyondItsBytes) {
  SessionCache cache(250);
  int made = 0;
  const auto get = [&](const std::string& key) {
    return *cache.get(key, [&]() -> Result<std::shared_ptr<Session>> {
      ++made;
      return std::shared_ptr<Session>(std::make_shared<Weight>(100));
    });
  };
  get("a");
  get("b");
  get("a");
  get("c");  // Drops b
  EXPECT_EQ(made, 3);
  EXPECT_LE(cache.bytes(), 250u);
  get("a");
  EXPECT_EQ(made, 3);
  get("b");
  EXPECT_EQ(made, 4);
}

TEST(SessionCacheTest, AFailureIsNotKept) {
  SessionCache cache(250);
  EXPECT_FALSE(cache.get("a", [] { return Result<std::shared_ptr<Session>>(Error{"no"}); }));
  EXPECT_TRUE(cache.get("a", [] { return Result<std::shared_ptr<Session>>(std::make_shared<Weight>(1)); }));
}

TEST(SaliencyTest, OfALetterboxedInputLiesWhereTheImageShowsIt) {
  zoo::Card card;
  card.input.width = card.input.height = 64;
  Classification classification;
  classification.saliency_width = classification.saliency_height = 8;
  classification.saliency.assign(64, 0.0F);
  classification.saliency[3 * 8 + 7] = 1;  // Right end of the row above the middle
  // An image of 128 x 64 fills the middle half of the input's height, at half its size.
  spread_saliency(card, {2, 0, 0.5, 0, 2, -31.5}, 128, 64, classification);
  const auto highest = std::max_element(classification.saliency.begin(), classification.saliency.end());
  const auto at = highest - classification.saliency.begin();
  EXPECT_GT(at % 64, 56);
  EXPECT_GT(at / 64, 15);
  EXPECT_LT(at / 64, 33);
}

zoo::Card two_class_card() {
  zoo::Card card;
  card.classes = {{0, "normal", true, {}}, {1, "ill", false, {}}};
  card.output.activation = zoo::OutputRule::Activation::kSoftmax;
  return card;
}

TEST(ClassificationTest, TemperatureSoftensAndBiasFavoursTheAbnormal) {
  zoo::Card card = two_class_card();
  const double plain = classification_from_logits(card, {0, 2}).probabilities[1];
  EXPECT_NEAR(plain, 1 / (1 + std::exp(-2.0)), 1e-9);
  card.output.temperature = 2;
  EXPECT_NEAR(classification_from_logits(card, {0, 2}).probabilities[1], 1 / (1 + std::exp(-1.0)), 1e-9);
  card.output.bias = 0.5;
  EXPECT_NEAR(classification_from_logits(card, {0, 2}).probabilities[1], 1 / (1 + std::exp(-1.5)), 1e-9);
  EXPECT_NEAR(classification_from_logits(card, {2}).probabilities[1], 1 / (1 + std::exp(-1.5)), 1e-9);
}

TEST(ClassificationTest, TheThresholdDecidesAndTheBandAbstains) {
  zoo::Card card = two_class_card();
  card.output.threshold = 0.3;
  card.output.abstain_low_high = {0.2, 0.4};
  const auto at = [&](double p) {
    return classification_from_logits(card, {0, static_cast<float>(std::log(p / (1 - p)))});
  };
  EXPECT_TRUE(at(0.45).positive);
  EXPECT_EQ(at(0.45).best, 1);
  EXPECT_FALSE(at(0.45).abstained);
  EXPECT_TRUE(at(0.35).abstained);
  EXPECT_FALSE(at(0.1).positive);
  EXPECT_EQ(at(0.1).best, 0);
  EXPECT_NEAR(at(0.1).confidence, 0.9, 1e-6);
}

TEST(DecisionTest, TheLabelFurthestAboveItsThresholdWinsAndPostRulesApply) {
  zoo::Card card;
  card.labels = {{1, "a", "#000000", {0}, 0.5, {}}, {2, "b", "#000000", {1}, 0.9, {}}};
  ScoreMap scores;
  scores.width = scores.height = 10;
  scores.probability = {std::vector<float>(100, 0.0F), std::vector<float>(100, 0.0F)};
  for (int i = 0; i < 30; ++i) scores.probability[0][static_cast<std::size_t>(i)] = 0.8F;
  for (int i = 10; i < 20; ++i) scores.probability[1][static_cast<std::size_t>(i)] = 0.99F;
  scores.probability[0][15] = 0.0F;
  scores.probability[1][15] = 0.0F;
  scores.probability[0][99] = 0.8F;
  image::LabelMap mask = decide_segmentation(card, scores, 10, 10, {}, false).mask;
  EXPECT_EQ(mask.at(0, 0), 1);
  EXPECT_EQ(mask.at(0, 1), 2);
  EXPECT_EQ(mask.at(5, 1), 0);
  EXPECT_EQ(mask.at(9, 9), 1);
  card.post.minimum_area_share = 0.02;
  EXPECT_EQ(decide_segmentation(card, scores, 10, 10, {}, false).mask.at(9, 9), 0);
  zoo::Card one = card;
  one.labels.pop_back();
  one.post.fill_holes = true;
  one.post.keep_largest = 1;
  mask = decide_segmentation(one, scores, 10, 10, {}, false).mask;
  EXPECT_EQ(mask.at(5, 1), 1);
  EXPECT_EQ(mask.at(9, 9), 0);
  EXPECT_EQ(mask.at(5, 7), 0);
  image::LabelMap field;
  field.width = field.height = 10;
  field.labels.assign(100, 1);
  field.at(0, 0) = 0;
  one.post.inside_field_of_view = true;
  EXPECT_EQ(decide_segmentation(one, scores, 10, 10, field, false).mask.at(0, 0), 0);
}

}  // namespace
}  // namespace galen::runtime
