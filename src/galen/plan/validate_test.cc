#include <gtest/gtest.h>

#include "galen/plan/plan.h"
#include "galen/plan/planner.h"

namespace galen::plan {
namespace {

zoo::Catalogue small_catalogue() {
  const Result<Json> json = parse_json(R"({"modalities": {"cxr": ["chest x-ray"], "mri": ["MRI"]}, "weights": [
    {"id": "segment/lung", "task": "segment", "target": "lung", "modality": "cxr"},
    {"id": "classify/tb", "task": "classify", "target": "tuberculosis", "modality": "cxr", "classes": ["normal", "tuberculosis"]},
    {"id": "classify/cause", "task": "classify", "target": "pneumonia cause", "modality": "cxr", "classes": ["bacterial", "viral"]},
    {"id": "segment/liver", "task": "segment", "target": "liver", "modality": "mri"}]})");
  return *zoo::parse_catalogue(*json);
}

Status check(const std::string& steps, const std::string& modality = "cxr") {
  const Result<Plan> plan = parse_plan(*parse_json("{\"steps\": [" + steps + "]}"));
  if (!plan) return plan.error();
  return validate(*plan, small_catalogue(), modality);
}

const std::string kLung = R"({"task": "segment", "weights": "segment/lung"})";
const std::string kTb = R"({"task": "classify", "weights": "classify/tb"})";

std::string error_of(const Status& status) { return status.ok() ? "" : status.error().message; }

TEST(ValidateTest, AcceptsMasksAndConditionsOfEarlierSteps) {
  EXPECT_EQ(
      error_of(check(
          kLung + ", " +
          R"({"task": "classify", "weights": "classify/tb", "input": 0, "when": {"step": 0, "outcome": "positive"}})")),
      "");
}

TEST(ValidateTest, NamesThePlaceOfUnknownWeights) {
  EXPECT_EQ(error_of(check(R"({"task": "segment", "weights": "segment/spleen"})")).rfind("steps[0].weights", 0), 0u);
}

TEST(ValidateTest, RefusesAnotherTaskAndAnotherModality) {
  EXPECT_EQ(error_of(check(R"({"task": "classify", "weights": "segment/lung"})")).rfind("steps[0].task", 0), 0u);
  EXPECT_EQ(error_of(check(R"({"task": "segment", "weights": "segment/liver"})")).rfind("steps[0].weights", 0), 0u);
  EXPECT_EQ(
      error_of(check(kLung + R"(, {"task": "segment", "weights": "segment/liver"})", "")).rfind("steps[1].weights", 0),
      0u);
}

TEST(ValidateTest, RefusesLaterStepsAndStepsWithoutAMask) {
  EXPECT_EQ(error_of(check(R"({"task": "segment", "weights": "segment/lung", "input": 0})")).rfind("steps[0].input", 0),
            0u);
  EXPECT_EQ(error_of(check(kTb + R"(, {"task": "segment", "weights": "segment/lung", "input": 0})"))
                .rfind("steps[1].input", 0),
            0u);
  EXPECT_EQ(
      error_of(check(R"({"task": "segment", "weights": "segment/lung", "when": {"step": 3, "outcome": "positive"}})"))
          .rfind("steps[0].when.step", 0),
      0u);
}

TEST(ValidateTest, RefusesOutcomesThatAStepCannotHave) {
  const auto after = [](const std::string& weights, const std::string& outcome) {
    return R"({"task": "classify", "weights": ")" + weights +
           R"("}, {"task": "segment", "weights": "segment/lung", "when": {"step": 0, "outcome": ")" + outcome + "\"}}";
  };
  EXPECT_TRUE(check(after("classify/cause", "viral")).ok());
  EXPECT_EQ(error_of(check(after("classify/cause", "positive"))).rfind("steps[1].when.outcome", 0), 0u);
  EXPECT_EQ(error_of(check(after("classify/tb", "viral"))).rfind("steps[1].when.outcome", 0), 0u);
}

TEST(PlanJsonTest, RefusesUnknownKeysAndWrongTypes) {
  const auto error = [](const std::string& text) {
    const Result<Plan> plan = parse_plan(*parse_json(text));
    return plan.ok() ? std::string() : plan.error().message;
  };
  EXPECT_EQ(error(R"({"steps": [], "extra": 1})"), "extra: unknown key");
  EXPECT_EQ(error(R"({"steps": [{"task": "segment", "weights": "a", "wen": null}]})"), "steps[0].wen: unknown key");
  EXPECT_EQ(error(R"({"steps": [{"task": "paint", "weights": "a"}]})").rfind("steps[0].task", 0), 0u);
  EXPECT_EQ(error(R"({"steps": [{"task": "segment", "weights": "a", "input": -1}]})").rfind("steps[0].input", 0), 0u);
  EXPECT_EQ(error(R"({"steps": [], "declined": [{"reason": "bored"}]})").rfind("declined[0].reason", 0), 0u);
  EXPECT_NE(error("[]"), "");
  EXPECT_NE(error("{}"), "");
}

TEST(PlanJsonTest, WritesWhatItReads) {
  const Plan plan = *parse_plan(
      *parse_json("{\"steps\": [" + kTb +
                  R"(, {"task": "segment", "weights": "segment/lung", "when": {"step": 0, "outcome": "positive"}}]})"));
  const Plan again = *parse_plan(to_json(plan));
  ASSERT_EQ(again.steps.size(), 2u);
  EXPECT_EQ(again.steps[1].when->outcome, "positive");
  EXPECT_TRUE(parse_json(plan_schema()).ok());
}

TEST(PlannerTest, NamesThePlannersThatExist) {
  EXPECT_TRUE(make_planner("embedded").ok());
  const auto unknown = make_planner("oracle");
  ASSERT_FALSE(unknown.ok());
  EXPECT_NE(unknown.error().message.find("embedded"), std::string::npos);
}

}  // namespace
}  // namespace galen::plan
