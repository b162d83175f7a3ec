#include "galen/train/finish.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "galen/evaluate/evaluate.h"
#include "galen/network/quantise.h"
#include "galen/train/calibrate.h"
#include "galen/train/entries.h"
#include "galen/zoo/zoo.h"

namespace galen::train {
namespace {

// Raw outputs of val, thinned out.
struct Outputs {
  std::vector<std::vector<double>> class_logits;
  std::vector<int> classes;
  std::vector<std::vector<float>> pixel_logits;  // By channel
  std::vector<std::vector<std::uint8_t>> pixel_truth;
};

constexpr int kBins = 61;                 // Logits -3 .. 3 in steps of 0.1
constexpr std::size_t kPixelStride = 97;  // A prime: visits all columns

// Foreground and background pixels of an image by logit, to find the threshold of the best Dice.
struct LogitCounts {
  std::array<std::size_t, kBins + 1> foreground{}, background{};
};

int bin_of(float logit) { return std::clamp(static_cast<int>(std::floor((logit + 3.0F) * 10.0F)) + 1, 0, kBins); }

// By label of the card and case.
using LabelCounts = std::vector<std::map<std::size_t, LogitCounts>>;

void count_labels(const ViewOutput& view, const zoo::Card& card, LabelCounts& counts) {
  const Sample& sample = *view.sample;
  const std::size_t plane = sample.bits.size();
  const float* logits = view.segmentation.data_ptr<float>();
  for (std::size_t l = 0; l < card.labels.size(); ++l) {
    int wanted = 0;
    for (const int channel : card.labels[l].channels) wanted |= 1 << channel;
    if ((sample.known & wanted) != wanted) continue;
    LogitCounts& mine = counts[l][view.case_index];
    for (std::size_t i = 0; i < plane; ++i) {
      if (!sample.counts[i]) continue;
      float highest = -1e30F;
      for (const int channel : card.labels[l].channels) {
        highest = std::max(highest, logits[static_cast<std::size_t>(channel) * plane + i]);
      }
      ++((sample.bits[i] & wanted) != 0 ? mine.foreground : mine.background)[static_cast<std::size_t>(bin_of(highest))];
    }
  }
}

// The raw logit at and above which pixels are foreground, for the best mean Dice over images; the one nearest to 0 of
// those within 0.0002 of the best, so that chance does not choose.
double best_logit(const std::map<std::size_t, LogitCounts>& cases) {
  std::vector<double> dice(kBins, 0);
  for (const auto& [index, counts] : cases) {
    std::size_t positives = 0, hits = 0, alarms = 0;
    for (const std::size_t n : counts.foreground) positives += n;
    for (int b = kBins; b >= 1; --b) {
      hits += counts.foreground[static_cast<std::size_t>(b)];
      alarms += counts.background[static_cast<std::size_t>(b)];
      const double whole = static_cast<double>(hits + alarms + positives);
      dice[static_cast<std::size_t>(b - 1)] += whole > 0 ? 2 * static_cast<double>(hits) / whole : 1;
    }
  }
  const double best = *std::max_element(dice.begin(), dice.end());
  double chosen = 3;
  for (int b = 0; b < kBins; ++b) {
    const double logit = -3 + 0.1 * b;
    if (dice[static_cast<std::size_t>(b)] >= best - 0.0002 * static_cast<double>(cases.size()) &&
        std::abs(logit) < std::abs(chosen)) {
      chosen = logit;
    }
  }
  return chosen;
}

void calibrate_segmentation(const Recipe& recipe, const Outputs& outputs, const LabelCounts& counts, zoo::Card& card) {
  std::vector<float> logits;
  std::vector<std::uint8_t> truth;
  for (const zoo::Label& label : card.labels) {
    for (const int channel : label.channels) {
      const std::size_t c = static_cast<std::size_t>(channel);
      logits.insert(logits.end(), outputs.pixel_logits[c].begin(), outputs.pixel_logits[c].end());
      truth.insert(truth.end(), outputs.pixel_truth[c].begin(), outputs.pixel_truth[c].end());
    }
  }
  card.output.temperature = recipe.finish.calibrate && !logits.empty() ? calibrate_pixels(logits, truth) : 1;
  card.output.bias = 0;
  for (std::size_t l = 0; l < card.labels.size() && recipe.finish.threshold_by_dice; ++l) {
    if (!counts[l].empty()) {
      card.labels[l].threshold = 1 / (1 + std::exp(-best_logit(counts[l]) / card.output.temperature));
    }
  }
}

void calibrate_classification(const Recipe& recipe, const Outputs& outputs, zoo::Card& card) {
  std::vector<bool> abnormal(card.classes.size());
  for (const zoo::Class& one : card.classes) abnormal[static_cast<std::size_t>(one.index)] = !one.normal;
  const bool has_normal = std::find(abnormal.begin(), abnormal.end(), false) != abnormal.end();
  if (recipe.finish.calibrate && !outputs.classes.empty()) {
    const Scaling scaling = calibrate_classes(outputs.class_logits, outputs.classes, abnormal, has_normal);
    card.output.temperature = scaling.temperature;
    card.output.bias = scaling.bias;
  }
  if (!has_normal) return;
  std::vector<double> scores;
  std::vector<std::uint8_t> truth;
  for (std::size_t n = 0; n < outputs.classes.size(); ++n) {
    double total = 0, bad = 0, largest = -1e300;
    std::vector<double> z(abnormal.size());
    for (std::size_t k = 0; k < z.size(); ++k) {
      z[k] = outputs.class_logits[n][k] / card.output.temperature + (abnormal[k] ? card.output.bias : 0);
      largest = std::max(largest, z[k]);
    }
    for (std::size_t k = 0; k < z.size(); ++k) {
      total += std::exp(z[k] - largest);
      if (abnormal[k]) bad += std::exp(z[k] - largest);
    }
    scores.push_back(bad / total);
    truth.push_back(abnormal[static_cast<std::size_t>(outputs.classes[n])] ? 1 : 0);
  }
  card.output.threshold = operating_threshold(scores, truth, recipe.finish.operating_point);
  card.output.abstain_low_high = abstention_band(scores, card.output.threshold, recipe.finish.abstain_coverage);
}

// `cards` have the same flips.
Status calibrate_alike(const Recipe& recipe, Interpreter& interpreter, const Heads& heads, const Dataset& val,
                       const std::vector<zoo::Card*>& cards) {
  const std::size_t channels = static_cast<std::size_t>(recipe.segmentation_channels());
  Outputs outputs;
  outputs.pixel_logits.resize(channels);
  outputs.pixel_truth.resize(channels);
  std::vector<LabelCounts> counts;
  for (const zoo::Card* card : cards) counts.emplace_back(card->labels.size());
  const auto visit = [&](const ViewOutput& view) {
    const Sample& sample = *view.sample;
    if (view.classification.defined() && sample.class_index >= 0) {
      std::vector<double> logits;
      for (std::int64_t k = 0; k < view.classification.numel(); ++k) {
        logits.push_back(static_cast<double>(view.classification.data_ptr<float>()[k]));
      }
      outputs.class_logits.push_back(std::move(logits));
      outputs.classes.push_back(sample.class_index);
    }
    if (!view.segmentation.defined() || sample.bits.empty()) return;
    for (std::size_t c = 0; c < channels; ++c) {
      if ((sample.known & (1 << c)) == 0) continue;
      const float* logits = view.segmentation.data_ptr<float>() + c * sample.bits.size();
      for (std::size_t i = view.case_index % kPixelStride; i < sample.bits.size(); i += kPixelStride) {
        if (!sample.counts[i]) continue;
        outputs.pixel_logits[c].push_back(logits[i]);
        outputs.pixel_truth[c].push_back((sample.bits[i] >> c) & 1);
      }
    }
    for (std::size_t i = 0; i < cards.size(); ++i) {
      if (cards[i]->task == zoo::Task::kSegment) count_labels(view, *cards[i], counts[i]);
    }
  };
  if (Status status = for_each_view(interpreter, heads, val, recipe, cards.front()->flips, visit); !status)
    return status;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (cards[i]->task == zoo::Task::kSegment) {
      calibrate_segmentation(recipe, outputs, counts[i], *cards[i]);
    } else {
      calibrate_classification(recipe, outputs, *cards[i]);
    }
  }
  return {};
}

Status calibrate_cards(const Recipe& recipe, Interpreter& interpreter, const Heads& heads, const Dataset& val,
                       std::vector<zoo::Card>& cards) {
  std::map<std::vector<std::string>, std::vector<zoo::Card*>> by_flips;
  for (zoo::Card& card : cards) by_flips[card.flips].push_back(&card);
  for (const auto& [flips, alike] : by_flips) {
    if (Status status = calibrate_alike(recipe, interpreter, heads, val, alike); !status) return status;
  }
  return {};
}

Status load_best(const std::filesystem::path& path, Interpreter& interpreter) {
  const Result<Checkpoint> best = read_checkpoint(path);
  if (!best) return best.error();
  const torch::NoGradGuard no_grad;
  for (const NamedTensors* tensors : {&interpreter.parameters(), &interpreter.buffers()}) {
    for (const auto& [name, tensor] : *tensors) {
      const auto found = best->tensors.find(name);
      if (found == best->tensors.end())
        return Error{path.string() + ": it lacks " + name + "; train again with --fresh"};
      torch::Tensor data = tensor.detach();
      data.copy_(found->second);
    }
  }
  return {};
}

network::Storage storage_of(const std::string& name) {
  if (name == "float32") return network::Storage::kFloat32;
  return name == "float16" ? network::Storage::kFloat16 : network::Storage::kInt8;
}

// Figures of the cards through the runtime, from a zoo of their own in the work folder.
Result<std::vector<Json>> measure(std::vector<zoo::Card> cards, const std::string& network,
                                  const std::filesystem::path& folder, const std::vector<evaluate::Case>& cases,
                                  runtime::Precision precision, const evaluate::Options& options) {
  std::filesystem::create_directories(folder);
  const auto entries = write_entries(folder, cards, network);
  if (!entries) return entries.error();
  Result<zoo::Zoo> zoo = zoo::Zoo::open(folder);
  if (!zoo) return zoo.error();
  runtime::PredictorOptions running;
  running.session.precision = precision;
  running.session.use_disk_cache = false;
  runtime::Predictor predictor(std::move(*zoo), running);
  std::vector<Json> figures;
  for (const zoo::Card& card : cards) {
    Result<evaluate::Evaluation> evaluation = evaluate::evaluate(predictor, card, cases, options);
    if (!evaluation) return evaluation.error();
    figures.push_back(std::move(evaluation->summary));
  }
  return figures;
}

// The figure that stored weights are held to: mean Dice, AUC, or accuracy where there is no AUC.
std::pair<std::string, std::optional<double>> main_figure(const Json& summary) {
  for (const char* key : {"dice", "auc", "class_accuracy"}) {
    if (summary.contains(key) && summary[key].is_object()) return {key, summary[key]["value"].get<double>()};
  }
  return {"", std::nullopt};
}

}  // namespace

std::filesystem::path zoo_folder_of(const std::filesystem::path& output, const std::string& first_id) {
  const std::filesystem::path whole = (output / "").lexically_normal().parent_path();
  const std::filesystem::path id(first_id);
  if (whole.filename() == id.filename() && whole.parent_path().filename() == id.parent_path()) {
    const std::filesystem::path zoo = whole.parent_path().parent_path();
    return zoo.empty() ? std::filesystem::path(".") : zoo;
  }
  return output;
}

Result<Finished> finish(const Recipe& recipe, const RunSummary& run, Interpreter& interpreter, const Heads& heads,
                        const Dataset& val, const std::vector<evaluate::Case>& val_cases,
                        const FinishOptions& options) {
  const auto say = [&](const std::string& line) {
    if (options.say) options.say(line);
  };
  if (Status status = load_best(options.work / "best.safetensors", interpreter); !status) return status.error();
  std::vector<zoo::Card> cards = recipe.cards;
  if (Status status = calibrate_cards(recipe, interpreter, heads, val, cards); !status) return status.error();

  const network::Graph graph = interpreter.graph();
  const std::string stored = network::to_onnx(network::with_storage(graph, storage_of(recipe.storage)));
  evaluate::Options evaluating;
  evaluating.progress = options.progress;
  say("evaluating on val through the runtime");
  const auto figures =
      measure(cards, stored, options.work / "stored", val_cases, runtime::Precision::kAutomatic, evaluating);
  if (!figures) return figures.error();
  evaluating.hausdorff = false;
  evaluating.bootstrap.resamples = 1;
  const auto reference = measure(cards, network::to_onnx(graph), options.work / "float32", val_cases,
                                 runtime::Precision::kFloat32, evaluating);
  if (!reference) return reference.error();

  for (std::size_t i = 0; i < cards.size(); ++i) {
    Json& out = cards[i].figures;
    out = Json{{"split", "val"}};
    out.update((*figures)[i]);
    const auto [name, value] = main_figure((*figures)[i]);
    const auto [ignored, exact] = main_figure((*reference)[i]);
    if (value && exact) {
      out["storage"] = {{"stored_as", recipe.storage},
                        {"figure", name},
                        {"float32", *exact},
                        {"loss", *exact - *value},
                        {"bytes", stored.size()}};
      char line[200];
      std::snprintf(line, sizeof line, "%s: %s %.4f on val (float32 %.4f, %s stored loses %.4f)", cards[i].id.c_str(),
                    name.c_str(), *value, *exact, recipe.storage.c_str(), *exact - *value);
      say(line);
      if (*exact - *value > 0.002) say(cards[i].id + ": WARNING: stored weights lose more than 0.002");
    }
    out["training"] = {{"best_epoch", run.best_epoch},
                       {"epochs", run.epochs},
                       {"steps", run.steps},
                       {"score_at_input_size", run.best_score}};
    cards[i].recipe = recipe.document;
  }
  Finished finished;
  auto entries = write_entries(zoo_folder_of(options.output, cards.front().id), cards, stored);
  if (!entries) return entries.error();
  finished.entries = std::move(*entries);
  finished.cards = std::move(cards);
  return finished;
}

}  // namespace galen::train
