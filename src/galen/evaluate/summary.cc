#include <algorithm>
#include <map>
#include <set>

#include "galen/evaluate/evaluate.h"
#include "galen/measure/classification.h"

namespace galen::evaluate {
namespace {

Json interval_json(const std::optional<measure::Interval>& interval) {
  if (!interval) return nullptr;
  return {{"value", interval->estimate}, {"low", interval->low}, {"high", interval->high}};
}

// Mean over rows of the number at `label`/`key` (or of the row's own where the label is empty); nulls are left out.
Json mean_of(const std::vector<const Json*>& rows, const std::string& label, const char* key, const Options& options) {
  std::vector<double> values;
  for (const Json* row : rows) {
    const Json* place = row;
    if (!label.empty()) {
      if (!(*row)["labels"].contains(label)) continue;
      place = &(*row)["labels"][label];
    }
    if (place->contains(key) && (*place)[key].is_number()) values.push_back((*place)[key].get<double>());
  }
  return interval_json(measure::bootstrap_mean(values, options.bootstrap));
}

Json segmentation_part(const std::vector<const Json*>& rows, const Options& options) {
  std::vector<std::string> labels;
  for (const Json* row : rows) {
    for (const auto& [name, figures] : (*row)["labels"].items()) {
      if (std::find(labels.begin(), labels.end(), name) == labels.end()) labels.push_back(name);
    }
  }
  Json part = {{"images", rows.size()}, {"dice", mean_of(rows, "", "dice", options)}, {"labels", Json::object()}};
  for (const std::string& label : labels) {
    Json figures = Json::object();
    for (const char* key : {"dice", "iou", "sensitivity", "specificity"}) {
      figures[key] = mean_of(rows, label, key, options);
    }
    if (options.hausdorff) {
      figures["hd95"] = mean_of(rows, label, "hd95", options);
      std::size_t missing = 0;
      std::string unit = "pixels";
      for (const Json* row : rows) {
        if (!(*row)["labels"].contains(label)) continue;
        const Json& one = (*row)["labels"][label];
        if (!one.contains("hd95")) continue;
        if (one["hd95"].is_null()) ++missing;
        unit = one.value("hd95_unit", unit);
      }
      figures["hd95_unit"] = unit;
      figures["hd95_missing"] = missing;  // One of the masks was empty: there is no distance
    }
    part["labels"][label] = std::move(figures);
  }
  return part;
}

struct Binary {
  std::vector<double> scores;
  std::vector<std::uint8_t> truth, positive, answered;
};

using Cases = std::vector<const ClassifiedCase*>;

Binary binary_view(const Cases& cases, const zoo::Card& card) {
  Binary binary;
  for (const ClassifiedCase* one : cases) {
    double score = 0;
    for (std::size_t c = 0; c < card.classes.size(); ++c) {
      if (!card.classes[c].normal) score += one->probabilities[c];
    }
    binary.scores.push_back(score);
    binary.truth.push_back(card.classes[static_cast<std::size_t>(one->truth)].normal ? 0 : 1);
    binary.positive.push_back(one->positive ? 1 : 0);
    binary.answered.push_back(one->abstained ? 0 : 1);
  }
  return binary;
}

template <typename T>
std::vector<T> pick(const std::vector<T>& values, const std::vector<std::size_t>& cases) {
  std::vector<T> picked;
  picked.reserve(cases.size());
  for (const std::size_t i : cases) picked.push_back(values[i]);
  return picked;
}

// Decisions as scores 0 and 1, so that the card's own threshold is what is judged.
measure::BinaryFigures decided(const Binary& binary, const std::vector<std::size_t>& cases) {
  std::vector<double> decisions;
  for (const std::size_t i : cases) decisions.push_back(binary.positive[i] ? 1.0 : 0.0);
  return measure::binary_figures(decisions, pick(binary.truth, cases), 0.5);
}

Json binary_part(const Binary& binary, const Options& options) {
  const auto interval = [&](const measure::Statistic& statistic) {
    return interval_json(measure::bootstrap(binary.scores.size(), statistic, options.bootstrap));
  };
  using Indices = std::vector<std::size_t>;
  Json part;
  part["auc"] = interval([&](const Indices& i) { return measure::auc(pick(binary.scores, i), pick(binary.truth, i)); });
  part["f1"] = interval([&](const Indices& i) { return std::optional(decided(binary, i).f1()); });
  part["accuracy"] = interval([&](const Indices& i) { return std::optional(decided(binary, i).accuracy()); });
  part["sensitivity"] = interval([&](const Indices& i) -> std::optional<double> {
    const measure::BinaryFigures figures = decided(binary, i);
    if (figures.true_positive + figures.false_negative == 0) return std::nullopt;
    return figures.sensitivity();
  });
  part["specificity"] = interval([&](const Indices& i) -> std::optional<double> {
    const measure::BinaryFigures figures = decided(binary, i);
    if (figures.true_negative + figures.false_positive == 0) return std::nullopt;
    return figures.specificity();
  });
  return part;
}

Json calibration_json(const std::vector<double>& probability, const std::vector<std::uint8_t>& happened,
                      const Options& options) {
  const measure::Calibration whole = measure::calibration(probability, happened);
  Json curve = Json::array();
  for (const measure::CalibrationBin& bin : whole.bins) {
    if (bin.count == 0) continue;
    curve.push_back({{"low", bin.low},
                     {"high", bin.high},
                     {"count", bin.count},
                     {"mean_probability", bin.mean_probability},
                     {"frequency", bin.frequency}});
  }
  const auto interval = measure::bootstrap(
      probability.size(),
      [&](const std::vector<std::size_t>& i) {
        return std::optional(measure::calibration(pick(probability, i), pick(happened, i)).expected_error);
      },
      options.bootstrap);
  return {{"expected_error", interval_json(interval)},
          {"expected_error_by_chance", measure::calibration_error_by_chance(probability)},
          {"maximum_error", whole.maximum_error},
          {"reliability", curve}};
}

Json classification_part(const Cases& cases, const zoo::Card& card, const Options& options, bool whole) {
  const int classes = static_cast<int>(card.classes.size());
  const bool has_normal = std::any_of(card.classes.begin(), card.classes.end(), [](const auto& c) { return c.normal; });
  const Binary binary = binary_view(cases, card);
  Json part = {{"images", cases.size()}};
  if (has_normal) part.update(binary_part(binary, options));

  std::vector<int> answers, truth;
  std::vector<double> reported;
  std::vector<std::uint8_t> right;
  for (const ClassifiedCase* one : cases) {
    const auto best = std::max_element(one->probabilities.begin(), one->probabilities.end());
    answers.push_back(static_cast<int>(best - one->probabilities.begin()));
    truth.push_back(one->truth);
    reported.push_back(*best);
    right.push_back(answers.back() == truth.back() ? 1 : 0);
  }
  if (classes > 2 || !has_normal) {
    const auto of = [&](auto figure) {
      return interval_json(measure::bootstrap(
          cases.size(),
          [&](const std::vector<std::size_t>& i) {
            return std::optional<double>(
                figure(measure::multiclass_figures(pick(answers, i), pick(truth, i), classes)));
          },
          options.bootstrap));
    };
    part["class_accuracy"] = of([](const measure::MulticlassFigures& f) { return f.accuracy; });
    part["macro_f1"] = of([](const measure::MulticlassFigures& f) { return f.macro_f1; });
    if (whole) part["confusion"] = measure::multiclass_figures(answers, truth, classes).confusion;
  }
  if (!whole) return part;
  const bool two = classes == 2 && has_normal;
  part["calibration"] = calibration_json(two ? binary.scores : reported, two ? binary.truth : right, options);
  std::vector<std::size_t> answered;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (binary.answered[i]) answered.push_back(i);
  }
  part["coverage"] = static_cast<double>(answered.size()) / static_cast<double>(std::max<std::size_t>(1, cases.size()));
  if (has_normal && answered.size() < cases.size()) {
    part["accuracy_of_answered"] = decided(binary, answered).accuracy();
    part["f1_of_answered"] = decided(binary, answered).f1();
  }
  return part;
}

}  // namespace

Json summarise_segmentation(const std::vector<Json>& rows, const Options& options) {
  std::vector<const Json*> all;
  std::map<std::string, std::vector<const Json*>> domains;
  for (const Json& row : rows) {
    all.push_back(&row);
    domains[row.value("domain", "")].push_back(&row);
  }
  Json summary = {{"task", "segment"}};
  summary.update(segmentation_part(all, options));
  if (domains.size() > 1) {
    for (const auto& [name, part] : domains) summary["domains"][name] = segmentation_part(part, options);
  }
  return summary;
}

Json summarise_classification(const std::vector<ClassifiedCase>& cases, const zoo::Card& card, const Options& options) {
  Cases all;
  std::map<std::string, Cases> domains;
  for (const ClassifiedCase& one : cases) {
    all.push_back(&one);
    domains[one.domain].push_back(&one);
  }
  Json summary = {{"task", "classify"}};
  summary.update(classification_part(all, card, options, true));
  if (domains.size() > 1) {
    for (const auto& [name, part] : domains) summary["domains"][name] = classification_part(part, card, options, false);
  }
  return summary;
}

}  // namespace galen::evaluate
