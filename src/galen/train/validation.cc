#include "galen/train/validation.h"

#include <algorithm>
#include <map>

#include "galen/base/threads.h"
#include "galen/measure/classification.h"
#include "galen/measure/overlap.h"
#include "galen/train/batch.h"

namespace galen::train {

Heads heads_of(const Recipe& recipe, const network::Graph& graph) {
  Heads heads;
  heads.input = graph.inputs.front().name;
  if (const zoo::Card* card = recipe.find(zoo::Task::kSegment)) heads.segmentation = card->output.name;
  if (const zoo::Card* card = recipe.find(zoo::Task::kClassify)) heads.classification = card->output.name;
  return heads;
}

namespace {

std::map<std::string, torch::Tensor> mean_outputs(Interpreter& interpreter, const Heads& heads,
                                                  const torch::Tensor& image, const std::vector<std::string>& flips) {
  auto mean = interpreter.run({{heads.input, image}}, Mode::kInference);
  for (auto& [name, tensor] : mean) tensor = tensor.to(torch::kFloat32);
  for (const std::string& flip : flips) {
    const std::int64_t axis = flip == "horizontal" ? 3 : 2;
    for (const auto& [name, tensor] : interpreter.run({{heads.input, image.flip({axis})}}, Mode::kInference)) {
      const torch::Tensor value = tensor.to(torch::kFloat32);
      mean.at(name) += name == heads.segmentation ? value.flip({axis}) : value;
    }
  }
  for (auto& [name, tensor] : mean) tensor /= static_cast<double>(flips.size() + 1);
  return mean;
}

}  // namespace

Status for_each_view(Interpreter& interpreter, const Heads& heads, const Dataset& dataset, const Recipe& recipe,
                     const std::vector<std::string>& flips, const std::function<void(const ViewOutput&)>& visit) {
  const torch::NoGradGuard no_grad;
  std::vector<Sample> waiting;
  std::vector<std::size_t> owners;
  const auto run = [&](std::size_t count) {
    const std::vector<Sample> samples(std::make_move_iterator(waiting.begin()),
                                      std::make_move_iterator(waiting.begin() + static_cast<std::ptrdiff_t>(count)));
    const Batch batch = make_batch(samples, recipe.input(), 0);
    const auto outputs = mean_outputs(interpreter, heads, batch.image, flips);
    for (std::size_t i = 0; i < count; ++i) {
      ViewOutput view{owners[i], &samples[i], {}, {}};
      const auto at = static_cast<std::int64_t>(i);
      if (!heads.segmentation.empty()) {
        view.segmentation = outputs.at(heads.segmentation)[at].contiguous();
      }
      if (!heads.classification.empty()) {
        view.classification = outputs.at(heads.classification)[at].contiguous();
      }
      visit(view);
    }
    waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
    owners.erase(owners.begin(), owners.begin() + static_cast<std::ptrdiff_t>(count));
  };
  const std::size_t batch = static_cast<std::size_t>(recipe.batch);
  for (std::size_t start = 0; start < dataset.size(); start += 16) {
    const std::size_t count = std::min<std::size_t>(16, dataset.size() - start);
    std::vector<Result<std::vector<Sample>>> made(count, Error{""});
    parallel_for(count, [&](std::size_t i) { made[i] = dataset.views(start + i); });
    for (std::size_t i = 0; i < count; ++i) {
      if (!made[i]) return made[i].error();
      for (Sample& sample : *made[i]) {
        waiting.push_back(std::move(sample));
        owners.push_back(start + i);
      }
    }
    while (waiting.size() >= batch) run(batch);
    if (interrupted()) return Error{"interrupted", ErrorKind::kInterrupted};
  }
  if (!waiting.empty()) run(waiting.size());
  return {};
}

Result<Validation> validate(Interpreter& interpreter, const Heads& heads, const Dataset& dataset,
                            const Recipe& recipe) {
  const int channels = recipe.segmentation_channels();
  // By channel and case; tiles of an image are counted together.
  std::vector<std::map<std::size_t, measure::Overlap>> counts(static_cast<std::size_t>(channels));
  std::vector<double> scores;
  std::vector<std::uint8_t> abnormal;
  std::size_t right = 0, classified = 0;
  const zoo::Card* classes = recipe.find(zoo::Task::kClassify);

  const auto visit = [&](const ViewOutput& view) {
    const Sample& sample = *view.sample;
    for (int c = 0; c < channels && !sample.bits.empty(); ++c) {
      if ((sample.known & (1 << c)) == 0) continue;
      measure::Overlap& overlap = counts[static_cast<std::size_t>(c)][view.case_index];
      const float* logits = view.segmentation.data_ptr<float>() + static_cast<std::size_t>(c) * sample.bits.size();
      for (std::size_t i = 0; i < sample.bits.size(); ++i) {
        if (!sample.counts[i]) continue;
        const bool predicted = logits[i] >= 0, truth = ((sample.bits[i] >> c) & 1) != 0;
        overlap.true_positive += predicted && truth;
        overlap.false_positive += predicted && !truth;
        overlap.false_negative += !predicted && truth;
      }
    }
    if (!classes || sample.class_index < 0) return;
    const torch::Tensor probability = view.classification.softmax(0);
    double score = 0;
    for (std::size_t k = 0; k < classes->classes.size(); ++k) {
      if (!classes->classes[k].normal) score += probability[static_cast<std::int64_t>(k)].item<double>();
    }
    scores.push_back(score);
    abnormal.push_back(classes->classes[static_cast<std::size_t>(sample.class_index)].normal ? 0 : 1);
    right += view.classification.argmax(0).item<std::int64_t>() == sample.class_index;
    ++classified;
  };
  if (Status status = for_each_view(interpreter, heads, dataset, recipe, {}, visit); !status) return status.error();

  Validation validation;
  double sum = 0;
  int parts = 0;
  for (const auto& by_case : counts) {
    double dice = 0;
    for (const auto& [index, overlap] : by_case) dice += overlap.dice();
    validation.dice.push_back(by_case.empty() ? 0 : dice / static_cast<double>(by_case.size()));
  }
  if (channels > 0) {
    double dice = 0;
    for (const double one : validation.dice) dice += one;
    sum += dice / channels;
    ++parts;
  }
  if (classified > 0) {
    validation.accuracy = static_cast<double>(right) / static_cast<double>(classified);
    validation.auc = measure::auc(scores, abnormal);
    const bool several = classes->classes.size() > 2;
    sum += validation.auc ? (several ? (*validation.auc + *validation.accuracy) / 2 : *validation.auc)
                          : *validation.accuracy;
    ++parts;
  }
  validation.score = parts > 0 ? sum / parts : 0;
  return validation;
}

}  // namespace galen::train
