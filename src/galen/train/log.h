// A training run's log: one JSON object a line, and its curves as a picture.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"

namespace galen::train {

class Log {
 public:
  explicit Log(std::filesystem::path path) : path_(std::move(path)) {}
  // Drops the rows of steps after `step`, which a run resumed there makes again, and opens the file for more.
  Status begin(std::int64_t step);
  void add(const Json& row);

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

Result<std::vector<Json>> read_log(const std::filesystem::path& path);

// Loss, learning rate and val figures over steps, as SVG.
std::string curves_svg(const std::vector<Json>& rows, const std::string& title);

}  // namespace galen::train
