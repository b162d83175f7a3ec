#include "galen/zoo/catalogue.h"

#include <algorithm>
#include <set>

#include "galen/base/json.h"
#include "galen/base/text.h"

namespace galen::zoo {
namespace {

constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxTextLength = 400;

bool is_normal_class(const std::string& name) {
  const std::string folded = lower_case(name);
  for (const std::string word : {"normal", "benign", "negative", "no ", "healthy", "non-"}) {
    if (folded.rfind(word, 0) == 0) return true;
  }
  return false;
}

Result<std::string> text_of(const Json& object, const char* key, bool required) {
  if (!object.contains(key)) {
    if (required) return Error{std::string("the key '") + key + "' is missing"};
    return std::string();
  }
  if (!object[key].is_string()) return Error{std::string(key) + ": a text is expected"};
  std::string text = object[key].get<std::string>();
  if (text.size() > kMaxTextLength) return Error{std::string(key) + ": longer than 400 bytes"};
  if (required && text.empty()) return Error{std::string(key) + ": must not be empty"};
  return text;
}

Result<std::vector<std::string>> texts_of(const Json& object, const char* key) {
  std::vector<std::string> texts;
  if (!object.contains(key)) return texts;
  if (!object[key].is_array()) return Error{std::string(key) + ": a list of texts is expected"};
  for (const Json& item : object[key]) {
    if (!item.is_string() || item.get_ref<const std::string&>().size() > kMaxTextLength) {
      return Error{std::string(key) + ": a list of texts of at most 400 bytes is expected"};
    }
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

Result<Entry> parse_entry(const Json& object) {
  if (!object.is_object()) return Error{"an object is expected"};
  Entry entry;
  struct TextKey {
    const char* key;
    std::string* value;
    bool required;
  };
  std::string task;
  for (const TextKey& text :
       {TextKey{"id", &entry.id, true}, TextKey{"task", &task, true}, TextKey{"target", &entry.target, true},
        TextKey{"modality", &entry.modality, true}, TextKey{"region", &entry.region, false}}) {
    Result<std::string> value = text_of(object, text.key, text.required);
    if (!value) return value.error();
    *text.value = *value;
  }
  if (task == "segment") entry.task = Task::kSegment;
  else if (task == "classify") entry.task = Task::kClassify;
  else if (task == "prognose") entry.task = Task::kPrognose;
  else return Error{"task: '" + task + "' is not one of segment, classify, prognose"};
  if (object.contains("dims")) {
    if (!object["dims"].is_number_integer() || (object["dims"] != 2 && object["dims"] != 3))
      return Error{"dims: 2 or 3 is expected"};
    entry.dims = object["dims"].get<int>();
  }
  struct ListKey {
    const char* key;
    std::vector<std::string>* value;
  };
  for (const ListKey& list : {ListKey{"labels", &entry.labels}, ListKey{"classes", &entry.classes},
                              ListKey{"aliases", &entry.aliases}, ListKey{"needs", &entry.needs}}) {
    Result<std::vector<std::string>> value = texts_of(object, list.key);
    if (!value) return value.error();
    *list.value = *value;
  }
  if (entry.task == Task::kClassify && entry.classes.size() < 2)
    return Error{"classes: a classification needs at least two"};
  for (const std::string& name : entry.classes) entry.normal.push_back(is_normal_class(name));
  return entry;
}

}  // namespace

const Entry* Catalogue::find(const std::string& id) const {
  for (const Entry& entry : entries) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

Result<Catalogue> parse_catalogue(const Json& document) {
  if (!document.is_object() || !document.contains("weights") || !document["weights"].is_array()) {
    return Error{"a catalogue is an object with the list 'weights' (and 'modalities')"};
  }
  Catalogue catalogue;
  if (document.contains("modalities")) {
    if (!document["modalities"].is_object()) return Error{"modalities: an object of code -> list of names is expected"};
    for (const auto& [code, unused] : document["modalities"].items()) {
      Result<std::vector<std::string>> names = texts_of(document["modalities"], code.c_str());
      if (!names) return names.error_in("modalities");
      catalogue.modalities[code] = *names;
    }
  }
  if (document["weights"].size() > kMaxEntries) return Error{"weights: more than 10000 entries"};
  std::set<std::string> seen;
  for (const Json& object : document["weights"]) {
    const std::string place = "weights[" + std::to_string(catalogue.entries.size()) + "]";
    Result<Entry> entry = parse_entry(object);
    if (!entry) return entry.error_in(place);
    if (!seen.insert(entry->id).second) return Error{place + ".id: '" + entry->id + "' is there twice"};
    catalogue.modalities.try_emplace(entry->modality);
    catalogue.entries.push_back(*entry);
  }
  return catalogue;
}

Result<Catalogue> read_catalogue(const std::filesystem::path& path) {
  Result<Json> document = read_json_file(path);
  if (!document) return document.error();
  Result<Catalogue> catalogue = parse_catalogue(*document);
  if (!catalogue) return catalogue.error_in(path.string());
  return catalogue;
}

std::string modality_code(const Catalogue& catalogue, const std::string& name) {
  const std::string wanted = lower_case(name);
  for (const auto& [code, names] : catalogue.modalities) {
    if (code != kAnyModality && lower_case(code) == wanted) return code;
  }
  for (const auto& [code, names] : catalogue.modalities) {
    for (const std::string& other : names) {
      if (lower_case(other) == wanted) return code;
    }
  }
  // A catalogue that names no modalities still has them in its entries.
  for (const Entry& entry : catalogue.entries) {
    if (!wanted.empty() && entry.modality != kAnyModality && lower_case(entry.modality) == wanted) {
      return entry.modality;
    }
  }
  return "";
}

Result<std::string> modality_said(const Catalogue& catalogue, const std::string& name) {
  if (name.empty()) return name;
  std::string code = modality_code(catalogue, name);
  if (!code.empty()) return code;
  std::set<std::string> known;
  for (const auto& [other, names] : catalogue.modalities) known.insert(other);
  for (const Entry& entry : catalogue.entries) known.insert(entry.modality);
  known.erase(kAnyModality);
  std::string list;
  for (const std::string& other : known) list += (list.empty() ? "" : ", ") + other;
  return usage_error("'" + name + "' is not a known modality; these are: " + list);
}

std::string modality_name(const Catalogue& catalogue, const std::string& code) {
  const auto found = catalogue.modalities.find(code);
  return found == catalogue.modalities.end() || found->second.empty() ? code : found->second.front();
}

}  // namespace galen::zoo
