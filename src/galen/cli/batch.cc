#include "galen/cli/batch.h"

#include <algorithm>

#include "galen/base/threads.h"
#include "galen/cli/ordered_work.h"

namespace galen::cli {

int batch_workers(std::size_t images) {
  // Twice the processors: each network's stream has its next image ready, whatever waits for the disk.
  return static_cast<int>(std::min<std::size_t>(images, 2 * static_cast<std::size_t>(available_processors())));
}

Result<int> run_batch(const std::vector<std::filesystem::path>& images, const std::string& task, BatchForm form,
                      const std::function<Result<BatchAnswer>(const std::filesystem::path&)>& answer,
                      Console& console) {
  std::size_t failed = 0, refused = 0;
  Json array = Json::array();
  const Progress progress = console.progress();
  const auto emit = [&](std::size_t index, Result<BatchAnswer> outcome) {
    const std::string path = images[index].string();
    Json document;
    if (outcome) {
      document = std::move(outcome->document);
      if (form == BatchForm::kLines) console.print(outcome->line);
    } else {
      ++failed;
      if (outcome.error().kind == ErrorKind::kRefused) ++refused;
      console.say(outcome.error().message);
      document = {{"image", path}, {"task", task}, {"error", outcome.error().message}};
    }
    if (form == BatchForm::kJsonLines) console.print_json(document);
    if (form == BatchForm::kJsonArray) array.push_back(std::move(document));
    tell(progress, index + 1, images.size(), path);
  };
  const std::size_t done = ordered_work(
      images.size(), batch_workers(images.size()), [&](std::size_t i) { return answer(images[i]); }, emit);
  console.clear_progress();
  if (done < images.size()) {
    return Error{"Stopped after " + std::to_string(done) + " of " + std::to_string(images.size()) + " images.",
                 ErrorKind::kInterrupted};
  }
  if (form == BatchForm::kJsonArray) console.print_pretty(array);
  if (failed == 0) return kExitDone;
  if (failed < images.size()) return kExitPartial;
  return refused == failed ? kExitRefused : kExitFailed;
}

}  // namespace galen::cli
