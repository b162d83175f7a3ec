#include "galen/train/fields.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace galen::train {
namespace {

std::string shown(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

bool is_number_in(const Json& value, double low, double high) {
  return value.is_number() && std::isfinite(value.get<double>()) && value.get<double>() >= low &&
         value.get<double>() <= high;
}

}  // namespace

void Fields::fail(const std::string& key, const std::string& expected) {
  std::string place = place_ + key;
  if (!place.empty() && place.back() == '.') place.pop_back();
  if (status_) status_ = Error{(place.empty() ? "the recipe" : place) + ": " + expected, ErrorKind::kUsage};
}

void Fields::number(const char* key, double low, double high, double& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!is_number_in(*found, low, high)) {
    return fail(key, "a number from " + shown(low) + " to " + shown(high) + " is expected");
  }
  into = found->get<double>();
}

void Fields::integer(const char* key, std::int64_t low, std::int64_t high, int& into) {
  std::uint64_t number = 0;
  const Json* found = value(key);
  integer(key, low, high, number);
  if (found && status_) into = static_cast<int>(number);
}

void Fields::integer(const char* key, std::int64_t low, std::int64_t high, std::uint64_t& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!found->is_number_integer() || found->get<std::int64_t>() < low || found->get<std::int64_t>() > high) {
    return fail(key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high) + " is expected");
  }
  into = static_cast<std::uint64_t>(found->get<std::int64_t>());
}

void Fields::flag(const char* key, bool& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!found->is_boolean()) return fail(key, "true or false is expected");
  into = found->get<bool>();
}

void Fields::text(const char* key, std::string& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!found->is_string()) return fail(key, "a text is expected");
  into = found->get<std::string>();
}

void Fields::texts(const char* key, std::vector<std::string>& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!found->is_array()) return fail(key, "a list of texts is expected");
  for (const Json& item : *found) {
    if (!item.is_string()) return fail(key, "a list of texts is expected");
    into.push_back(item.get<std::string>());
  }
}

void Fields::numbers(const char* key, std::vector<double>& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!found->is_array()) return fail(key, "a list of numbers is expected");
  for (const Json& item : *found) {
    if (!is_number_in(item, 0, 1e9)) return fail(key, "a list of numbers, 0 or more, is expected");
    into.push_back(item.get<double>());
  }
}

void Fields::range(const char* key, double low, double high, std::array<double, 2>& into) {
  const Json* found = value(key);
  if (!found) return;
  if (!found->is_array() || found->size() != 2 || !is_number_in((*found)[0], low, high) ||
      !is_number_in((*found)[1], low, high) || (*found)[0].get<double>() > (*found)[1].get<double>()) {
    return fail(key, "two numbers [low, high] from " + shown(low) + " to " + shown(high) + " are expected");
  }
  into = {(*found)[0].get<double>(), (*found)[1].get<double>()};
}

void Fields::choice(const char* key, const std::vector<std::string>& allowed, std::string& into) {
  const Json* found = value(key);
  if (!found) return;
  if (found->is_string() && std::find(allowed.begin(), allowed.end(), found->get<std::string>()) != allowed.end()) {
    into = found->get<std::string>();
    return;
  }
  std::string list;
  for (const std::string& name : allowed) list += (list.empty() ? "\"" : ", \"") + name + "\"";
  fail(key, "one of " + list + " is expected");
}

Status Fields::finish() {
  if (!status_ || !document_.is_object()) return status_;
  for (const auto& [key, ignored] : document_.items()) {
    if (known_.contains(key)) continue;
    std::string list;
    for (const std::string& name : known_) list += (list.empty() ? "" : ", ") + name;
    fail(key, "unknown key (known here: " + list + ")");
    break;
  }
  return status_;
}

}  // namespace galen::train
