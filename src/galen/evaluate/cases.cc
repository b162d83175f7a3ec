#include "galen/evaluate/cases.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "galen/base/csv.h"
#include "galen/base/files.h"
#include "galen/base/hash.h"

namespace galen::evaluate {
namespace {

Status known_keys(const Json& document, const std::set<std::string>& keys) {
  if (!document.is_object()) return Error{"an object is expected"};
  for (const auto& [key, value] : document.items()) {
    if (keys.contains(key)) continue;
    std::string list;
    for (const std::string& name : keys) list += (list.empty() ? "" : ", ") + name;
    return Error{"unknown key \"" + key + "\" (known: " + list + ")"};
  }
  return {};
}

Status take_text(const Json& document, const char* key, std::string& into) {
  if (!document.contains(key)) return {};
  if (!document[key].is_string()) return Error{std::string(key) + ": a text is expected"};
  into = document[key].get<std::string>();
  return {};
}

Status take_texts(const Json& document, const char* key, std::vector<std::string>& into) {
  if (!document.contains(key)) return {};
  const Json& value = document[key];
  if (value.is_string()) {
    into = {value.get<std::string>()};
    return {};
  }
  if (!value.is_array()) return Error{std::string(key) + ": a text or a list of texts is expected"};
  for (const Json& item : value) {
    if (!item.is_string()) return Error{std::string(key) + ": a list of texts is expected"};
    into.push_back(item.get<std::string>());
  }
  return {};
}

Status take_integer(const Json& document, const char* key, int low, int high, int& into) {
  if (!document.contains(key)) return {};
  const Json& value = document[key];
  if (!value.is_number_integer() || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
    return Error{std::string(key) + ": a whole number from " + std::to_string(low) + " to " + std::to_string(high) +
                 " is expected"};
  }
  into = value.get<int>();
  return {};
}

Result<Target> parse_target(const Json& item) {
  if (Status status = known_keys(item, {"channel", "values", "bits", "side"}); !status) return status.error();
  Target target;
  if (Status status = take_integer(item, "channel", 0, kMostChannels - 1, target.channel); !status)
    return status.error();
  if (Status status = take_integer(item, "bits", 1, 255, target.bits); !status) return status.error();
  if (Status status = take_text(item, "side", target.side); !status) return status.error();
  if (!target.side.empty() && target.side != "image-left" && target.side != "image-right") {
    return Error{"side: \"image-left\" or \"image-right\" is expected"};
  }
  if (item.contains("values")) {
    if (!item["values"].is_array() || item["values"].empty()) return Error{"values: a list of mask values is expected"};
    for (const Json& value : item["values"]) {
      if (!value.is_number_integer() || value.get<std::int64_t>() < 1 || value.get<std::int64_t>() > 255) {
        return Error{"values: whole numbers from 1 to 255 are expected"};
      }
      target.values.push_back(value.get<int>());
    }
  }
  if (target.values.empty() == (target.bits == 0)) return Error{"one of \"values\" and \"bits\" is needed"};
  return target;
}

Result<std::set<std::string>> read_ids(const std::filesystem::path& folder, const std::vector<std::string>& files) {
  std::set<std::string> ids;
  for (const std::string& file : files) {
    const Result<std::string> text = read_text_file(folder / file, std::size_t{16} << 20);
    if (!text) return text.error();
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
      if (!line.empty()) ids.insert(line);
    }
  }
  return ids;
}

// A number in [0, 1) that depends on the id alone.
double hash_share(const std::string& id) {
  return static_cast<double>(std::stoul(sha256(id).substr(0, 8), nullptr, 16)) / 4294967296.0;
}

}  // namespace

Result<std::vector<Target>> parse_targets(const Json& document) {
  if (!document.is_array()) return Error{"targets: a list is expected"};
  std::vector<Target> targets;
  for (std::size_t i = 0; i < document.size(); ++i) {
    Result<Target> target = parse_target(document[i]);
    if (!target) return target.error_in("targets[" + std::to_string(i) + "]");
    targets.push_back(std::move(*target));
  }
  return targets;
}

int channel_count(const std::vector<Target>& targets) {
  int count = 0;
  for (const Target& target : targets) count = std::max(count, target.channel + 1);
  return count;
}

Result<CaseSource> parse_case_source(const Json& document) {
  if (Status status = known_keys(document, {"cases", "where", "split_column", "train", "val", "split_file",
                                            "image_column", "mask_column", "domain_column", "class_column", "class_map",
                                            "class", "field_of_view_column", "targets", "repeat", "val_share"});
      !status) {
    return status.error();
  }
  CaseSource source;
  if (Status status = take_text(document, "cases", source.cases); !status) return status.error();
  if (source.cases.empty()) return Error{"cases: the path of a cases.csv is needed"};
  const std::pair<const char*, std::string*> texts[] = {{"split_column", &source.split_column},
                                                        {"train", &source.train},
                                                        {"val", &source.val},
                                                        {"image_column", &source.image_column},
                                                        {"mask_column", &source.mask_column},
                                                        {"domain_column", &source.domain_column},
                                                        {"class_column", &source.class_column},
                                                        {"field_of_view_column", &source.field_of_view_column}};
  for (const auto& [key, into] : texts) {
    if (Status status = take_text(document, key, *into); !status) return status.error();
  }
  if (Status status = take_integer(document, "class", 0, 999, source.constant_class); !status) return status.error();
  if (Status status = take_integer(document, "repeat", 1, 1000, source.repeat); !status) return status.error();
  if (document.contains("val_share")) {
    const Json& share = document["val_share"];
    if (!share.is_number() || share.get<double>() < 0 || share.get<double>() > 1) {
      return Error{"val_share: a number from 0 to 1 is expected"};
    }
    source.val_share = share.get<double>();
  }
  if (document.contains("where")) {
    if (!document["where"].is_object()) return Error{"where: an object {column: value} is expected"};
    for (const auto& [column, value] : document["where"].items()) {
      if (!value.is_string()) return Error{"where." + column + ": a text is expected"};
      source.where[column] = value.get<std::string>();
    }
  }
  if (document.contains("class_map")) {
    if (!document["class_map"].is_object()) return Error{"class_map: an object {value: class index} is expected"};
    for (const auto& [name, index] : document["class_map"].items()) {
      if (!index.is_number_integer() || index.get<std::int64_t>() < 0 || index.get<std::int64_t>() > 999) {
        return Error{"class_map." + name + ": a class index is expected"};
      }
      source.class_map[name] = index.get<int>();
    }
  }
  if (!source.class_column.empty() && source.class_map.empty()) {
    return Error{"class_map: needed with \"class_column\", for example {\"0\": 0, \"1\": 1}"};
  }
  if (document.contains("split_file")) {
    const Json& files = document["split_file"];
    if (Status status = known_keys(files, {"train", "val"}); !status) return status.error_in("split_file");
    if (Status status = take_texts(files, "train", source.train_ids); !status) return status.error_in("split_file");
    if (Status status = take_texts(files, "val", source.val_ids); !status) return status.error_in("split_file");
    if (source.train_ids.empty() && source.val_ids.empty()) return Error{"split_file: \"train\" or \"val\" is needed"};
  }
  if (document.contains("targets")) {
    Result<std::vector<Target>> targets = parse_targets(document["targets"]);
    if (!targets) return targets.error();
    source.targets = std::move(*targets);
  }
  return source;
}

Result<CaseSplit> read_cases(const CaseSource& source, const std::filesystem::path& data,
                             const std::vector<Target>& targets) {
  const std::filesystem::path path = data / source.cases;
  const std::filesystem::path folder = path.parent_path();
  const Result<CsvTable> table = read_csv_file(path);
  if (!table) return table.error();

  const bool by_files = !source.train_ids.empty() || !source.val_ids.empty();
  std::vector<std::string> needed = {"id", source.image_column};
  const bool by_hash = !by_files && source.val_share >= 0;
  const bool everything = !by_files && !by_hash && source.split_column.empty();
  if (!by_files && !by_hash && !everything) needed.push_back(source.split_column);
  if (!source.class_column.empty()) needed.push_back(source.class_column);
  if (!source.field_of_view_column.empty()) needed.push_back(source.field_of_view_column);
  for (const auto& [column, value] : source.where) needed.push_back(column);
  // A table may lack these two by their usual names; a name that was chosen is meant.
  const CaseSource usual;
  for (const std::string CaseSource::*column : {&CaseSource::mask_column, &CaseSource::domain_column}) {
    if (!(source.*column).empty() && source.*column != usual.*column) needed.push_back(source.*column);
  }
  for (const std::string& column : needed) {
    if (table->column(column) < 0) return Error{path.string() + ": it has no column \"" + column + "\""};
  }
  const Result<std::set<std::string>> train_ids = read_ids(folder, source.train_ids);
  if (!train_ids) return train_ids.error();
  const Result<std::set<std::string>> val_ids = read_ids(folder, source.val_ids);
  if (!val_ids) return val_ids.error();

  CaseSplit split;
  for (std::size_t row = 0; row < table->rows.size(); ++row) {
    const auto fits = [&](const auto& condition) { return table->at(row, condition.first) == condition.second; };
    if (!std::all_of(source.where.begin(), source.where.end(), fits)) continue;
    Case one;
    one.id = table->at(row, "id");
    bool in_train = false, in_val = false;
    if (by_files) {
      in_train = train_ids->contains(one.id);
      in_val = val_ids->contains(one.id);
    } else if (by_hash) {
      in_val = hash_share(one.id) < source.val_share;
      in_train = !in_val;
    } else if (everything) {
      in_val = true;
    } else {
      in_train = table->at(row, source.split_column) == source.train;
      in_val = table->at(row, source.split_column) == source.val;
    }
    if (in_train && in_val) return Error{path.string() + ": case " + one.id + " is in train and in val"};
    if (!in_train && !in_val) continue;
    one.image = folder / table->at(row, source.image_column);
    if (!source.mask_column.empty() && !table->at(row, source.mask_column).empty()) {
      one.mask = folder / table->at(row, source.mask_column);
    }
    if (!source.field_of_view_column.empty() && !table->at(row, source.field_of_view_column).empty()) {
      one.field_of_view = folder / table->at(row, source.field_of_view_column);
    }
    one.domain = table->at(row, source.domain_column);
    if (one.domain.empty()) one.domain = folder.filename().string();
    one.class_index = source.constant_class;
    if (!source.class_column.empty()) {
      const auto found = source.class_map.find(table->at(row, source.class_column));
      if (found != source.class_map.end()) one.class_index = found->second;
    }
    one.repeat = source.repeat;
    one.targets = source.targets.empty() ? targets : source.targets;
    (in_train ? split.train : split.val).push_back(std::move(one));
  }
  return split;
}

std::filesystem::path default_data_folder() {
  if (const char* folder = std::getenv("GALEN_DATA"); folder && *folder) return folder;
  return std::filesystem::path("..") / "shared" / "data";
}

}  // namespace galen::evaluate
