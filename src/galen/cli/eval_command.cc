// galen eval TASK CASES.csv
#include "galen/cli/commands.h"
#include "galen/cli/open_predictor.h"
#include "galen/evaluate/evaluate.h"

namespace galen::cli {
namespace {

// The summary's numbers, one a line: "lung dice mean: 0.967".
void print_figures(const std::string& name, const Json& value, Console& console) {
  if (value.is_object()) {
    for (const auto& [key, part] : value.items()) print_figures(name.empty() ? key : name + " " + key, part, console);
  } else if (!value.is_null()) {
    console.print(name + ": " + (value.is_string() ? value.get<std::string>() : to_text(value)));
  }
}

}  // namespace

Result<int> run_eval(const Arguments& arguments, Console& console) {
  const Result<runtime::Predictor*> predictor = open_predictor(arguments);
  if (!predictor) return predictor.error();
  const Result<zoo::Card> card = (*predictor)->zoo().card(arguments.text("TASK"));
  if (!card) return card.error();
  const Result<std::vector<evaluate::Case>> cases = evaluate::cases_for_card(
      *card, arguments.text("CASES.csv"), arguments.text("split", "val"), arguments.text("domain"));
  if (!cases) return cases.error();
  evaluate::Options options;
  options.progress = console.progress();
  const Result<evaluate::Evaluation> evaluation = evaluate::evaluate(**predictor, *card, *cases, options);
  console.clear_progress();
  if (!evaluation) return evaluation.error();

  if (arguments.has("jsonl")) {
    for (const Json& row : evaluation->rows) console.print_json(row);
    console.print_json({{"summary", evaluation->summary}});
  } else if (arguments.has("json")) {
    console.print_pretty({{"task", card->id}, {"cases", evaluation->rows}, {"summary", evaluation->summary}});
  } else {
    print_figures("", evaluation->summary, console);
  }
  return kExitDone;
}

}  // namespace galen::cli
