#include "galen/evaluate/evaluate.h"

namespace galen::evaluate {
namespace {

// The source of the card's recipe whose table lies in a folder of the same name.
Result<std::optional<CaseSource>> recipe_source(const zoo::Card& card, const std::filesystem::path& table) {
  const std::string folder = std::filesystem::absolute(table).parent_path().filename().string();
  if (!card.recipe.contains("data") || !card.recipe["data"].is_array()) return std::optional<CaseSource>();
  for (const Json& item : card.recipe["data"]) {
    Result<CaseSource> source = parse_case_source(item);
    if (!source) return source.error_in("the card's recipe");
    if (std::filesystem::path(source->cases).parent_path().filename().string() == folder) {
      return std::optional<CaseSource>(std::move(*source));
    }
  }
  return std::optional<CaseSource>();
}

}  // namespace

Result<std::vector<Case>> cases_for_card(const zoo::Card& card, const std::filesystem::path& table,
                                         const std::string& split, const std::string& domain) {
  Result<std::optional<CaseSource>> found = recipe_source(card, table);
  if (!found) return found.error();
  std::vector<Target> targets;
  if (*found && card.recipe.contains("targets")) {
    Result<std::vector<Target>> parsed = parse_targets(card.recipe["targets"]);
    if (!parsed) return parsed.error_in("the card's recipe");
    targets = std::move(*parsed);
  } else {
    for (const zoo::Label& label : card.labels) {
      for (const int channel : label.channels) targets.push_back({channel, {label.value}, 0, ""});
    }
  }
  CaseSource source;
  if (*found) {
    source = **found;
  } else if (card.task == zoo::Task::kClassify) {
    source.class_column = "class";
    for (const zoo::Class& one : card.classes) {
      source.class_map[one.name] = one.index;
      source.class_map[std::to_string(one.index)] = one.index;
    }
  }
  source.cases = table.filename().string();
  const bool by_files = !source.train_ids.empty() || !source.val_ids.empty();
  if (split != "train" && split != "val" && by_files) {
    return Error{"this set is split by files of ids: only \"train\" and \"val\" can be asked for", ErrorKind::kUsage};
  }
  if (!by_files && split != "train" && split != "val") {
    // Any other value of the split column, or all of them.
    source.val = split;
    source.train.clear();
    if (split == "all") source.split_column = "";
  }
  Result<CaseSplit> cases = read_cases(source, table.parent_path(), targets);
  if (!cases) return cases.error();
  std::vector<Case> chosen;
  for (Case& one : split == "train" ? cases->train : cases->val) {
    if (domain.empty() || one.domain == domain) chosen.push_back(std::move(one));
  }
  if (chosen.empty()) {
    return Error{table.string() + ": no row is of the split \"" + split + "\"" +
                 (domain.empty() ? "" : " and the domain \"" + domain + "\"")};
  }
  return chosen;
}

}  // namespace galen::evaluate
