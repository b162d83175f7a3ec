#include "galen/train/train.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/base/threads.h"
#include "galen/train/finish.h"
#include "galen/train/log.h"

namespace galen::train {
namespace {

// Held while a process trains in a work folder.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder)
      : file_(::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    held_ = file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
  }
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  bool held() const { return held_; }

 private:
  int file_;
  bool held_;
};

std::string recipe_hash(const Recipe& recipe) { return sha256(to_text(recipe.document)); }

// The folder belongs to one recipe: another one's checkpoint must not be gone on from by mistake.
Status claim(const std::filesystem::path& work, const Recipe& recipe, bool fresh) {
  const std::filesystem::path path = work / "recipe.json";
  if (fresh) {
    for (const char* name : {"checkpoint.safetensors", "best.safetensors", "log.jsonl", "recipe.json"}) {
      std::error_code ignored;
      std::filesystem::remove(work / name, ignored);
    }
  }
  if (std::filesystem::exists(path)) {
    const Result<Json> earlier = read_json_file(path);
    if (!earlier) return earlier.error();
    if (*earlier != recipe.document) {
      return Error{work.string() + ": another recipe was trained here; give another --work, or --fresh to start again",
                   ErrorKind::kUsage};
    }
  }
  remove_stale_temporaries(work);
  return write_json_file(path, recipe.document);
}

struct Data {
  std::vector<evaluate::Case> train, val;
};

Result<Data> read_data(const Recipe& recipe, const std::filesystem::path& folder) {
  Data data;
  for (std::size_t i = 0; i < recipe.data.size(); ++i) {
    Result<evaluate::CaseSplit> split = evaluate::read_cases(recipe.data[i], folder, recipe.targets);
    const std::string where = "data[" + std::to_string(i) + "]";
    if (!split) return split.error_in(where);
    if (split->train.empty() && split->val.empty()) {
      return Error{where + ": no row of " + recipe.data[i].cases + " is in the train or val split that it asks for"};
    }
    data.train.insert(data.train.end(), split->train.begin(), split->train.end());
    data.val.insert(data.val.end(), split->val.begin(), split->val.end());
  }
  // A case that no head learns from only takes time.
  const auto useless = [&](const evaluate::Case& one) {
    return !(recipe.has_segmentation() && !one.mask.empty()) && !(recipe.has_classification() && one.class_index >= 0);
  };
  std::erase_if(data.train, useless);
  std::erase_if(data.val, useless);
  return data;
}

}  // namespace

std::filesystem::path work_folder(const Recipe& recipe, const TrainOptions& options) {
  if (!options.work.empty()) return options.work;
  const std::string key = recipe_hash(recipe) + std::filesystem::absolute(options.data).lexically_normal().string();
  return cache_folder() / "train" / (recipe.name + "-" + sha256(key).substr(0, 12));
}

Result<TrainReport> train(const Recipe& recipe, const TrainOptions& options) {
  const auto say = [&](const std::string& line) {
    if (options.say) options.say(line);
  };
  TrainReport report;
  report.work = work_folder(recipe, options);
  if (Status status = make_writable_folder(report.work); !status) return status.error();
  const FolderLock lock(report.work);
  if (!lock.held()) return Error{report.work.string() + ": another process trains here"};
  if (Status status = claim(report.work, recipe, options.fresh); !status) return status.error();

  const Result<Data> data = read_data(recipe, options.data);
  if (!data) return data.error();
  const Result<network::Graph> graph = starting_network(recipe, options.places);
  if (!graph) return graph.error();

  torch::set_num_threads(options.threads > 0 ? options.threads : available_processors());
  InterpreterOptions interpreting;
  interpreting.bfloat16 = recipe.bfloat16;
  interpreting.frozen = recipe.freeze;
  Result<std::unique_ptr<Interpreter>> interpreter = Interpreter::create(*graph, interpreting);
  if (!interpreter) return interpreter.error();
  const Heads heads = heads_of(recipe, *graph);
  std::int64_t trainable = 0;
  for (const auto& [name, tensor] : (*interpreter)->parameters()) trainable += tensor.numel();
  say(recipe.name + ": " + std::to_string(data->train.size()) + " cases to learn from, " +
      std::to_string(data->val.size()) + " to choose by, " + std::to_string(trainable) +
      " trainable parameters; work folder " + report.work.string());

  const Dataset train_set(data->train, recipe);
  const Dataset val_set(data->val, recipe);
  RunOptions running;
  running.work = report.work;
  running.say = options.say;
  running.on_step = options.on_step;
  Result<RunSummary> run = run_training(**interpreter, heads, train_set, val_set, recipe, running);
  if (!run) return run.error();
  report.run = *run;

  const Result<std::vector<Json>> rows = read_log(report.work / "log.jsonl");
  if (!rows) return rows.error();
  if (Status status = write_file_atomically(report.work / "curves.svg", curves_svg(*rows, recipe.name)); !status) {
    return status.error();
  }
  if (options.train_only) return report;

  FinishOptions finishing{report.work, options.output, options.data, options.progress, options.say};
  Result<Finished> finished = finish(recipe, *run, **interpreter, heads, val_set, data->val, finishing);
  if (!finished) return finished.error();
  report.entries = std::move(finished->entries);
  report.cards = std::move(finished->cards);
  return report;
}

}  // namespace galen::train
