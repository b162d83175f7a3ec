// A plan: the steps that answer a request, and what is declined. The JSON form is described by plan.schema.json.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"
#include "galen/zoo/catalogue.h"

namespace galen::plan {

// Bytes [begin, end) of the request's UTF-8 text.
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct Condition {
  int step = 0;         // Index of an earlier step
  std::string outcome;  // "positive", "negative" or a class name of that step
};

struct Step {
  zoo::Task task = zoo::Task::kSegment;
  std::string weights;       // Catalogue id
  std::optional<int> input;  // Index of the earlier segment step whose mask restricts the input; none: the image
  std::optional<Condition> when;
  std::vector<TextRange> from;  // The words that it came from
};

enum class DeclineReason { kNoWeights, kWrongModality, kNotImaging, kUnclear };
std::string to_string(DeclineReason reason);

struct Decline {
  DeclineReason reason = DeclineReason::kUnclear;
  std::string text;         // What was asked, in the request's words
  std::string explanation;  // A sentence: why, and the nearest thing that could be done instead
  std::string nearest;      // Catalogue id of the nearest entry, or ""
  std::vector<TextRange> from;
};

struct Plan {
  std::vector<Step> steps;
  std::vector<Decline> declined;
  std::vector<std::string>
      measurements;      // Asked for by name ("cup-to-disc ratio", "cardiothoracic ratio"), in the lexicon's words
  std::string modality;  // What the plan takes the image to be; "" where unknown
};

// Fails naming the place ("steps[2].when.step: …"). Unknown keys are refused.
Result<Plan> parse_plan(const Json& document);
// `request` gives the character ranges' text; may be empty.
Json to_json(const Plan& plan, const std::string& request = "");
const std::string& plan_schema();

// Checks what a schema cannot: the weights exist and have the step's task, inputs are earlier segmentations, conditions
// point to earlier steps and to outcomes that these can have, and every step is of one modality (`modality`, unless
// empty).
Status validate(const Plan& plan, const zoo::Catalogue& catalogue, const std::string& modality);

}  // namespace galen::plan
