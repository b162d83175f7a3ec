// The JSON form of a plan, read as the untrusted text that it may be.
#include <array>
#include <initializer_list>
#include <string_view>

#include "galen/plan/embedded_text.h"
#include "galen/plan/plan.h"

namespace galen::plan {
namespace {

constexpr std::size_t kMaxItems = 256;
constexpr std::array<std::string_view, 4> kReasons = {"no-weights", "wrong-modality", "not-imaging", "unclear"};

Status check_keys(const Json& object, const std::string& place, std::initializer_list<std::string_view> known) {
  if (!object.is_object()) return Error{(place.empty() ? std::string("the plan") : place) + ": an object is expected"};
  for (const auto& [key, unused] : object.items()) {
    bool found = false;
    for (const std::string_view name : known) found = found || key == name;
    if (!found) return Error{(place.empty() ? "" : place + ".") + key + ": unknown key"};
  }
  return {};
}

Status read_text(const Json& object, const char* key, const std::string& place, bool required, std::string& text) {
  const std::string where = place.empty() ? std::string(key) : place + "." + key;
  if (!object.contains(key)) {
    if (required) return Error{where + ": is missing"};
    return {};
  }
  if (!object[key].is_string()) return Error{where + ": a text is expected"};
  text = object[key].get<std::string>();
  if (required && text.empty()) return Error{where + ": must not be empty"};
  return {};
}

Result<int> read_index(const Json& value, const std::string& where) {
  if (!value.is_number_integer() || value < 0 || value >= static_cast<int>(kMaxItems)) {
    return Error{where + ": the index of an earlier step is expected"};
  }
  return value.get<int>();
}

Status read_ranges(const Json& object, const std::string& place, std::vector<TextRange>& ranges) {
  if (!object.contains("from")) return {};
  const Json& list = object["from"];
  if (!list.is_array()) return Error{place + ".from: a list is expected"};
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string where = place + ".from[" + std::to_string(i) + "]";
    if (Status status = check_keys(list[i], where, {"begin", "end", "text"}); !status) return status;
    TextRange range;
    for (const auto& [key, value] : {std::pair{"begin", &range.begin}, std::pair{"end", &range.end}}) {
      if (!list[i].contains(key) || !list[i][key].is_number_unsigned())
        return Error{where + "." + key + ": a number of at least 0 is expected"};
      *value = list[i][key].get<std::size_t>();
    }
    ranges.push_back(range);
  }
  return {};
}

Result<Step> read_step(const Json& object, const std::string& place) {
  if (Status status = check_keys(object, place, {"task", "weights", "input", "when", "from"}); !status)
    return status.error();
  Step step;
  std::string task;
  if (Status status = read_text(object, "task", place, true, task); !status) return status.error();
  if (task == "segment") step.task = zoo::Task::kSegment;
  else if (task == "classify") step.task = zoo::Task::kClassify;
  else if (task == "prognose") step.task = zoo::Task::kPrognose;
  else return Error{place + ".task: '" + task + "' is not one of segment, classify, prognose"};
  if (Status status = read_text(object, "weights", place, true, step.weights); !status) return status.error();
  if (object.contains("input") && object["input"] != "image") {
    Result<int> index = read_index(object["input"], place + ".input");
    if (!index) return Error{place + ".input: \"image\" or the index of an earlier step is expected"};
    step.input = *index;
  }
  if (object.contains("when") && !object["when"].is_null()) {
    const Json& when = object["when"];
    if (Status status = check_keys(when, place + ".when", {"step", "outcome"}); !status) return status.error();
    Condition condition;
    if (!when.contains("step")) return Error{place + ".when.step: is missing"};
    Result<int> index = read_index(when["step"], place + ".when.step");
    if (!index) return index.error();
    condition.step = *index;
    if (Status status = read_text(when, "outcome", place + ".when", true, condition.outcome); !status)
      return status.error();
    step.when = condition;
  }
  if (Status status = read_ranges(object, place, step.from); !status) return status.error();
  return step;
}

Result<Decline> read_decline(const Json& object, const std::string& place) {
  if (Status status = check_keys(object, place, {"reason", "text", "explanation", "nearest", "from"}); !status)
    return status.error();
  Decline decline;
  std::string reason;
  if (Status status = read_text(object, "reason", place, true, reason); !status) return status.error();
  std::size_t at = 0;
  while (at < kReasons.size() && kReasons[at] != reason) ++at;
  if (at == kReasons.size())
    return Error{place + ".reason: '" + reason + "' is not one of no-weights, wrong-modality, not-imaging, unclear"};
  decline.reason = static_cast<DeclineReason>(at);
  if (Status status = read_text(object, "text", place, false, decline.text); !status) return status.error();
  if (Status status = read_text(object, "explanation", place, false, decline.explanation); !status)
    return status.error();
  if (Status status = read_text(object, "nearest", place, false, decline.nearest); !status) return status.error();
  if (Status status = read_ranges(object, place, decline.from); !status) return status.error();
  return decline;
}

Json ranges_json(const std::vector<TextRange>& ranges, const std::string& request) {
  Json list = Json::array();
  for (const TextRange& range : ranges) {
    Json item = {{"begin", range.begin}, {"end", range.end}};
    if (range.end <= request.size() && range.begin <= range.end && !request.empty()) {
      item["text"] = request.substr(range.begin, range.end - range.begin);
    }
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

std::string to_string(DeclineReason reason) { return std::string(kReasons[static_cast<std::size_t>(reason)]); }

Result<Plan> parse_plan(const Json& document) {
  if (Status status = check_keys(document, "", {"request", "modality", "steps", "declined", "measurements"}); !status)
    return status.error();
  Plan plan;
  std::string request;
  if (Status status = read_text(document, "request", "", false, request); !status) return status.error();
  if (Status status = read_text(document, "modality", "", false, plan.modality); !status) return status.error();
  for (const char* key : {"steps", "declined", "measurements"}) {
    const bool required = std::string_view(key) == "steps";
    if (!document.contains(key) && !required) continue;
    if (!document.contains(key) || !document[key].is_array()) return Error{std::string(key) + ": a list is expected"};
    if (document[key].size() > kMaxItems) return Error{std::string(key) + ": at most 256 are read"};
  }
  for (std::size_t i = 0; i < document["steps"].size(); ++i) {
    Result<Step> step = read_step(document["steps"][i], "steps[" + std::to_string(i) + "]");
    if (!step) return step.error();
    plan.steps.push_back(*step);
  }
  if (document.contains("declined")) {
    for (std::size_t i = 0; i < document["declined"].size(); ++i) {
      Result<Decline> decline = read_decline(document["declined"][i], "declined[" + std::to_string(i) + "]");
      if (!decline) return decline.error();
      plan.declined.push_back(*decline);
    }
  }
  if (document.contains("measurements")) {
    for (const Json& name : document["measurements"]) {
      if (!name.is_string()) return Error{"measurements: a list of texts is expected"};
      plan.measurements.push_back(name.get<std::string>());
    }
  }
  return plan;
}

Json to_json(const Plan& plan, const std::string& request) {
  Json document = Json::object();
  if (!request.empty()) document["request"] = request;
  document["modality"] = plan.modality;
  document["steps"] = Json::array();
  for (const Step& step : plan.steps) {
    Json item = {{"task", zoo::to_string(step.task)}, {"weights", step.weights}, {"input", "image"}, {"when", nullptr}};
    if (step.input) item["input"] = *step.input;
    if (step.when) item["when"] = {{"step", step.when->step}, {"outcome", step.when->outcome}};
    item["from"] = ranges_json(step.from, request);
    document["steps"].push_back(std::move(item));
  }
  document["declined"] = Json::array();
  for (const Decline& decline : plan.declined) {
    document["declined"].push_back({{"reason", to_string(decline.reason)},
                                    {"text", decline.text},
                                    {"explanation", decline.explanation},
                                    {"nearest", decline.nearest},
                                    {"from", ranges_json(decline.from, request)}});
  }
  document["measurements"] = plan.measurements;
  return document;
}

const std::string& plan_schema() {
  static const std::string schema(kPlanSchemaText);
  return schema;
}

}  // namespace galen::plan
