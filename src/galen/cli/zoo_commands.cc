// galen zoo list, show, verify, licences.
#include <algorithm>
#include <sstream>

#include "galen/cli/commands.h"
#include "galen/cli/open_zoo.h"

namespace galen::cli {
namespace {

std::vector<std::string> names_of(const zoo::Card& card) {
  std::vector<std::string> names;
  for (const zoo::Label& label : card.labels) names.push_back(label.name);
  for (const zoo::Class& entry : card.classes) names.push_back(entry.name);
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void say_broken(const zoo::Zoo& zoo, Console& console) {
  for (const zoo::BrokenEntry& entry : zoo.broken()) console.say(entry.id + " is left out: " + entry.problem);
}

}  // namespace

Result<int> run_zoo_list(const Arguments& arguments, Console& console) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  if (arguments.has("json")) {
    Json list = Json::array();
    for (const zoo::Card& card : zoo->cards()) {
      list.push_back({{"id", card.id},
                      {"task", to_string(card.task)},
                      {"target", card.target},
                      {"modality", card.modality},
                      {"region", card.region},
                      {card.task == zoo::Task::kClassify ? "classes" : "labels", names_of(card)},
                      {"figures", card.figures},
                      {"licence", card.licence}});
    }
    console.print_pretty(list);
  } else {
    std::size_t width = 0;
    for (const zoo::Card& card : zoo->cards()) width = std::max(width, card.id.size());
    for (const zoo::Card& card : zoo->cards()) {
      console.print(card.id + std::string(width - card.id.size() + 2, ' ') + card.modality + ": " +
                    joined(names_of(card)));
    }
    if (zoo->cards().empty()) console.say("The zoo " + zoo->folder().string() + " has no entries.");
  }
  say_broken(*zoo, console);
  return kExitDone;
}

Result<int> run_zoo_show(const Arguments& arguments, Console& console) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  const Result<zoo::Card> card = zoo->card(arguments.text("TASK"));
  if (!card) return card.error();
  if (arguments.has("json")) {
    console.print_pretty(zoo::to_json(*card));
    return kExitDone;
  }
  std::ostringstream out;
  const auto line = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) out << name << std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') << value << '\n';
  };
  line("id", card->id);
  line("target", card->target);
  line("also called", joined(card->aliases));
  line("modality", card->modality);
  line("region", card->region);
  line(card->task == zoo::Task::kClassify ? "classes" : "labels", joined(names_of(*card)));
  line("measures", joined(card->measures));
  line("network", card->network.entry.empty() ? card->network.file : card->network.file + " of " + card->network.entry);
  line("sha256", card->network.sha256);
  for (const auto& [name, value] : card->figures.items())
    line(name, value.is_string() ? value.get<std::string>() : to_text(value));
  line("intended use", card->intended_use);
  line("limits", card->limits);
  line("licence", card->licence);
  console.print(out.str());
  return kExitDone;
}

Result<int> run_zoo_verify(const Arguments& arguments, Console& console) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  std::vector<zoo::Card> cards = zoo->cards();
  const bool all = !arguments.has("TASK");
  if (!all) {
    cards.clear();
    for (const std::string& id : arguments.list("TASK")) {
      const Result<zoo::Card> card = zoo->card(id);
      if (!card) return card.error();
      cards.push_back(*card);
    }
  }
  Json list = Json::array();
  bool good = true;
  const auto report = [&](const std::string& id, const std::string& problem) {
    good = good && problem.empty();
    if (arguments.has("json")) {
      list.push_back({{"id", id}, {"ok", problem.empty()}, {"problem", problem}});
    } else {
      console.print(problem.empty() ? id + ": good" : id + ": " + problem);
    }
  };
  const Progress progress = console.progress();
  for (std::size_t i = 0; i < cards.size(); ++i) {
    tell(progress, i, cards.size(), cards[i].id);
    const Status status = zoo->verify(cards[i]);
    report(cards[i].id, status ? "" : status.error().message);
  }
  if (all) {
    for (const zoo::BrokenEntry& entry : zoo->broken()) report(entry.id, entry.problem);
  }
  if (arguments.has("json")) console.print_pretty(list);
  return good ? kExitDone : kExitFailed;
}

Result<int> run_zoo_licences(const Arguments& arguments, Console& console) {
  const Result<zoo::Zoo> zoo = open_zoo(arguments);
  if (!zoo) return zoo.error();
  Json list = Json::array();
  for (const zoo::Card& card : zoo->cards()) {
    if (arguments.has("json")) {
      list.push_back({{"id", card.id}, {"licence", card.licence}, {"datasets", card.datasets}});
      continue;
    }
    console.print(card.id + ": " + card.licence);
    for (const Json& dataset : card.datasets) {
      const auto text = [&](const char* key) {
        return dataset.is_object() ? dataset.value(key, std::string()) : std::string();
      };
      console.print("    trained with " + text("name") + " (" + text("licence") + ")");
    }
  }
  if (arguments.has("json")) console.print_pretty(list);
  say_broken(*zoo, console);
  return kExitDone;
}

}  // namespace galen::cli
