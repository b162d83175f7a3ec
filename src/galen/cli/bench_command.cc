// galen bench [TASK…]: times on this machine, as one JSON document.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/random.h"
#include "galen/cli/commands.h"
#include "galen/cli/machine.h"
#include "galen/cli/open_predictor.h"
#include "galen/image/write.h"
#include "galen/plan/planner.h"

namespace galen::cli {
namespace {

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Median and 95th percentile of the figures.
Json summary(std::vector<double> figures) {
  std::sort(figures.begin(), figures.end());
  const auto at = [&](double share) {
    return figures[static_cast<std::size_t>(share * static_cast<double>(figures.size() - 1))];
  };
  return {{"median", at(0.5)}, {"p95", at(0.95)}};
}

// A round bright field with texture: as much work as a photograph, and the same on every machine.
image::Image test_picture() {
  constexpr int kSide = 512;
  image::Image picture = image::make_image(kSide, kSide, 3);
  Random random(1);
  for (int j = 0; j < kSide; ++j) {
    for (int i = 0; i < kSide; ++i) {
      const double x = (i - kSide / 2) / (0.48 * kSide), y = (j - kSide / 2) / (0.48 * kSide);
      const double light = x * x + y * y < 1 ? 150 - 60 * (x * x + y * y) + 20 * random.normal() : 2;
      for (int c = 0; c < 3; ++c) picture.at(i, j, 0, c) = static_cast<float>(std::clamp(light - 25 * c, 0.0, 255.0));
    }
  }
  return picture;
}

Result<runtime::StepTimes> run_once(runtime::Predictor& predictor, const zoo::Card& card, const image::Image& picture) {
  runtime::StepTimes times;
  if (card.task == zoo::Task::kSegment) {
    const Result<runtime::Segmentation> answer = predictor.segment(card.id, picture, {}, &times);
    if (!answer) return answer.error();
  } else {
    const Result<runtime::Classification> answer = predictor.classify(card.id, picture, nullptr, &times);
    if (!answer) return answer.error();
  }
  return times;
}

// Milliseconds of one entry: loading the network compiled before from disk, having it in memory, and each part of a
// run.
Result<Json> bench_entry(const Arguments& arguments, const zoo::Card& card, image::Image picture, long repeat) {
  // The first makes sure that the compiled network is on disk.
  const Result<std::unique_ptr<runtime::Predictor>> first = make_predictor(arguments);
  if (!first) return first.error();
  if (const Status warm = (*first)->warm(card.id); !warm) return warm.error();

  const Result<std::unique_ptr<runtime::Predictor>> predictor = make_predictor(arguments);
  if (!predictor) return predictor.error();
  std::vector<double> load, cached, preprocess, network, postprocess;
  for (long i = 0; i <= repeat; ++i) {
    // Another picture each time: the answer to the same one would be remembered.
    picture.samples[static_cast<std::size_t>(i) % picture.samples.size()] = static_cast<float>(i % 200);
    const Result<runtime::StepTimes> times = run_once(**predictor, card, picture);
    if (!times) return times.error();
    (i == 0 ? load : cached).push_back(1000 * times->load_seconds);
    if (i == 0) continue;
    preprocess.push_back(1000 * times->preprocess_seconds);
    network.push_back(1000 * times->network_seconds);
    postprocess.push_back(1000 * times->postprocess_seconds);
  }
  return Json{{"id", card.id},
              {"load_from_disk_ms", load.front()},
              {"load_cached_ms", summary(cached)},
              {"preprocess_ms", summary(preprocess)},
              {"network_ms", summary(network)},
              {"postprocess_ms", summary(postprocess)}};
}

Json bench_planner(const zoo::Zoo& zoo, long repeat) {
  const zoo::Catalogue catalogue = zoo.catalogue();
  const Result<std::unique_ptr<plan::Planner>> planner = plan::make_planner();
  if (!planner) return {{"error", planner.error().message}};
  std::string request = "Show me";
  for (std::size_t i = 0; i < std::min<std::size_t>(3, catalogue.entries.size()); ++i) {
    request += (i == 0 ? " " : " and ") + catalogue.entries[i].target;
  }
  const std::string modality = catalogue.entries.empty() ? "" : catalogue.entries.front().modality;
  std::vector<double> figures;
  for (long i = 0; i < repeat; ++i) {
    figures.push_back(milliseconds([&] { (void)(*planner)->plan({request, modality}, catalogue); }));
  }
  return summary(figures);
}

// Writing the files of an answer: a picture of the test picture's size.
Result<Json> bench_export(const image::Image& picture, long repeat) {
  const std::filesystem::path folder = cache_folder() / "bench";
  if (const Status made = make_writable_folder(folder); !made) return made.error();
  std::vector<double> figures;
  for (long i = 0; i < repeat; ++i) {
    Status written;
    figures.push_back(milliseconds([&] { written = image::write_png(folder / "picture.png", picture); }));
    if (!written) return written.error();
  }
  std::error_code code;
  std::filesystem::remove_all(folder, code);
  return summary(figures);
}

}  // namespace

Result<int> run_bench(const Arguments& arguments, Console& console) {
  constexpr long kMostRepeats = 100'000;
  const long repeat = arguments.integer("repeat", 10);
  if (repeat < 1 || repeat > kMostRepeats)
    return usage_error("--repeat takes a number from 1 to " + std::to_string(kMostRepeats) + ".");
  const Result<std::unique_ptr<runtime::Predictor>> predictor = make_predictor(arguments);
  if (!predictor) return predictor.error();
  const zoo::Zoo& zoo = (*predictor)->zoo();
  std::vector<zoo::Card> cards = zoo.cards();
  if (arguments.has("TASK")) {
    cards.clear();
    for (const std::string& id : arguments.list("TASK")) {
      const Result<zoo::Card> card = zoo.card(id);
      if (!card) return card.error();
      cards.push_back(*card);
    }
  }
  const image::Image picture = test_picture();
  Json document = {{"machine", machine_document()}, {"plan_ms", bench_planner(zoo, repeat)}};
  const Result<Json> written = bench_export(picture, repeat);
  if (!written) return written.error();
  document["write_png_ms"] = *written;
  document["entries"] = Json::array();
  const Progress progress = console.progress();
  for (std::size_t i = 0; i < cards.size(); ++i) {
    tell(progress, i, cards.size(), cards[i].id);
    const Result<Json> entry = bench_entry(arguments, cards[i], picture, repeat);
    if (!entry) return entry.error_in(cards[i].id);
    document["entries"].push_back(*entry);
  }
  console.print_pretty(document);
  return kExitDone;
}

}  // namespace galen::cli
