#include "galen/cli/open_predictor.h"

#include <vector>

#include "galen/base/threads.h"
#include "galen/cli/open_zoo.h"

namespace galen::cli {

Result<std::unique_ptr<runtime::Predictor>> make_predictor(const Arguments& arguments, std::size_t images) {
  constexpr long kMostThreads = 1024;
  runtime::PredictorOptions options;
  const long threads = arguments.integer("threads", 0);
  if (arguments.has("threads") && (threads < 1 || threads > kMostThreads)) {
    return usage_error("--threads takes a number from 1 to " + std::to_string(kMostThreads) + ".");
  }
  options.session.threads = static_cast<int>(threads);
  // Each processor with an image of its own does more in all than all of them together on one after another.
  constexpr std::size_t kMany = 8;
  if (images >= kMany) options.session.streams = threads > 0 ? static_cast<int>(threads) : available_processors();
  const std::string precision = arguments.text("precision");
  if (precision == "fp32") {
    options.session.precision = runtime::Precision::kFloat32;
  } else if (precision == "bf16") {
    options.session.precision = runtime::Precision::kBfloat16;
  } else if (!precision.empty()) {
    return usage_error("--precision is fp32 or bf16, not '" + precision + "'.");
  }
  Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  return std::make_unique<runtime::Predictor>(std::move(*zoo), options);
}

Result<runtime::Predictor*> open_predictor(const Arguments& arguments, std::size_t images) {
  static auto* kept = new std::vector<std::unique_ptr<runtime::Predictor>>();
  Result<std::unique_ptr<runtime::Predictor>> made = make_predictor(arguments, images);
  if (!made) return made.error();
  kept->push_back(std::move(*made));
  return kept->back().get();
}

Result<zoo::Card> typed_task(const zoo::Zoo& zoo, const std::string& id, zoo::Task task) {
  Result<zoo::Card> card = zoo.card(id);
  if (!card) return card;
  if (card->task != task) {
    return usage_error("The entry " + id + " is for 'galen " + to_string(card->task) + "', not for 'galen " +
                       to_string(task) + "'.");
  }
  return card;
}

}  // namespace galen::cli
