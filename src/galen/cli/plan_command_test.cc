#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "galen/cli/commands.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

class PlanCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    catalogue_ = write("catalogue.json", R"({"modalities": {"cxr": ["chest x-ray"], "fundus": ["retinal photo"]},
      "weights": [{"id": "segment/lung-cxr", "task": "segment", "target": "lung", "modality": "cxr"}]})");
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  // Of `galen plan` over the catalogue; what it printed is in `out_`.
  Result<int> plan(std::map<std::string, std::vector<std::string>> values) {
    values["catalogue"] = {catalogue_};
    std::ostringstream err;
    out_.str("");
    Console console(out_, err, false);
    return run_plan(Arguments{std::move(values)}, console);
  }
  Result<int> plan_lungs_of(const std::string& modality) {
    return plan({{"REQUEST", {"Segment the lungs"}}, {"modality", {modality}}, {"json", {"true"}}});
  }

  const fs::path folder_ = fs::temp_directory_path() / ("galen-plan-" + std::to_string(::getpid()));
  std::string catalogue_;
  std::ostringstream out_;
};

TEST_F(PlanCommandTest, TakesAModalityByCodeOrNameInAnyCase) {
  for (const std::string modality : {"cxr", "CXR", "Chest X-ray"}) {
    const Result<int> status = plan_lungs_of(modality);
    ASSERT_TRUE(status.ok()) << modality << ": " << status.error().message;
    EXPECT_EQ(*status, kExitDone) << modality;
  }
}

TEST_F(PlanCommandTest, AnUnknownModalityIsAWrongUseThatNamesTheKnownOnes) {
  const Result<int> status = plan_lungs_of("smell");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind, ErrorKind::kUsage);
  EXPECT_NE(status.error().message.find("cxr, fundus"), std::string::npos) << status.error().message;
}

TEST_F(PlanCommandTest, LinesOfAFileMayNameTheModalityAndAnUnknownOneIsDeclined) {
  const std::string requests = write("requests.jsonl",
                                     "{\"prompt\": \"Segment the lungs\", \"modality\": \"chest x-ray\"}\n"
                                     "{\"prompt\": \"Segment the lungs\", \"modality\": \"smell\"}\n");
  const Result<int> status = plan({{"jsonl", {requests}}});
  ASSERT_TRUE(status.ok()) << status.error().message;
  std::istringstream lines(out_.str());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ((*parse_json(line))["steps"].size(), 1u) << line;
  std::getline(lines, line);
  EXPECT_EQ((*parse_json(line))["steps"].size(), 0u) << line;
  EXPECT_EQ((*parse_json(line))["declined"].size(), 1u) << line;
}

}  // namespace
}  // namespace galen::cli
