// What can be asked for: the planner's view of a zoo, or of a catalogue file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "galen/base/result.h"
#include "galen/zoo/card.h"

namespace galen::zoo {

struct Entry {
  std::string id;
  Task task = Task::kSegment;
  std::string target;
  std::string modality;
  std::string region;
  int dims = 2;
  std::vector<std::string> labels;   // Segmentation: names of the structures
  std::vector<std::string> classes;  // Classification: the normal one first
  std::vector<bool> normal;          // Beside `classes`
  std::vector<std::string> aliases;
  std::vector<std::string> needs;
};

struct Catalogue {
  // Code -> names people use ("cxr" -> "chest x-ray", "radiograph").
  std::map<std::string, std::vector<std::string>> modalities;
  std::vector<Entry> entries;

  const Entry* find(const std::string& id) const;
};

// The form of shared/planner/catalogue.json: {"modalities": {...}, "weights": [...]}. Classes called normal, benign,
// negative, healthy, "no ..." or "non-..." are the normal ones.
Result<Catalogue> parse_catalogue(const Json& document);
Result<Catalogue> read_catalogue(const std::filesystem::path& path);

// The modality of entries that work on every image.
inline constexpr const char* kAnyModality = "any";

// Code of the modality that is called so (code or name, any case), or "".
std::string modality_code(const Catalogue& catalogue, const std::string& name);
// The same of what a person says an image is; "" where nothing is said. Fails as a wrong use, with the known codes.
Result<std::string> modality_said(const Catalogue& catalogue, const std::string& name);
// A name for people: "chest x-ray" of "cxr"; the code itself where the catalogue names none.
std::string modality_name(const Catalogue& catalogue, const std::string& code);

}  // namespace galen::zoo
