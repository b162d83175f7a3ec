// Comma-separated tables (RFC 4180: quoted fields, doubled quotes, CRLF), with a header row.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "galen/base/result.h"

namespace galen {

struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  // Each as long as `columns`.

  // The column's index, or -1.
  int column(std::string_view name) const;
  // The value in the named column, or "" where the table has no such column.
  const std::string& at(std::size_t row, std::string_view name) const;
};

// Fails on rows of the wrong length, on unclosed quotes and on a missing header, naming the line.
Result<CsvTable> parse_csv(std::string_view text);
Result<CsvTable> read_csv_file(const std::filesystem::path& path);

// The field as CSV text, quoted only where it must be.
std::string csv_field(std::string_view text);

}  // namespace galen
