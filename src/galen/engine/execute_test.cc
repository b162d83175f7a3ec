#include "galen/engine/execute.h"

#include <gtest/gtest.h>

#include "galen/engine/fake_runner.h"

namespace galen::engine {
namespace {

constexpr const char* kLung = "segment/lung-cxr";
constexpr const char* kHeart = "segment/heart-cxr";
constexpr const char* kTuberculosis = "classify/tuberculosis-cxr";
constexpr const char* kCause = "classify/pneumonia-cause-cxr";
constexpr const char* kDisc = "segment/optic-disc-fundus";

image::LabelMap filled(int width, int height, int left, int right) {
  image::LabelMap mask = image::make_label_map(width, height);
  for (int j = 0; j < height; ++j) {
    for (int i = left; i <= right; ++i) mask.at(i, j) = 1;
  }
  return mask;
}

class ExecuteTest : public testing::Test {
 protected:
  void SetUp() override {
    runner.names.modalities = {{"cxr", {"chest x-ray"}}, {"fundus", {"fundus photograph"}}};
    runner.cards = {segment_card(kLung, "lung", "cxr"), segment_card(kHeart, "heart", "cxr"),
                    classify_card(kTuberculosis, "tuberculosis", "cxr", {{"normal", true}, {"tuberculosis", false}}),
                    classify_card(kCause, "pneumonia cause", "cxr", {{"bacterial", false}, {"viral", false}}),
                    segment_card(kDisc, "optic disc", "fundus")};
    runner.masks[kLung] = filled(20, 10, 2, 17);
    runner.masks[kHeart] = filled(20, 10, 8, 12);
    runner.answers[kTuberculosis] = answer_of({0.1, 0.9}, true);
    runner.answers[kCause] = answer_of({0.3, 0.7}, true);
    study.image = image::make_image(20, 10);
    study.modality = "cxr";
    study.modality_from = "file";
  }

  static plan::Step step(const std::string& weights, std::optional<int> input = std::nullopt,
                         std::optional<plan::Condition> when = std::nullopt) {
    plan::Step result;
    result.task = weights.rfind("segment/", 0) == 0 ? zoo::Task::kSegment : zoo::Task::kClassify;
    result.weights = weights;
    result.input = input;
    result.when = when;
    return result;
  }
  StudyResult run_steps(const std::vector<plan::Step>& steps) {
    plan::Plan plan;
    plan.steps = steps;
    return *run(plan, study, runner);
  }

  FakeRunner runner;
  Study study;
};

TEST_F(ExecuteTest, AnEntryForVolumesOrThatNeedsMoreThanAnImageIsNotRun) {
  runner.cards[0].dims = 3;
  runner.cards[1].needs = {"cxr"};
  const StudyResult result = run_steps({step(kLung), step(kHeart)});
  for (const StepResult& refused : result.steps) {
    EXPECT_EQ(refused.state, StepState::kFailed);
    EXPECT_NE(refused.why.find("not supported yet"), std::string::npos) << refused.why;
  }
  EXPECT_TRUE(runner.ran.empty());
}

TEST_F(ExecuteTest, AConditionThatHoldsRunsItsStep) {
  const StudyResult result = run_steps({step(kTuberculosis), step(kHeart, {}, plan::Condition{0, "positive"})});
  EXPECT_EQ(result.steps[0].outcome, "positive");
  EXPECT_EQ(result.steps[0].reported_class, "tuberculosis");
  EXPECT_EQ(result.steps[1].state, StepState::kDone);
}

TEST_F(ExecuteTest, AConditionThatDoesNotHoldSkipsItsStepAndSaysWhy) {
  runner.answers[kTuberculosis] = answer_of({0.8, 0.2}, false);
  const StudyResult result = run_steps({step(kTuberculosis), step(kHeart, {}, plan::Condition{0, "positive"})});
  EXPECT_EQ(result.steps[1].state, StepState::kSkipped);
  EXPECT_EQ(result.steps[1].why,
            "it was asked for only if step 1 (tuberculosis) is positive, and the answer was normal");
  EXPECT_EQ(runner.ran, std::vector<std::string>{kTuberculosis});
}

TEST_F(ExecuteTest, TheClassThatWasDecidedIsReportedNotTheMostProbableOne) {
  runner.answers[kTuberculosis] = answer_of({0.6, 0.4}, true);
  runner.answers[kTuberculosis].best = 1;
  EXPECT_EQ(run_steps({step(kTuberculosis)}).steps[0].reported_class, "tuberculosis");
}

TEST_F(ExecuteTest, AnAbstainedStepIsUncertainAndNothingThatDependsOnItRuns) {
  runner.answers[kTuberculosis] = answer_of({0.5, 0.5}, false, true);
  const StudyResult result = run_steps({step(kTuberculosis), step(kHeart, {}, plan::Condition{0, "positive"}),
                                        step(kLung, {}, plan::Condition{0, "negative"})});
  EXPECT_EQ(result.steps[0].outcome, "uncertain");
  EXPECT_EQ(result.steps[1].state, StepState::kSkipped);
  EXPECT_EQ(result.steps[2].state, StepState::kSkipped);
  EXPECT_NE(result.steps[2].why.find("uncertain"), std::string::npos);
}

TEST_F(ExecuteTest, AClassNameIsAnOutcome) {
  const StudyResult result = run_steps(
      {step(kCause), step(kHeart, {}, plan::Condition{0, "viral"}), step(kLung, {}, plan::Condition{0, "bacterial"})});
  EXPECT_EQ(result.steps[0].outcome, "viral");
  EXPECT_EQ(result.steps[1].state, StepState::kDone);
  EXPECT_EQ(result.steps[2].state, StepState::kSkipped);
}

TEST_F(ExecuteTest, AnEmptyMaskIsNegative) {
  runner.masks.erase(kHeart);
  const StudyResult result = run_steps({step(kHeart), step(kLung, {}, plan::Condition{0, "negative"})});
  EXPECT_EQ(result.steps[0].outcome, "negative");
  EXPECT_EQ(result.steps[1].state, StepState::kDone);
}

TEST_F(ExecuteTest, AChainedStepSeesTheMaskOfItsInput) {
  const StudyResult result = run_steps({step(kLung), step(kTuberculosis, 0)});
  EXPECT_EQ(result.steps[1].state, StepState::kDone);
  EXPECT_EQ(runner.seen_within[kTuberculosis].labels, runner.masks[kLung].labels);
}

TEST_F(ExecuteTest, AChainedStepDoesNotRunInsideAnEmptyMask) {
  runner.masks.erase(kLung);
  const StudyResult result = run_steps({step(kLung), step(kTuberculosis, 0)});
  EXPECT_EQ(result.steps[1].state, StepState::kSkipped);
  EXPECT_EQ(result.steps[1].why, "step 1 (lung), whose mask it needs, found nothing");
}

TEST_F(ExecuteTest, AFailedStepKeepsTheOtherStepsResults) {
  runner.errors.emplace(kHeart, Error{"the network is damaged"});
  const StudyResult result = run_steps({step(kHeart), step(kLung), step(kTuberculosis, 0)});
  EXPECT_EQ(result.steps[0].state, StepState::kFailed);
  EXPECT_EQ(result.steps[0].why, "the network is damaged");
  EXPECT_EQ(result.steps[1].state, StepState::kDone);
  EXPECT_EQ(result.steps[2].state, StepState::kSkipped);
  EXPECT_EQ(failed_steps(result), 1);
}

TEST_F(ExecuteTest, AnImageOfAnotherModalityIsDeclinedAlthoughTheRequestNamesNone) {
  study.modality = "fundus";
  const StudyResult result = run_steps({step(kLung), step(kHeart)});
  EXPECT_TRUE(is_refused(result));
  EXPECT_TRUE(runner.ran.empty());
  ASSERT_EQ(result.plan.declined.size(), 2u);
  EXPECT_EQ(result.plan.declined[0].reason, plan::DeclineReason::kWrongModality);
  EXPECT_NE(result.plan.declined[0].explanation.find("fundus photograph"), std::string::npos);
}

TEST_F(ExecuteTest, APictureOfNoKnownKindIsDeclined) {
  study.modality.clear();
  study.none_of_these = true;
  EXPECT_TRUE(is_refused(run_steps({step(kLung)})));
  EXPECT_TRUE(runner.ran.empty());
}

TEST_F(ExecuteTest, AnUncertainPictureIsNotTakenForWhatItDoesNotLookLike) {
  study.modality.clear();
  study.recognition = Recognition{kModalityRecogniser, {{"cxr", 0.55}, {"fundus", 0.01}, {"none", 0.44}}, false};
  EXPECT_TRUE(is_refused(run_steps({step(kDisc)})));
  const StudyResult chest = run_steps({step(kLung)});
  EXPECT_FALSE(is_refused(chest));
  EXPECT_EQ(chest.modality, "cxr");
  EXPECT_EQ(chest.modality_from, "request");
}

TEST_F(ExecuteTest, AnInvalidPlanIsAnErrorAndNothingRuns) {
  plan::Plan plan;
  plan.steps = {step("segment/unknown")};
  EXPECT_FALSE(run(plan, study, runner));
  EXPECT_TRUE(runner.ran.empty());
}

TEST_F(ExecuteTest, AVolumeIsNotGivenToANetworkOfSingleImages) {
  study.image = image::make_image(20, 10, 1, 3);
  const StudyResult result = run_steps({step(kLung)});
  EXPECT_EQ(result.steps[0].state, StepState::kFailed);
  EXPECT_NE(result.steps[0].why.find("3 slices"), std::string::npos);
}

TEST_F(ExecuteTest, HeartAndLungsGiveTheCardiothoracicRatio) {
  const StudyResult result = run_steps({step(kLung), step(kHeart)});
  ASSERT_EQ(result.measurements.size(), 1u);
  EXPECT_EQ(result.measurements[0].name, "cardiothoracic ratio");
  EXPECT_DOUBLE_EQ(*result.measurements[0].value, 5.0 / 16);
  EXPECT_EQ(result.measurements[0].lines.size(), 2u);
}

}  // namespace
}  // namespace galen::engine
