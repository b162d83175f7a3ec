#include "galen/cli/figures_table.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace galen::cli {
namespace {

struct Row {
  std::string name;
  std::string value;
  std::string interval;
};

std::string decimals(const Json& number) {
  if (number.is_number_integer()) return std::to_string(number.get<std::int64_t>());
  char text[64];
  std::snprintf(text, sizeof text, "%.3f", number.get<double>());
  return text;
}

bool is_interval(const Json& value) { return value.is_object() && value.contains("value") && value.contains("low"); }

void add_rows(const Json& part, const std::string& before, std::vector<Row>& rows) {
  for (const auto& [key, value] : part.items()) {
    if (key == "domains" || key == "images") continue;
    std::string name = before + key;
    std::replace(name.begin(), name.end(), '_', ' ');
    if (const std::string unit = part.value(key + "_unit", ""); !unit.empty()) name += " (" + unit + ")";
    if (is_interval(value)) {
      rows.push_back(
          {name, decimals(value["value"]), "[" + decimals(value["low"]) + ", " + decimals(value["high"]) + "]"});
    } else if (value.is_object()) {
      add_rows(value, key == "labels" ? before : before + key + " ", rows);
    } else if (value.is_number()) {
      rows.push_back({name, decimals(value), ""});
    } else if (value.is_null()) {
      rows.push_back({name, "none", ""});
    }
  }
}

std::string heading(const std::string& of, const Json& part) {
  const std::size_t images = part.value("images", std::size_t{0});
  return of + ", " + std::to_string(images) + (images == 1 ? " image" : " images");
}

}  // namespace

std::string figures_table(const Json& summary) {
  struct Part {
    std::string heading;
    std::vector<Row> rows;
  };
  std::vector<Part> parts = {{heading("all", summary), {}}};
  add_rows(summary, "", parts.front().rows);
  if (summary.contains("domains")) {
    for (const auto& [name, part] : summary["domains"].items()) {
      parts.push_back({heading(name, part), {}});
      add_rows(part, "", parts.back().rows);
    }
  }
  std::size_t name_width = 0, value_width = 0;
  for (const Part& part : parts) {
    for (const Row& row : part.rows) {
      name_width = std::max(name_width, row.name.size());
      value_width = std::max(value_width, row.value.size());
    }
  }
  std::string text;
  for (const Part& part : parts) {
    text += (text.empty() ? "" : "\n") + part.heading;
    for (const Row& row : part.rows) {
      text += "\n  " + row.name + std::string(name_width - row.name.size() + 2 + value_width - row.value.size(), ' ') +
              row.value + (row.interval.empty() ? "" : "  " + row.interval);
    }
  }
  return text;
}

}  // namespace galen::cli
