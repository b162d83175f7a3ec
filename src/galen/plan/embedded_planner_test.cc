#include "galen/plan/embedded_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "galen/base/files.h"
#include "galen/base/json.h"

namespace galen::plan {
namespace {

namespace fs = std::filesystem;

fs::path source_folder() { return GALEN_SOURCE_DIR; }
fs::path shared_folder() { return source_folder().parent_path() / "shared" / "planner"; }

// A plan as score.py compares it: each step with the weights of its input and condition, and the reasons of refusal.
using StepKey = std::tuple<std::string, std::string, std::string, std::set<std::string>>;
struct Answer {
  std::multiset<StepKey> steps;
  std::multiset<std::string> reasons;
  bool operator==(const Answer&) const = default;
};

std::set<std::string> classes_of(const zoo::Entry* entry, const std::string& outcome) {
  std::set<std::string> classes;
  if (!entry || entry->task != zoo::Task::kClassify ||
      std::count(entry->classes.begin(), entry->classes.end(), outcome))
    return {outcome};
  for (std::size_t i = 0; i < entry->classes.size(); ++i) {
    if (entry->normal[i] == (outcome == "negative")) classes.insert(entry->classes[i]);
  }
  return classes;
}

Answer answer_of(const Plan& plan, const zoo::Catalogue& catalogue) {
  Answer answer;
  for (const Step& step : plan.steps) {
    const std::string input = step.input ? plan.steps[static_cast<std::size_t>(*step.input)].weights : "image";
    std::string cause;
    std::set<std::string> outcome;
    if (step.when) {
      cause = plan.steps[static_cast<std::size_t>(step.when->step)].weights;
      outcome = classes_of(catalogue.find(cause), step.when->outcome);
    }
    answer.steps.insert({step.weights, input, cause, outcome});
  }
  for (const Decline& decline : plan.declined) answer.reasons.insert(to_string(decline.reason));
  return answer;
}

struct Case {
  std::string id, prompt, modality;
  Answer gold;
};

std::vector<Case> read_cases(const fs::path& path, const zoo::Catalogue& catalogue) {
  std::vector<Case> cases;
  const Result<std::string> text = read_text_file(path);
  if (!text) return cases;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    Json object = *parse_json(line);
    Json gold = {{"steps", object["steps"]}, {"declined", Json::array()}};
    for (const Json& reason : object["declined"]) gold["declined"].push_back({{"reason", reason}});
    const Plan plan = *parse_plan(gold);
    cases.push_back({object["id"], object["prompt"],
                     object["modality"].is_string() ? object["modality"].get<std::string>() : "",
                     answer_of(plan, catalogue)});
  }
  return cases;
}

Plan plan_of(const std::string& text, const std::string& modality, const zoo::Catalogue& catalogue) {
  const Result<Plan> plan = make_embedded_planner()->plan({text, modality}, catalogue);
  EXPECT_TRUE(plan.ok());
  return plan.ok() ? *plan : Plan{};
}

// How many of the file's cases are answered exactly right; the others are reported.
std::pair<std::size_t, std::size_t> right_of(const fs::path& path, const zoo::Catalogue& catalogue) {
  std::size_t right = 0;
  const std::vector<Case> cases = read_cases(path, catalogue);
  for (const Case& one : cases) {
    const bool same = answer_of(plan_of(one.prompt, one.modality, catalogue), catalogue) == one.gold;
    right += same;
    if (!same) ::testing::Test::RecordProperty("wrong_" + one.id, one.prompt);
  }
  return {right, cases.size()};
}

class EmbeddedPlannerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result<zoo::Catalogue> read = zoo::read_catalogue(shared_folder() / "catalogue.json");
    if (!read) GTEST_SKIP() << "the shared planner suite is not beside the source tree";
    catalogue = *read;
  }
  Answer answer(const std::string& text, const std::string& modality) {
    return answer_of(plan_of(text, modality, catalogue), catalogue);
  }

  zoo::Catalogue catalogue;
};

TEST_F(EmbeddedPlannerTest, AnswersTheSharedSuite) {
  const auto [right, total] = right_of(shared_folder() / "dev.jsonl", catalogue);
  ASSERT_GT(total, 100u);
  EXPECT_GE(static_cast<double>(right), 0.98 * static_cast<double>(total));
}

TEST_F(EmbeddedPlannerTest, AnswersItsOwnRequests) {
  const auto [right, total] = right_of(source_folder() / "tests/planner/requests.jsonl", catalogue);
  ASSERT_GT(total, 500u);
  EXPECT_GE(static_cast<double>(right), 0.99 * static_cast<double>(total));
}

// Written after the rules; what was right then stays right.
TEST_F(EmbeddedPlannerTest, AnswersFreshRequests) {
  const auto [right, total] = right_of(source_folder() / "tests/planner/fresh_requests.jsonl", catalogue);
  ASSERT_GE(total, 100u);
  EXPECT_GE(right, 97u);
}

TEST(OtherCatalogueTest, IsPlannedWithoutAnythingElseChanged) {
  const Result<zoo::Catalogue> catalogue = zoo::read_catalogue(source_folder() / "tests/planner/other_catalogue.json");
  ASSERT_TRUE(catalogue.ok());
  const auto [right, total] = right_of(source_folder() / "tests/planner/other_requests.jsonl", *catalogue);
  ASSERT_GE(total, 40u);
  EXPECT_GE(static_cast<double>(right), 0.95 * static_cast<double>(total));
}

TEST_F(EmbeddedPlannerTest, NeverTurnsARefusalIntoAPlan) {
  for (const char* file : {"tests/planner/requests.jsonl", "tests/planner/fresh_requests.jsonl"}) {
    for (const Case& one : read_cases(source_folder() / file, catalogue)) {
      if (!one.gold.steps.empty()) continue;
      EXPECT_TRUE(plan_of(one.prompt, one.modality, catalogue).steps.empty()) << one.prompt;
    }
  }
}

TEST_F(EmbeddedPlannerTest, IgnoresPolitenessAndCase) {
  std::vector<Case> cases = read_cases(shared_folder() / "dev.jsonl", catalogue);
  for (std::size_t i = 0; i < cases.size(); i += 4) {
    const Case& one = cases[i];
    if (one.gold.steps.empty()) continue;
    EXPECT_EQ(answer("Hello. " + one.prompt, one.modality), one.gold) << one.prompt;
    EXPECT_EQ(answer(one.prompt + "\nThanks", one.modality), one.gold) << one.prompt;
  }
  EXPECT_EQ(answer("SEGMENT THE LUNGS AND CHECK FOR TB", "cxr"), answer("segment the lungs and check for tb", "cxr"));
}

TEST_F(EmbeddedPlannerTest, ReadsOverATypingErrorInALongWord) {
  EXPECT_EQ(answer("tubercolosis?", "cxr"), answer("tuberculosis?", "cxr"));
  EXPECT_EQ(answer("segment the hipocampus", "mri"), answer("segment the hippocampus", "mri"));
  EXPECT_EQ(answer("outline the conslidation", "cxr"), answer("outline the consolidation", "cxr"));
  EXPECT_EQ(answer("check for pnuemonia", "cxr"), answer("check for pneumonia", "cxr"));
}

TEST_F(EmbeddedPlannerTest, TakesIndependentPartsInAnyOrder) {
  EXPECT_EQ(answer("Segment the heart. Check for TB.", "cxr"), answer("Check for TB. Segment the heart.", "cxr"));
  EXPECT_EQ(answer("liver, spleen and kidneys please", "ct"), answer("kidneys, liver and spleen please", "ct"));
}

TEST_F(EmbeddedPlannerTest, DeclinesWhatACatalogueNoLongerHas) {
  zoo::Catalogue smaller = catalogue;
  std::erase_if(smaller.entries, [](const zoo::Entry& entry) { return entry.target == "spleen"; });
  const Answer answer = answer_of(plan_of("segment the liver and the spleen", "ct", smaller), smaller);
  EXPECT_EQ(answer.steps, (std::multiset<StepKey>{{"segment/liver-ct", "image", "", {}}}));
  EXPECT_EQ(answer.reasons, (std::multiset<std::string>{"no-weights"}));
}

TEST_F(EmbeddedPlannerTest, PlansAnEntryThatOnlyTheCatalogueKnows) {
  zoo::Catalogue larger = catalogue;
  zoo::Entry entry;
  entry.id = "segment/zonk";
  entry.target = "zonkoid body";
  entry.aliases = {"quux organ"};
  entry.modality = "cxr";
  larger.entries.push_back(entry);
  const Plan plan = plan_of("please outline the quux organ", "cxr", larger);
  ASSERT_EQ(plan.steps.size(), 1u);
  EXPECT_EQ(plan.steps[0].weights, "segment/zonk");
}

TEST_F(EmbeddedPlannerTest, DeclinesTextWithoutARequest) {
  for (const char* text : {"", "the", "   ", "?!?!", "\xff\xfe\x00garbage", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
                           "請分割肺部", "Bitte die Lunge segmentieren"}) {
    const Plan plan = plan_of(text, "cxr", catalogue);
    EXPECT_TRUE(plan.steps.empty()) << text;
    EXPECT_EQ(plan.declined.size(), 1u) << text;
  }
}

TEST_F(EmbeddedPlannerTest, SurvivesHostileText) {
  std::string nested(5000, '(');
  std::string ifs;
  for (int i = 0; i < 30000; ++i) ifs += "if ";
  std::string binary;
  for (int i = 0; i < 4096; ++i) binary += static_cast<char>(i * 37 % 256);
  for (const std::string& text : {nested, ifs, binary, std::string(100'000, 'a'),
                                  std::string("{\"steps\":[{\"weights\":\"segment/lung-cxr\"}]}")}) {
    const Result<Plan> plan = make_embedded_planner()->plan({text, "cxr"}, catalogue);
    ASSERT_TRUE(plan.ok());
    EXPECT_TRUE(validate(*plan, catalogue, "cxr").ok());
  }
}

TEST_F(EmbeddedPlannerTest, ShowsTheWordsOfEachStep) {
  const std::string text = "If there is TB, outline the heart; also an appendicitis?";
  const Plan plan = plan_of(text, "cxr", catalogue);
  ASSERT_EQ(plan.steps.size(), 2u);
  const auto words = [&](const TextRange& range) { return text.substr(range.begin, range.end - range.begin); };
  EXPECT_EQ(words(plan.steps[0].from.at(0)), "TB");
  EXPECT_EQ(words(plan.steps[1].from.at(0)), "heart");
  ASSERT_EQ(plan.declined.size(), 1u);
  EXPECT_EQ(plan.declined[0].text, "appendicitis");
  EXPECT_FALSE(plan.declined[0].nearest.empty());
  EXPECT_NE(plan.declined[0].explanation.find("appendicitis"), std::string::npos);
}

TEST_F(EmbeddedPlannerTest, NamesTheMeasurements) {
  const Plan plan = plan_of("what is the cardiothoracic ratio?", "cxr", catalogue);
  EXPECT_EQ(plan.measurements, (std::vector<std::string>{"cardiothoracic ratio"}));
  EXPECT_EQ(plan.steps.size(), 2u);
}

}  // namespace
}  // namespace galen::plan
