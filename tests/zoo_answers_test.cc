// What the zoo's entries answer on every picture of the validation splits, asked as a person would ask.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "galen/base/csv.h"
#include "galen/base/json.h"
#include "galen/image/read.h"
#include "galen/measure/ratios.h"
#include "program.h"

namespace galen::test {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  const char* folder = std::getenv("GALEN_DATA");
  return folder != nullptr ? fs::path(folder) : fs::path(GALEN_SOURCE_DIR) / "../shared/data";
}

struct ValCase {
  fs::path image;
  fs::path mask;
};

class ZooAnswersTest : public ::testing::Test {
 protected:
  // Skips the test where the set or an entry is not there. To be followed by a look at IsSkipped().
  void open(const std::string& set, const std::vector<std::string>& entries) {
    for (const std::string& entry : entries) {
      if (!fs::exists(fs::path(GALEN_SOURCE_DIR) / "zoo" / entry / "card.json")) {
        GTEST_SKIP() << "the zoo has no " << entry;
      }
    }
    const fs::path folder = data_folder() / set;
    if (!fs::exists(folder / "cases.csv")) GTEST_SKIP() << folder << " is not there (set GALEN_DATA)";
    const Result<CsvTable> table = read_csv_file(folder / "cases.csv");
    ASSERT_TRUE(table) << table.error().message;
    for (std::size_t row = 0; row < table->rows.size(); ++row) {
      if (table->at(row, "split") != "val") continue;
      cases_.push_back({folder / table->at(row, "image"), folder / table->at(row, "mask")});
    }
    ASSERT_GT(cases_.size(), 1U);
  }

  // The answers of all cases, in order; asks in one process.
  std::vector<Json> ask(const std::string& request, const std::string& modality) {
    const fs::path list = folder_ / "images.txt";
    std::ofstream stream(list);
    for (const ValCase& one : cases_) stream << fs::absolute(one.image).string() << "\n";
    stream.close();
    const Outcome outcome =
        galen({"ask", request, "@" + list.string(), "--modality", modality, "--json"},
              {{"GALEN_ZOO=" + (fs::path(GALEN_SOURCE_DIR) / "zoo").string()}, 0, {}, std::chrono::seconds(600)});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const Result<Json> document = parse_json(outcome.out);
    EXPECT_TRUE(document) << document.error().message;
    if (!document || document->size() != cases_.size()) {
      ADD_FAILURE() << "an answer for each image is expected";
      return {};
    }
    return *document;
  }

  // The gold mask with 1 where a pixel's value passes.
  template <typename Passes>
  static image::LabelMap gold(const ValCase& one, const Passes& passes) {
    const Result<image::LabelMap> mask = image::read_label_map(one.mask);
    EXPECT_TRUE(mask) << mask.error().message;
    image::LabelMap result = *mask;
    for (std::uint8_t& label : result.labels) label = passes(label) ? 1 : 0;
    return result;
  }

  static std::optional<double> ratio(const Json& answer, const std::string& name) {
    for (const Json& measurement : answer["measurements"]) {
      if (measurement["name"] == name && measurement["value"].is_number()) return measurement["value"].get<double>();
    }
    return std::nullopt;
  }

  // Mean distance of the answers' ratios from those of the gold masks; a missing ratio is a failure.
  template <typename GoldRatio>
  double mean_error(const std::vector<Json>& answers, const std::string& name, const GoldRatio& gold_ratio) {
    double sum = 0;
    int counted = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Result<measure::LineRatio> expected = gold_ratio(cases_[i]);
      if (!expected) continue;
      const std::optional<double> given = ratio(answers[i], name);
      EXPECT_TRUE(given) << "no " << name << " of " << cases_[i].image;
      sum += given ? std::abs(*given - expected->value) : 1;
      ++counted;
    }
    EXPECT_GT(counted, 0);
    RecordProperty("images", counted);
    RecordProperty("mean_error", std::to_string(sum / counted));
    std::printf("%s: mean error %.4f over %d images\n", name.c_str(), sum / counted, counted);
    return sum / counted;
  }

  TemporaryFolder folder_;
  std::vector<ValCase> cases_;
};

TEST_F(ZooAnswersTest, CupToDiscRatiosLieWithinEightHundredthsOfTheGoldMasks) {
  open("fundus_drishti", {"segment/optic-disc-fundus", "segment/optic-cup-fundus"});
  if (IsSkipped()) return;
  const std::vector<Json> answers = ask("What is the cup-to-disc ratio?", "fundus");
  EXPECT_LE(mean_error(answers, "vertical cup-to-disc ratio",
                       [](const ValCase& one) {
                         return measure::vertical_cup_to_disc(gold(one, [](int v) { return v != 0; }), 1,
                                                              gold(one, [](int v) { return v == 2; }), 1);
                       }),
            0.08);
}

TEST_F(ZooAnswersTest, CardiothoracicRatiosLieWithinThreeHundredthsOfTheGoldMasks) {
  open("cxr_jsrt", {"segment/lung-cxr", "segment/heart-cxr"});
  if (IsSkipped()) return;
  const std::vector<Json> answers = ask("What is the cardiothoracic ratio?", "cxr");
  EXPECT_LE(mean_error(answers, "cardiothoracic ratio",
                       [](const ValCase& one) {
                         return measure::cardiothoracic_ratio(gold(one, [](int v) { return (v & 4) != 0; }), 1,
                                                              gold(one, [](int v) { return (v & 3) != 0; }), 1);
                       }),
            0.03);
}

TEST_F(ZooAnswersTest, VesselsAndDiscAreFoundOnEveryFundusPicture) {
  const std::vector<std::string> entries = {"segment/retinal-vessel-fundus", "segment/optic-disc-fundus"};
  open("fundus_vessels", entries);
  if (IsSkipped()) return;
  open("fundus_drishti", entries);
  for (const Json& answer : ask("Outline the optic disc and the retinal vessels", "fundus")) {
    ASSERT_EQ(answer["steps"].size(), 2U);
    for (const Json& step : answer["steps"]) {
      EXPECT_EQ(step["outcome"], "positive") << answer["image"]["path"] << ": " << step["target"];
    }
  }
}

}  // namespace
}  // namespace galen::test
