#include "galen/base/csv.h"

#include <algorithm>

#include "galen/base/files.h"

namespace galen {

int CsvTable::column(std::string_view name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

const std::string& CsvTable::at(std::size_t row, std::string_view name) const {
  static const std::string empty;
  const int index = column(name);
  return index < 0 ? empty : rows.at(row)[static_cast<std::size_t>(index)];
}

Result<CsvTable> parse_csv(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  CsvTable table;
  std::vector<std::string> row;
  std::string field;
  bool quoted = false;
  std::size_t line = 1;
  std::size_t row_line = 1;

  const auto end_row = [&]() -> Status {
    row.push_back(std::move(field));
    field.clear();
    const bool blank = row.size() == 1 && row[0].empty();
    if (!blank) {
      if (table.columns.empty()) {
        table.columns = std::move(row);
      } else if (row.size() != table.columns.size()) {
        return Error{"line " + std::to_string(row_line) + " has " + std::to_string(row.size()) +
                     " fields; the header has " + std::to_string(table.columns.size())};
      } else {
        table.rows.push_back(std::move(row));
      }
    }
    row.clear();
    return {};
  };

  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') field += c;
      else if (i + 1 < text.size() && text[i + 1] == '"') field += text[++i];
      else quoted = false;
    } else if (c == '"' && field.empty()) {
      quoted = true;
    } else if (c == ',') {
      row.push_back(std::move(field));
      field.clear();
    } else if (c == '\n') {
      if (Status status = end_row(); !status) return status.error();
      row_line = line;
    } else if (c != '\r') {
      field += c;
    }
  }
  if (quoted) return Error{"a quoted field that starts on line " + std::to_string(row_line) + " is never closed"};
  if (!field.empty() || !row.empty()) {
    if (Status status = end_row(); !status) return status.error();
  }
  if (table.columns.empty()) return Error{"the table is empty; a header row is needed"};
  return table;
}

Result<CsvTable> read_csv_file(const std::filesystem::path& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return text.error();
  Result<CsvTable> table = parse_csv(*text);
  if (!table) return table.error_in(path.string());
  return table;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\n\r") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace galen
