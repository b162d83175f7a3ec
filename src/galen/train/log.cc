#include "galen/train/log.h"

#include <sstream>

#include "galen/base/files.h"

namespace galen::train {

Status Log::begin(std::int64_t step) {
  std::string kept;
  if (std::filesystem::exists(path_)) {
    Result<std::vector<Json>> rows = read_log(path_);
    if (!rows) return rows.error();
    for (const Json& row : *rows) {
      if (row.value("step", std::int64_t{0}) <= step) kept += to_text(row) + "\n";
    }
  }
  if (Status status = write_file_atomically(path_, kept); !status) return status;
  file_.open(path_, std::ios::app);
  if (!file_) return Error{path_.string() + ": it cannot be written"};
  return {};
}

void Log::add(const Json& row) { file_ << to_text(row) << std::endl; }

Result<std::vector<Json>> read_log(const std::filesystem::path& path) {
  const Result<std::string> text = read_text_file(path);
  if (!text) return text.error();
  std::vector<Json> rows;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    // A kill may leave half a line at the end.
    if (Result<Json> row = parse_json(line); row && row->is_object()) rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace galen::train
