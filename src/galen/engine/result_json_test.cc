#include "galen/engine/result_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "galen/engine/fake_runner.h"
#include "galen/measure/drawn_mask.h"

namespace galen::engine {
namespace {

// Empty where the document keeps to the schema.
std::string problems(const Json& document) {
  const auto schema_json = nlohmann::json::parse(result_schema());
  const auto target = nlohmann::json::parse(to_text(document));
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(schema_json), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(target), &results)) return "";
  std::string text;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

StudyResult full_result() {
  StudyResult result;
  result.request = "Outline the lesion; \xff <b>";
  result.image_path = "film.png";
  result.image_width = 4;
  result.image_height = 2;
  result.image_slice = 3;
  result.image_slices = 12;
  result.spacing_kind = image::SpacingKind::kPatient;
  result.modality = "cxr";
  result.modality_name = "chest x-ray";
  result.modality_from = "recognised";
  result.recognition = Recognition{"classify/modality", {{"cxr", 0.99}, {"none", 0.01}}, true};
  plan::Decline decline;
  decline.reason = plan::DeclineReason::kNotImaging;
  decline.text = "a poem";
  result.plan.declined = {decline};

  StepResult segment;
  segment.step.weights = "segment/lesion-cxr";
  segment.card = segment_card("segment/lesion-cxr", "lesion", "cxr");
  segment.outcome = "positive";
  segment.segmentation = runtime::Segmentation{};
  segment.segmentation->mask = measure::drawn({"11..", "...."});
  Measurement length;
  length.name = "longest diameter";
  length.structure = "lesion";
  length.value = 2.0;
  length.unit = "mm";
  length.lines = {{{-0.5, 0}, {1.5, 0}}};
  length.line_texts = {"2.0 mm"};
  Measurement missing;
  missing.name = "volume";
  missing.unit = "mL";
  segment.measurements = {length, missing};
  segment.files = {"lesion.png"};

  StepResult classify;
  classify.step.task = zoo::Task::kClassify;
  classify.step.weights = "classify/tb-cxr";
  classify.step.input = 0;
  classify.step.when = plan::Condition{0, "positive"};
  classify.card = classify_card("classify/tb-cxr", "tuberculosis", "cxr", {{"normal", true}, {"tuberculosis", false}});
  classify.card.output.abstain_low_high = {0.3, 0.7};
  classify.outcome = "positive";
  classify.reported_class = "tuberculosis";
  classify.classification = answer_of({0.1, 0.9}, true);

  StepResult skipped = classify;
  skipped.classification.reset();
  skipped.state = StepState::kSkipped;
  skipped.why = "its condition does not hold";
  skipped.outcome.clear();
  result.steps = {segment, classify, skipped};
  for (const StepResult& step : result.steps) result.plan.steps.push_back(step.step);
  result.warnings = {"a warning"};
  return result;
}

TEST(ResultJsonTest, KeepsToItsSchema) { EXPECT_EQ(problems(to_json(full_result())), ""); }

TEST(ResultJsonTest, ARefusalKeepsToItsSchemaToo) {
  StudyResult refusal;
  refusal.image_width = refusal.image_height = 1;
  EXPECT_EQ(problems(to_json(refusal)), "");
}

TEST(ResultJsonTest, AMeasurementThatIsNoNumberIsNullAndNotZero) {
  StudyResult result = full_result();
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    result.steps[0].measurements[0].value = value;
    const Json document = to_json(result);
    EXPECT_TRUE(document["steps"][0]["measurements"][0]["value"].is_null());
    EXPECT_EQ(problems(document), "");
  }
}

TEST(ResultJsonTest, TheSchemaRefusesWhatIsNotInIt) {
  Json document = to_json(full_result());
  document["steps"][0]["secret"] = 1;
  EXPECT_NE(problems(document), "");
  document = to_json(full_result());
  document["steps"][0].erase("outcome");
  EXPECT_NE(problems(document), "");
}

TEST(ResultJsonTest, HoldsFiguresUnitsLinesAndProbabilities) {
  const Json document = to_json(full_result());
  EXPECT_EQ(document["image"]["modality_from"], "recognised");
  EXPECT_EQ(document["image"]["slice"]["number"], 3);
  EXPECT_TRUE(to_json(StudyResult{})["image"]["slice"].is_null());
  EXPECT_EQ(document["steps"][0]["measurements"][0]["value"], 2.0);
  EXPECT_EQ(document["steps"][0]["measurements"][0]["lines"][0]["text"], "2.0 mm");
  EXPECT_TRUE(document["steps"][0]["measurements"][1]["value"].is_null());
  EXPECT_EQ(document["steps"][1]["probabilities"]["tuberculosis"], 0.9);
  EXPECT_EQ(document["steps"][1]["input"], 0);
  EXPECT_EQ(document["steps"][2]["state"], "skipped");
  EXPECT_EQ(document["declined"][0]["reason"], "not-imaging");
}

}  // namespace
}  // namespace galen::engine
