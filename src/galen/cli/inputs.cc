#include "galen/cli/inputs.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <string_view>

#include "galen/base/files.h"
#include "galen/base/text.h"

namespace galen::cli {

Result<std::vector<std::filesystem::path>> expand_inputs(const std::vector<std::string>& typed) {
  constexpr std::size_t kMostListBytes = std::size_t{64} << 20;
  std::vector<std::filesystem::path> paths;
  for (const std::string& word : typed) {
    if (word.empty()) return usage_error("A path among the images is empty.");
    if (word.front() != '@') {
      paths.emplace_back(word);
      continue;
    }
    const Result<std::string> list = read_text_file(word.substr(1), kMostListBytes);
    if (!list) return list.error();
    const std::size_t before = paths.size();
    std::istringstream lines(*list);
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (!line.empty()) paths.emplace_back(line);
    }
    if (paths.size() == before) return Error{word.substr(1) + " lists no images; it should hold one path a line."};
  }
  return paths;
}

std::string base_name(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  const std::string lower = lower_case(name);
  constexpr std::string_view kCompressed = ".nii.gz";
  if (lower.size() > kCompressed.size() && lower.ends_with(kCompressed)) {
    return name.substr(0, name.size() - kCompressed.size());
  }
  return path.stem().string();
}

Status refuse_same_names(const std::vector<std::filesystem::path>& images) {
  std::map<std::string, std::filesystem::path> seen;
  for (const std::filesystem::path& image : images) {
    const auto [other, fresh] = seen.emplace(base_name(image), image);
    if (!fresh) {
      return usage_error(other->second.string() + " and " + image.string() + " have the same name '" + other->first +
                         "', so that their results would replace each other; run them into two folders.");
    }
  }
  return {};
}

}  // namespace galen::cli
