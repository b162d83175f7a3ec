#include "galen/engine/study.h"

#include <gtest/gtest.h>

#include "galen/engine/fake_runner.h"

namespace galen::engine {
namespace {

class StudyTest : public testing::Test {
 protected:
  void SetUp() override {
    runner.names.modalities = {{"cxr", {"chest x-ray", "CXR"}}, {"fundus", {"fundus photograph"}}};
    runner.cards = {classify_card(kModalityRecogniser, "modality", "any",
                                  {{"cxr", false}, {"fundus", false}, {"none of these", true}})};
    runner.answers[kModalityRecogniser] = answer_of({0.01, 0.98, 0.01}, true);
    image = image::make_image(8, 8);
  }
  FakeRunner runner;
  image::Image image;
};

TEST_F(StudyTest, TheFileIsBelievedAndTheRecogniserNotAsked) {
  image.modality = "cxr";
  const Study study = *make_study(image, runner);
  EXPECT_EQ(study.modality, "cxr");
  EXPECT_EQ(study.modality_from, "file");
  EXPECT_TRUE(runner.ran.empty());
}

TEST_F(StudyTest, APersonWhoContradictsTheFileIsRefused) {
  image.modality = "cxr";
  StudyOptions options;
  options.modality = "fundus";
  const Result<Study> study = make_study(image, runner, options);
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().kind, ErrorKind::kRefused);
  EXPECT_EQ(study.error().message, "the file says that it is chest x-ray, not fundus photograph; nothing was run");
}

TEST_F(StudyTest, TheRecogniserSaysWhereNobodyElseDoes) {
  const Study study = *make_study(image, runner);
  EXPECT_EQ(study.modality, "fundus");
  EXPECT_EQ(study.modality_from, "recognised");
  EXPECT_TRUE(study.warnings.empty());
}

TEST_F(StudyTest, ThePersonOverrulesTheRecogniserAndTheResultSaysSo) {
  StudyOptions options;
  options.modality = "Chest X-ray";
  const Study study = *make_study(image, runner, options);
  EXPECT_EQ(study.modality, "cxr");
  EXPECT_EQ(study.modality_from, "person");
  ASSERT_EQ(study.warnings.size(), 1u);
  EXPECT_NE(study.warnings[0].find("looks like fundus photograph"), std::string::npos);
}

TEST_F(StudyTest, NoneOfTheseIsKnownAsSuchUnlessThePersonSaysOtherwise) {
  runner.answers[kModalityRecogniser] = answer_of({0.01, 0.01, 0.98}, false);
  const Study cat = *make_study(image, runner);
  EXPECT_TRUE(cat.none_of_these);
  EXPECT_EQ(cat.modality, "");
  StudyOptions options;
  options.modality = "cxr";
  const Study insisted = *make_study(image, runner, options);
  EXPECT_FALSE(insisted.none_of_these);
  EXPECT_EQ(insisted.modality, "cxr");
}

TEST_F(StudyTest, AnUncertainRecogniserLeavesTheModalityOpenWithAWarning) {
  runner.answers[kModalityRecogniser] = answer_of({0.4, 0.35, 0.25}, true);
  const Study study = *make_study(image, runner);
  EXPECT_EQ(study.modality, "");
  EXPECT_FALSE(study.none_of_these);
  EXPECT_EQ(study.warnings.size(), 1u);
}

TEST_F(StudyTest, TheClassThatWasDecidedIsTheModalityNotTheMostProbableOne) {
  // Above the card's threshold for "something", although "none of these" is the most probable single class.
  runner.answers[kModalityRecogniser] = answer_of({0.49, 0.01, 0.5}, true);
  runner.answers[kModalityRecogniser].best = 0;
  const Study study = *make_study(image, runner);
  EXPECT_FALSE(study.none_of_these);
  EXPECT_EQ(study.warnings.size(), 1u) << "less than half is not certain";
  ASSERT_FALSE(study.warnings.empty());
  EXPECT_NE(study.warnings[0].find("most likely cxr, 49 %"), std::string::npos) << study.warnings[0];
}

TEST_F(StudyTest, AnUnknownModalityIsAWrongUseThatNamesTheKnownOnes) {
  StudyOptions options;
  options.modality = "smell";
  const Result<Study> study = make_study(image, runner, options);
  ASSERT_FALSE(study);
  EXPECT_EQ(study.error().kind, ErrorKind::kUsage);
  EXPECT_NE(study.error().message.find("cxr, fundus"), std::string::npos);
}

TEST_F(StudyTest, AChosenSliceIsAnImageOfItsOwnAndIsRecognised) {
  image = image::make_image(8, 8, 1, 5);
  image.at(0, 0, 3) = 7;
  EXPECT_EQ(make_study(image, runner)->modality, "") << "a volume is not given to the recogniser";
  StudyOptions options;
  options.slice = 4;
  const Study study = *make_study(image, runner, options);
  EXPECT_EQ(study.image.depth, 1);
  EXPECT_EQ(study.image.at(0, 0), 7);
  EXPECT_EQ(study.slice, 4);
  EXPECT_EQ(study.slices, 5);
  EXPECT_EQ(study.modality, "fundus");
  options.slice = 6;
  EXPECT_FALSE(make_study(image, runner, options));
}

TEST_F(StudyTest, AMissingFileIsAnError) { EXPECT_FALSE(open_study("/nowhere/film.png", runner)); }

}  // namespace
}  // namespace galen::engine
