// galen-train: what `galen train` starts. A program of its own, because it alone needs LibTorch.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "galen/base/threads.h"
#include "galen/evaluate/cases.h"
#include "galen/train/interpreter_memory.h"
#include "galen/train/train.h"
#include "galen/zoo/zoo.h"

namespace {

using Clock = std::chrono::steady_clock;

int exit_status(galen::ErrorKind kind) {
  switch (kind) {
    case galen::ErrorKind::kUsage:
      return 2;
    case galen::ErrorKind::kRefused:
      return 3;
    default:
      return 1;
  }
}

std::string duration(double seconds) {
  const long whole = static_cast<long>(seconds);
  char text[48];
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
  }
  return text;
}

// One line on a terminal that is written over; in a file a line a minute.
class StepLine {
 public:
  void show(std::int64_t done, std::int64_t total, double loss, double rate) {
    if (first_done_ < 0) first_done_ = done - 1;
    const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
    const double since = std::chrono::duration<double>(Clock::now() - shown_).count();
    if (since < (terminal_ ? 0.5 : 60)) return;
    shown_ = Clock::now();
    const double left = elapsed / static_cast<double>(std::max<std::int64_t>(1, done - first_done_)) *
                        static_cast<double>(total - done);
    std::fprintf(stderr,
                 terminal_ ? "\r\033[Kstep %lld of %lld, loss %.4f, %.1f images/s, %s left"
                           : "step %lld of %lld, loss %.4f, %.1f images/s, %s left\n",
                 static_cast<long long>(done), static_cast<long long>(total), loss, rate, duration(left).c_str());
  }
  void line(const std::string& text) { std::fprintf(stderr, "%s%s\n", terminal_ ? "\r\033[K" : "", text.c_str()); }

 private:
  bool terminal_ = ::isatty(2) != 0;
  std::int64_t first_done_ = -1;
  Clock::time_point start_ = Clock::now(), shown_ = Clock::now();
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Trains a network as a recipe says and writes it with its cards into a zoo (docs/recipes.md)."};
  std::string recipe_path, output, zoo_folder;
  galen::train::TrainOptions options;
  options.data = galen::evaluate::default_data_folder();
  options.places.dependencies = galen::train::default_dependencies_folder();
  std::string data = options.data.string(), work;
  int epochs = 0;
  bool json = false;
  app.add_option("recipe", recipe_path, "The recipe, a JSON file")->required();
  app.add_option("--data", data,
                 "Folder that the recipe's tables are relative to (default: $GALEN_DATA, else ../shared/data)");
  app.add_option("-o,--output", output,
                 "The zoo's folder, or that of the entry below it (ZOO/segment/x); needed unless --train-only");
  app.add_option("--work", work, "Folder of checkpoints and log (default: one for this recipe in the cache folder)");
  app.add_option("--epochs", epochs, "Instead of the recipe's")->check(CLI::Range(1, 100000));
  app.add_option("--threads", options.threads, "Of the processor (default: all)")->check(CLI::Range(1, 1024));
  app.add_option("--zoo", zoo_folder, "Zoo that a recipe's \"from\" names an entry of");
  app.add_flag("--fresh", options.fresh, "Forget the work folder's checkpoint");
  app.add_flag("--train-only", options.train_only, "Only train; the same command without it does the rest later");
  app.add_flag("--json", json, "Print the written cards' figures as one JSON document");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return status == 0 ? 0 : 2;
  }
  galen::train::keep_freed_tensor_memory();
  galen::install_interrupt_handler();
  options.data = data;
  options.work = work;
  options.output = output;
  options.places.recipe_folder = std::filesystem::path(recipe_path).parent_path();
  options.places.zoo = zoo_folder.empty() ? galen::zoo::default_zoo_folder() : std::filesystem::path(zoo_folder);
  const auto fail = [](const galen::Error& error) {
    std::fprintf(stderr, "galen train: %s\n", error.message.c_str());
    return exit_status(error.kind);
  };
  if (output.empty() && !options.train_only)
    return fail(galen::usage_error("-o is needed: the zoo's folder to write to"));

  galen::Result<galen::Json> document = galen::train::read_recipe_document(recipe_path);
  if (!document) return fail(document.error());
  if (epochs > 0 && document->is_object()) (*document)["epochs"] = epochs;
  const galen::Result<galen::train::Recipe> recipe = galen::train::parse_recipe(*document);
  if (!recipe) return fail(recipe.error_in(recipe_path));

  StepLine steps;
  options.say = [&](const std::string& text) { steps.line(text); };
  options.on_step = [&](std::int64_t done, std::int64_t total, double loss, double rate) {
    steps.show(done, total, loss, rate);
  };
  const galen::Result<galen::train::TrainReport> report = galen::train::train(*recipe, options);
  if (!report) return fail(report.error());

  char summary[256];
  std::snprintf(summary, sizeof summary,
                "best: epoch %d, score %.4f on val; %.1f images/s (%.1f without waiting for data)",
                report->run.best_epoch, report->run.best_score, report->run.images_per_second,
                report->run.images_per_second_network);
  steps.line(summary);
  galen::Json printed = galen::Json::array();
  for (std::size_t i = 0; i < report->entries.size(); ++i) {
    steps.line("wrote " + report->entries[i].string());
    printed.push_back({{"id", report->cards[i].id}, {"figures", report->cards[i].figures}});
  }
  if (json) std::printf("%s\n", galen::to_text(printed, 1).c_str());
  return 0;
}
