#include "galen/base/csv.h"
#include "galen/evaluate/evaluate.h"

namespace galen::evaluate {
namespace {

// The sources of the card's recipe whose table lies in a folder of the same name.
Result<std::vector<CaseSource>> recipe_sources(const zoo::Card& card, const std::filesystem::path& table) {
  const std::string folder = std::filesystem::absolute(table).parent_path().filename().string();
  std::vector<CaseSource> sources;
  if (!card.recipe.contains("data") || !card.recipe["data"].is_array()) return sources;
  for (const Json& item : card.recipe["data"]) {
    Result<CaseSource> source = parse_case_source(item);
    if (!source) return source.error_in("the card's recipe");
    if (std::filesystem::path(source->cases).parent_path().filename().string() == folder) {
      sources.push_back(std::move(*source));
    }
  }
  return sources;
}

// Of a set that no recipe describes: classes by name or index, and the columns' usual names.
CaseSource usual_source(const zoo::Card& card) {
  CaseSource source;
  if (card.task != zoo::Task::kClassify) return source;
  source.class_column = "class";
  for (const zoo::Class& one : card.classes) {
    source.class_map[one.name] = one.index;
    source.class_map[std::to_string(one.index)] = one.index;
  }
  return source;
}

Result<std::vector<Target>> targets_of(const zoo::Card& card, bool by_recipe) {
  if (by_recipe && card.recipe.contains("targets")) {
    Result<std::vector<Target>> parsed = parse_targets(card.recipe["targets"]);
    if (!parsed) return parsed.error_in("the card's recipe");
    return parsed;
  }
  std::vector<Target> targets;
  for (const zoo::Label& label : card.labels) {
    for (const int channel : label.channels) targets.push_back({channel, {label.value}, 0, ""});
  }
  return targets;
}

Error not_by_column() {
  return usage_error("this set is not split by a column: only \"train\" and \"val\" can be asked for");
}

}  // namespace

Result<ChosenCases> cases_for_card(const zoo::Card& card, const std::filesystem::path& table, const std::string& split,
                                   const std::string& domain) {
  Result<std::vector<CaseSource>> sources = recipe_sources(card, table);
  if (!sources) return sources.error();
  const Result<std::vector<Target>> targets = targets_of(card, !sources->empty());
  if (!targets) return targets.error();
  if (sources->empty()) sources->push_back(usual_source(card));
  const Result<CsvTable> columns = read_csv_file(table);
  if (!columns) return columns.error();

  ChosenCases chosen;
  for (CaseSource& source : *sources) {
    source.cases = table.filename().string();
    const bool by_column = source.train_ids.empty() && source.val_ids.empty() && source.val_share < 0;
    const bool no_column =
        by_column && split != "all" && !source.split_column.empty() && columns->column(source.split_column) < 0;
    if (no_column && !split.empty()) {
      return usage_error(table.string() + ": it has no column \"" + source.split_column +
                         "\"; --split all takes every row");
    }
    if (no_column || split == "all") {
      if (!by_column) return not_by_column();
      source.split_column = "";
      chosen.unsplit = no_column;
    } else if (!split.empty() && split != "train" && split != "val") {
      if (!by_column) return not_by_column();
      source.val = split;  // Another value of the split column
      source.train.clear();
    }
    Result<CaseSplit> cases = read_cases(source, table.parent_path(), *targets);
    if (!cases) return cases.error();
    for (Case& one : split == "train" ? cases->train : cases->val) {
      if (domain.empty() || one.domain == domain) chosen.cases.push_back(std::move(one));
    }
  }
  if (chosen.cases.empty()) {
    return Error{
        table.string() + ": no row is" +
        (chosen.unsplit ? "" : " of the split \"" + (split.empty() ? "val" : split) + "\"") +
        (domain.empty() ? "" : std::string(chosen.unsplit ? "" : " and") + " of the domain \"" + domain + "\"")};
  }
  return chosen;
}

}  // namespace galen::evaluate
