// galen plan: the plan of a request, without running it.
#include <sstream>

#include "galen/base/files.h"
#include "galen/cli/commands.h"
#include "galen/cli/open_zoo.h"
#include "galen/cli/plan_text.h"
#include "galen/plan/planner.h"

namespace galen::cli {
namespace {

constexpr std::size_t kMaxRequestsBytes = std::size_t{64} << 20;

Result<zoo::Catalogue> open_catalogue(const Arguments& arguments) {
  if (arguments.has("catalogue")) return zoo::read_catalogue(arguments.text("catalogue"));
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  return zoo->catalogue();
}

// One line of a file of requests: {"id", "prompt", "modality"}; other keys are left alone.
Result<Json> answer_line(const std::string& line, const plan::Planner& planner, const zoo::Catalogue& catalogue) {
  const Result<Json> request = parse_json(line);
  if (!request) return request.error();
  if (!request->is_object() || !request->contains("prompt") || !(*request)["prompt"].is_string()) {
    return Error{"each line must be an object with the text \"prompt\""};
  }
  std::string modality;
  if (request->contains("modality") && (*request)["modality"].is_string()) {
    // One that the catalogue does not know stays as it is, so that the line is answered: by what is declined.
    const std::string said = (*request)["modality"].get<std::string>();
    modality = zoo::modality_code(catalogue, said);
    if (modality.empty()) modality = said;
  }
  const std::string text = (*request)["prompt"].get<std::string>();
  Result<plan::Plan> plan = planner.plan({text, modality}, catalogue);
  if (!plan) return plan.error();
  const Json full = plan::to_json(*plan, text);
  Json answer = Json::object();
  answer["id"] = request->contains("id") ? (*request)["id"] : Json();
  answer["steps"] = full["steps"];
  answer["declined"] = full["declined"];
  return answer;
}

Result<int> answer_file(const std::string& path, const plan::Planner& planner, const zoo::Catalogue& catalogue,
                        Console& console) {
  const Result<std::string> text = read_text_file(path, kMaxRequestsBytes);
  if (!text) return text.error();
  std::istringstream lines(*text);
  std::string line;
  int number = 0;
  while (std::getline(lines, line)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const Result<Json> answer = answer_line(line, planner, catalogue);
    if (!answer) return answer.error_in(path + ", line " + std::to_string(number));
    console.print_json(*answer);
  }
  return kExitDone;
}

}  // namespace

Result<int> run_plan(const Arguments& arguments, Console& console) {
  if (arguments.has("schema")) {
    console.print(plan::plan_schema());
    return kExitDone;
  }
  const Result<zoo::Catalogue> catalogue = open_catalogue(arguments);
  if (!catalogue) return catalogue.error();
  const Result<std::unique_ptr<plan::Planner>> planner = plan::make_planner(arguments.text("planner", "embedded"));
  if (!planner) return planner.error();
  if (arguments.has("jsonl")) return answer_file(arguments.text("jsonl"), **planner, *catalogue, console);
  if (!arguments.has("REQUEST"))
    return usage_error("Give a request in plain words, or --jsonl FILE. 'galen plan --help' explains.");
  const std::string request = arguments.text("REQUEST");
  // An image's own modality is a code already, which the catalogue need not know.
  Result<std::string> modality = arguments.text("modality");
  if (!arguments.has("IMAGE")) modality = zoo::modality_said(*catalogue, *modality);
  if (!modality) return modality.error();
  const Result<plan::Plan> plan = (*planner)->plan({request, *modality}, *catalogue);
  if (!plan) return plan.error();
  if (arguments.has("json")) console.print_pretty(plan::to_json(*plan, request));
  else console.print(plan_text(*plan, *catalogue, request));
  return plan->steps.empty() ? kExitRefused : kExitDone;
}

}  // namespace galen::cli
