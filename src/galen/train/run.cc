#include "galen/train/run.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "galen/base/files.h"
#include "galen/base/threads.h"
#include "galen/train/batch.h"
#include "galen/train/log.h"
#include "galen/train/loss.h"

namespace galen::train {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

NamedTensors all_tensors(const Interpreter& interpreter) {
  NamedTensors tensors = interpreter.parameters();
  tensors.insert(interpreter.buffers().begin(), interpreter.buffers().end());
  return tensors;
}

// Puts the moving average into the interpreter while it lives.
class Swapped {
 public:
  Swapped(const NamedTensors& tensors, const NamedTensors& others) : tensors_(tensors) {
    const torch::NoGradGuard no_grad;
    for (auto& [name, tensor] : tensors_) {
      kept_[name] = tensor.detach().clone();
      torch::Tensor data = tensor.detach();
      data.copy_(others.at(name));
    }
  }
  ~Swapped() {
    const torch::NoGradGuard no_grad;
    for (auto& [name, tensor] : tensors_) {
      torch::Tensor data = tensor.detach();
      data.copy_(kept_.at(name));
    }
  }
  Swapped(const Swapped&) = delete;
  Swapped& operator=(const Swapped&) = delete;

 private:
  NamedTensors tensors_, kept_;
};

std::string text(const char* format, auto... values) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

class Run {
 public:
  Run(Interpreter& interpreter, const Heads& heads, const Dataset& train, const Dataset& val, const Recipe& recipe,
      const RunOptions& options)
      : interpreter_(interpreter),
        heads_(heads),
        train_(train),
        val_(val),
        recipe_(recipe),
        options_(options),
        tensors_(all_tensors(interpreter)),
        optimizer_(interpreter.parameters(), recipe.optimizer),
        average_(tensors_, recipe.ema),
        log_(options.work / "log.jsonl") {
    const std::size_t images = epoch_order(train, recipe.images_per_epoch, recipe.seed, 0).size();
    batches_ = Loader::batches_of(images, recipe.batch);
    total_steps_ = static_cast<std::int64_t>(batches_) * recipe.epochs;
  }

  Result<RunSummary> go() {
    if (Status status = resume(); !status) return status.error();
    while (epoch_ < recipe_.epochs && !finished_) {
      if (Status status = one_epoch(); !status) return status.error();
      ++epoch_;
      batch_ = 0;
      if (epoch_ == recipe_.epochs) finished_ = true;
      if (Status status = save(); !status) return status.error();
    }
    RunSummary summary;
    summary.best_score = best_score_;
    summary.best_epoch = best_epoch_;
    summary.epochs = epoch_;
    summary.steps = optimizer_.steps();
    if (train_seconds_ > 0) {
      summary.images_per_second = static_cast<double>(images_done_) / train_seconds_;
      summary.images_per_second_network = static_cast<double>(images_done_) / (train_seconds_ - waited_seconds_);
    }
    return summary;
  }

 private:
  std::filesystem::path checkpoint_path() const { return options_.work / "checkpoint.safetensors"; }
  void say(const std::string& line) const {
    if (options_.say) options_.say(line);
  }

  Status resume() {
    if (!std::filesystem::exists(checkpoint_path())) return log_.begin(0);
    Result<Checkpoint> checkpoint = read_checkpoint(checkpoint_path());
    if (!checkpoint) return checkpoint.error();
    const torch::NoGradGuard no_grad;
    try {
      NamedTensors state, average;
      for (auto& [name, tensor] : checkpoint->tensors) {
        if (name.starts_with("average/")) average[name.substr(8)] = tensor;
        if (name.starts_with("first/") || name.starts_with("second/")) state[name] = tensor;
      }
      for (auto& [name, tensor] : tensors_) {
        torch::Tensor data = tensor.detach();
        data.copy_(checkpoint->tensors.at("value/" + name));
      }
      const Json& s = checkpoint->state;
      optimizer_.load(state, s.at("steps").get<std::int64_t>());
      if (recipe_.ema > 0) average_.load(average, s.at("averages").get<std::int64_t>());
      epoch_ = s.at("epoch").get<int>();
      batch_ = s.at("batch").get<std::size_t>();
      best_score_ = s.at("best_score").get<double>();
      best_epoch_ = s.at("best_epoch").get<int>();
      stale_ = s.at("stale").get<int>();
      finished_ = s.at("finished").get<bool>();
      smooth_loss_ = s.at("loss").get<double>();
    } catch (const std::exception& exception) {
      return Error{checkpoint_path().string() + ": it does not fit this recipe (" + exception.what() +
                   "); start again with --fresh"};
    }
    say("resuming at epoch " + std::to_string(epoch_ + 1) + ", step " + std::to_string(optimizer_.steps()));
    return log_.begin(optimizer_.steps());
  }

  Status save() {
    Checkpoint checkpoint;
    checkpoint.tensors = optimizer_.state();
    for (const auto& [name, tensor] : tensors_) checkpoint.tensors["value/" + name] = tensor;
    if (recipe_.ema > 0) {
      for (const auto& [name, tensor] : average_.values()) checkpoint.tensors["average/" + name] = tensor;
    }
    checkpoint.state = {
        {"steps", optimizer_.steps()}, {"averages", average_.updates()}, {"epoch", epoch_}, {"batch", batch_},
        {"best_score", best_score_},   {"best_epoch", best_epoch_},      {"stale", stale_}, {"finished", finished_},
        {"loss", smooth_loss_}};
    last_save_ = Clock::now();
    return write_checkpoint(checkpoint_path(), checkpoint);
  }

  Status one_epoch() {
    Loader loader(train_, epoch_order(train_, recipe_.images_per_epoch, recipe_.seed, epoch_), recipe_.batch,
                  recipe_.seed, epoch_, batch_, {options_.loader_threads, 4});
    Clock::time_point logged = Clock::now();
    double loss_sum = 0;
    int loss_count = 0;
    while (batch_ < batches_) {
      const Clock::time_point start = Clock::now();
      const double waited = loader.waited_seconds();
      Result<std::vector<Sample>> samples = loader.next();
      if (!samples) return samples.error();
      const double loss = step(*samples);
      ++batch_;
      images_done_ += samples->size();
      train_seconds_ += seconds_since(start);
      waited_seconds_ += loader.waited_seconds() - waited;
      if (!std::isfinite(loss)) {
        if (++broken_steps_ >= 10) return Error{"the loss is not a number for 10 steps; lower the learning rate"};
      } else {
        broken_steps_ = 0;
        smooth_loss_ = smooth_loss_ > 0 ? 0.95 * smooth_loss_ + 0.05 * loss : loss;
        loss_sum += loss;
        ++loss_count;
      }
      const double rate = static_cast<double>(images_done_) / std::max(1e-9, train_seconds_);
      if (options_.on_step) options_.on_step(optimizer_.steps(), total_steps_, smooth_loss_, rate);
      if (seconds_since(logged) > 10 || batch_ == batches_) {
        logged = Clock::now();
        log_.add({{"step", optimizer_.steps()},
                  {"epoch", epoch_ + 1},
                  {"loss", loss_count > 0 ? loss_sum / loss_count : 0.0},
                  {"learning_rate", recipe_.optimizer.learning_rate * last_factor_},
                  {"gradient_norm", last_norm_},
                  {"images_per_second", rate}});
        loss_sum = 0;
        loss_count = 0;
      }
      if (interrupted()) {
        if (Status status = save(); !status) return status;
        return Error{"interrupted; the same command goes on from here", ErrorKind::kInterrupted};
      }
      if (batch_ < batches_ && seconds_since(last_save_) > 60 * recipe_.checkpoint_minutes) {
        if (Status status = save(); !status) return status;
      }
    }
    return end_of_epoch();
  }

  double step(const std::vector<Sample>& samples) {
    // Dropout draws from torch's own generator: seeding it by the step makes a resumed run draw the same.
    torch::manual_seed(recipe_.seed * 1'000'003 + static_cast<std::uint64_t>(optimizer_.steps()));
    const Batch batch = make_batch(samples, recipe_.training_input(), recipe_.segmentation_channels());
    auto outputs = interpreter_.run({{heads_.input, batch.image}}, Mode::kTraining);
    torch::Tensor loss = torch::zeros({});
    if (!heads_.segmentation.empty()) {
      loss = loss + segmentation_loss(outputs.at(heads_.segmentation), batch, recipe_.loss);
    }
    if (!heads_.classification.empty()) {
      loss = loss + classification_loss(outputs.at(heads_.classification), batch.classes, recipe_.loss);
    }
    if (loss.requires_grad()) loss.backward();
    last_factor_ = schedule_factor(optimizer_.steps(), total_steps_, recipe_.optimizer.warm_up_steps,
                                   recipe_.optimizer.final_factor);
    last_norm_ = optimizer_.step(last_factor_);
    if (recipe_.ema > 0) average_.update(tensors_);
    return loss.item<double>();
  }

  Status end_of_epoch() {
    const bool last = epoch_ + 1 == recipe_.epochs;
    if (!last && (epoch_ + 1) % recipe_.validate_every != 0) {
      return {};
    }
    const Clock::time_point start = Clock::now();
    const std::unique_ptr<Swapped> swapped =
        recipe_.ema > 0 ? std::make_unique<Swapped>(tensors_, average_.values()) : nullptr;
    const Result<Validation> validation = validate(interpreter_, heads_, val_, recipe_);
    if (!validation) return validation.error();
    Json row = {{"step", optimizer_.steps()}, {"epoch", epoch_ + 1}, {"score", validation->score}};
    std::string line = "epoch " + std::to_string(epoch_ + 1) + " of " + std::to_string(recipe_.epochs) +
                       text(": loss %.4f, val", smooth_loss_);
    if (!validation->dice.empty()) {
      row["dice"] = validation->dice;
      line += " Dice";
      for (const double dice : validation->dice) line += text(" %.4f", dice);
    }
    if (validation->auc) {
      row["auc"] = *validation->auc;
      line += text(" AUC %.4f", *validation->auc);
    }
    if (validation->accuracy) {
      row["accuracy"] = *validation->accuracy;
      line += text(" accuracy %.4f", *validation->accuracy);
    }
    row["validation_seconds"] = seconds_since(start);
    log_.add(row);
    line += text(" (%.1f images/s, validated in %.0f s)",
                 static_cast<double>(images_done_) / std::max(1e-9, train_seconds_), seconds_since(start));
    if (best_epoch_ == 0 || validation->score > best_score_) {
      best_score_ = validation->score;
      best_epoch_ = epoch_ + 1;
      stale_ = 0;
      line += ", best so far";
      Checkpoint best;
      best.tensors = tensors_;
      best.state = {{"epoch", best_epoch_}, {"score", best_score_}};
      if (Status status = write_checkpoint(options_.work / "best.safetensors", best); !status) return status;
    } else if (recipe_.patience > 0 && ++stale_ >= recipe_.patience) {
      finished_ = true;
      line += "; no better for " + std::to_string(stale_) + " validations, ending";
    }
    say(line);
    return {};
  }

  Interpreter& interpreter_;
  const Heads& heads_;
  const Dataset& train_;
  const Dataset& val_;
  const Recipe& recipe_;
  const RunOptions& options_;
  NamedTensors tensors_;
  Optimizer optimizer_;
  MovingAverage average_;
  Log log_;
  std::size_t batches_ = 0;
  std::int64_t total_steps_ = 0;

  int epoch_ = 0;  // From 0
  std::size_t batch_ = 0;
  double best_score_ = 0;
  int best_epoch_ = 0;
  int stale_ = 0;
  bool finished_ = false;
  double smooth_loss_ = 0;

  double last_factor_ = 0, last_norm_ = 0;
  int broken_steps_ = 0;
  std::size_t images_done_ = 0;
  double train_seconds_ = 0, waited_seconds_ = 0;
  Clock::time_point last_save_ = Clock::now();
};

}  // namespace

Result<RunSummary> run_training(Interpreter& interpreter, const Heads& heads, const Dataset& train, const Dataset& val,
                                const Recipe& recipe, const RunOptions& options) {
  if (train.size() == 0) return Error{"there are no training cases"};
  if (val.size() == 0) return Error{"there are no val cases to choose the best weights by"};
  try {
    return Run(interpreter, heads, train, val, recipe, options).go();
  } catch (const c10::Error& error) {
    return Error{std::string("the network cannot be run on this input: ") + error.what_without_backtrace()};
  }
}

}  // namespace galen::train
