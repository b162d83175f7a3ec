// galen classify TASK IMAGE…
#include <cstdio>

#include "galen/cli/batch.h"
#include "galen/cli/commands.h"
#include "galen/cli/input_image.h"
#include "galen/cli/inputs.h"
#include "galen/cli/open_predictor.h"

namespace galen::cli {
namespace {

Json classification_document(const std::string& image, const zoo::Card& card,
                             const runtime::Classification& classification) {
  Json probabilities = Json::object();
  for (std::size_t i = 0; i < card.classes.size() && i < classification.probabilities.size(); ++i) {
    probabilities[card.classes[i].name] = classification.probabilities[i];
  }
  return {{"image", image},
          {"task", card.id},
          {"class", card.classes[static_cast<std::size_t>(classification.best)].name},
          {"probabilities", probabilities},
          {"confidence", classification.confidence},
          {"abstained", classification.abstained}};
}

}  // namespace

Result<int> run_classify(const Arguments& arguments, Console& console) {
  const Result<std::vector<std::filesystem::path>> images = expand_inputs(arguments.list("IMAGE"));
  if (!images) return images.error();
  const Result<runtime::Predictor*> predictor = open_predictor(arguments, images->size());
  if (!predictor) return predictor.error();
  const Result<zoo::Card> card = typed_task((*predictor)->zoo(), arguments.text("TASK"), zoo::Task::kClassify);
  if (!card) return card.error();
  if (const Status ready = (*predictor)->warm(card->id); !ready) return ready.error();

  const auto answer = [&](const std::filesystem::path& path) -> Result<BatchAnswer> {
    const Result<image::Image> image = open_image_of(path, card->modality, arguments);
    if (!image) return image.error();
    const Result<runtime::Classification> classification = (*predictor)->classify(card->id, *image);
    if (!classification) return classification.error_in(path.string());
    return BatchAnswer{classification_document(path.string(), *card, *classification), ""};
  };
  const BatchForm form = arguments.has("json") ? BatchForm::kJsonArray : BatchForm::kJsonLines;
  return run_batch(*images, card->id, form, answer, console);
}

}  // namespace galen::cli
