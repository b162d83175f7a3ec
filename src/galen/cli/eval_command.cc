// galen eval TASK CASES.csv
#include "galen/cli/commands.h"
#include "galen/cli/figures_table.h"
#include "galen/cli/open_predictor.h"
#include "galen/evaluate/evaluate.h"

namespace galen::cli {
Result<int> run_eval(const Arguments& arguments, Console& console) {
  const Result<runtime::Predictor*> predictor = open_predictor(arguments);
  if (!predictor) return predictor.error();
  const Result<zoo::Card> card = (*predictor)->zoo().card(arguments.text("TASK"));
  if (!card) return card.error();
  const Result<evaluate::ChosenCases> chosen =
      evaluate::cases_for_card(*card, arguments.text("CASES.csv"), arguments.text("split"), arguments.text("domain"));
  if (!chosen) return chosen.error();
  if (chosen->unsplit)
    console.say(arguments.text("CASES.csv") + " has no split column: all of its rows are evaluated.");
  evaluate::Options options;
  options.progress = console.progress();
  const Result<evaluate::Evaluation> evaluation = evaluate::evaluate(**predictor, *card, chosen->cases, options);
  console.clear_progress();
  if (!evaluation) return evaluation.error();

  if (arguments.has("jsonl")) {
    for (const Json& row : evaluation->rows) console.print_json(row);
    console.print_json({{"summary", evaluation->summary}});
  } else if (arguments.has("json")) {
    console.print_pretty({{"task", card->id}, {"cases", evaluation->rows}, {"summary", evaluation->summary}});
  } else {
    console.print(card->id + " on " + arguments.text("CASES.csv"));
    console.print(figures_table(evaluation->summary));
  }
  return kExitDone;
}

}  // namespace galen::cli
