// A step runner for tests: cards made in code, answers given in advance.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "galen/engine/step_runner.h"

namespace galen::engine {

inline zoo::Card segment_card(const std::string& id, const std::string& target, const std::string& modality) {
  zoo::Card card;
  card.id = id;
  card.task = zoo::Task::kSegment;
  card.target = target;
  card.modality = modality;
  zoo::Label label;
  label.name = target;
  card.labels = {label};
  card.network.sha256 = std::string(64, 'a');
  card.licence = "CC0-1.0";
  return card;
}

inline zoo::Card classify_card(const std::string& id, const std::string& target, const std::string& modality,
                               const std::vector<std::pair<std::string, bool>>& classes) {
  zoo::Card card;
  card.id = id;
  card.task = zoo::Task::kClassify;
  card.target = target;
  card.modality = modality;
  for (const auto& [name, normal] : classes) {
    card.classes.push_back({static_cast<int>(card.classes.size()), name, normal, std::nullopt});
  }
  card.network.sha256 = std::string(64, 'b');
  return card;
}

class FakeRunner : public StepRunner {
 public:
  std::vector<zoo::Card> cards;
  std::map<std::string, image::LabelMap> masks;
  std::map<std::string, runtime::Classification> answers;
  std::map<std::string, Error> errors;
  std::vector<std::string> ran;                        // Ids in the order in which they were run
  std::map<std::string, image::LabelMap> seen_within;  // The mask that a step was given
  zoo::Catalogue names;

  zoo::Catalogue catalogue() const override {
    zoo::Catalogue result = names;
    for (const zoo::Card& card : cards) {
      zoo::Entry entry;
      entry.id = card.id;
      entry.task = card.task;
      entry.target = card.target;
      entry.modality = card.modality;
      for (const zoo::Label& label : card.labels) entry.labels.push_back(label.name);
      for (const zoo::Class& one : card.classes) {
        entry.classes.push_back(one.name);
        entry.normal.push_back(one.normal);
      }
      result.entries.push_back(entry);
    }
    return result;
  }
  Result<zoo::Card> card(const std::string& id) const override {
    for (const zoo::Card& one : cards) {
      if (one.id == id) return one;
    }
    return Error{"no entry " + id};
  }
  Result<runtime::Segmentation> segment(const std::string& id, const image::Image& image,
                                        const runtime::SegmentOptions& options, runtime::StepTimes* times) override {
    ran.push_back(id);
    if (options.within != nullptr) seen_within[id] = *options.within;
    if (times != nullptr) times->network_seconds = 0.01;
    if (errors.count(id) != 0) return errors.at(id);
    runtime::Segmentation result;
    result.mask = masks.count(id) != 0 ? masks.at(id) : image::make_label_map(image.width, image.height, image.depth);
    result.confidence = 0.9;
    return result;
  }
  Result<runtime::Classification> classify(const std::string& id, const image::Image&, const image::LabelMap* within,
                                           runtime::StepTimes*) override {
    ran.push_back(id);
    if (within != nullptr) seen_within[id] = *within;
    if (errors.count(id) != 0) return errors.at(id);
    return answers.at(id);
  }
  Status warm(const std::string&) override { return {}; }
};

inline runtime::Classification answer_of(const std::vector<double>& probabilities, bool positive,
                                         bool abstained = false) {
  runtime::Classification answer;
  answer.probabilities = probabilities;
  answer.positive = positive;
  answer.abstained = abstained;
  for (std::size_t c = 0; c < probabilities.size(); ++c) {
    if (probabilities[c] > probabilities[static_cast<std::size_t>(answer.best)]) answer.best = static_cast<int>(c);
  }
  answer.confidence = probabilities[static_cast<std::size_t>(answer.best)];
  return answer;
}

}  // namespace galen::engine
