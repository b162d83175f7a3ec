#include "galen/zoo/fields.h"

#include <cmath>

namespace galen::zoo {
namespace {

constexpr std::size_t kMostCharacters = 20'000;
constexpr std::size_t kMostItems = 4096;

std::string short_number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string between(double low, double high) { return "from " + short_number(low) + " to " + short_number(high); }

bool in_range(const Json& value, double low, double high) {
  return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= low &&
         value.get<double>() <= high;
}

}  // namespace

Fields::Fields(const Json& object, std::string path, std::string* problem)
    : object_(object), path_(std::move(path)), problem_(problem) {
  if (!object_.is_object() && problem_->empty()) {
    *problem_ = (path_.empty() ? std::string("a card") : path_) + " must be a JSON object";
  }
}

const Json* Fields::find(const std::string& key, bool required) {
  known_.insert(key);
  if (!object_.is_object()) return nullptr;
  const auto at = object_.find(key);
  if (at == object_.end()) {
    if (required && problem_->empty()) *problem_ = "the key " + name_of(key) + " is missing";
    return nullptr;
  }
  return &*at;
}

bool Fields::has(const std::string& key) { return find(key, false) != nullptr; }

void Fields::fail(const std::string& key, const std::string& expected) {
  if (problem_->empty()) *problem_ = name_of(key) + " must be " + expected;
}

void Fields::text(const std::string& key, std::string& value, bool required) {
  const Json* found = find(key, required);
  if (!found) return;
  if (!found->is_string() || found->get_ref<const std::string&>().size() > kMostCharacters) {
    return fail(key, "text of at most " + std::to_string(kMostCharacters) + " characters");
  }
  value = found->get<std::string>();
  if (value.find('\0') != std::string::npos) fail(key, "text without NUL characters");
  if (required && value.empty()) fail(key, "text that is not empty");
}

void Fields::integer(const std::string& key, int& value, int low, int high, bool required) {
  const Json* found = find(key, required);
  if (!found) return;
  if (!found->is_number_integer() || !in_range(*found, low, high))
    return fail(key, "a whole number " + between(low, high));
  value = found->get<int>();
}

void Fields::number(const std::string& key, double& value, double low, double high) {
  const Json* found = find(key, false);
  if (!found) return;
  if (!in_range(*found, low, high)) return fail(key, "a number " + between(low, high));
  value = found->get<double>();
}

void Fields::boolean(const std::string& key, bool& value) {
  const Json* found = find(key, false);
  if (!found) return;
  if (!found->is_boolean()) return fail(key, "true or false");
  value = found->get<bool>();
}

void Fields::texts(const std::string& key, std::vector<std::string>& values) {
  const Json* found = part(key, "array");
  if (!found) return;
  values.clear();
  for (const Json& item : *found) {
    if (!item.is_string() || item.get_ref<const std::string&>().size() > kMostCharacters)
      return fail(key, "a list of texts");
    values.push_back(item.get<std::string>());
  }
}

void Fields::numbers(const std::string& key, std::vector<double>& values, double low, double high) {
  const Json* found = part(key, "array");
  if (!found) return;
  values.clear();
  for (const Json& item : *found) {
    if (!in_range(item, low, high)) return fail(key, "a list of numbers " + between(low, high));
    values.push_back(item.get<double>());
  }
}

void Fields::integers(const std::string& key, std::vector<int>& values, int low, int high) {
  const Json* found = part(key, "array");
  if (!found) return;
  values.clear();
  for (const Json& item : *found) {
    if (!item.is_number_integer() || !in_range(item, low, high)) {
      return fail(key, "a list of whole numbers " + between(low, high));
    }
    values.push_back(item.get<int>());
  }
}

void Fields::choice(const std::string& key, int& index, const std::vector<std::string>& names, bool required) {
  const Json* found = find(key, required);
  if (!found) return;
  std::string expected;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (found->is_string() && found->get_ref<const std::string&>() == names[i]) {
      index = static_cast<int>(i);
      return;
    }
    expected += (i == 0 ? "\"" : i + 1 == names.size() ? " or \"" : ", \"") + names[i] + "\"";
  }
  fail(key, expected);
}

const Json* Fields::part(const std::string& key, const std::string& kind, bool required) {
  const Json* found = find(key, required);
  if (!found) return nullptr;
  const bool fits = kind == "array" ? found->is_array() : found->is_object();
  if (!fits || found->size() > kMostItems) {
    fail(key, kind == "array" ? "a list of at most " + std::to_string(kMostItems) + " items" : "an object");
    return nullptr;
  }
  return found;
}

void Fields::finish() {
  if (failed() || !object_.is_object()) return;
  for (const auto& item : object_.items()) {
    if (known_.count(item.key())) continue;
    std::string keys;
    for (const std::string& key : known_) keys += (keys.empty() ? "" : ", ") + key;
    *problem_ = "unknown key " + name_of(item.key().substr(0, 100)) + "; known are " + keys;
    return;
  }
}

}  // namespace galen::zoo
