#include <algorithm>

#include "galen/network/parts.h"

namespace galen::network {
namespace {

std::string joined(const std::vector<std::string>& items) {
  std::string text;
  for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
  return text;
}

bool in_range(const Json& value, double lowest, double highest) {
  return value.is_number() && value.get<double>() >= lowest && value.get<double>() <= highest;
}

}  // namespace

OptionReader::OptionReader(std::string architecture, const Json& options)
    : architecture_(std::move(architecture)), options_(options.is_null() ? Json::object() : options) {
  if (!options_.is_object()) {
    status_ = Error{"The options of the architecture '" + architecture_ + "' must be a JSON object"};
    options_ = Json::object();
  }
}

const Json* OptionReader::find(const std::string& name) {
  known_.push_back(name);
  const auto found = options_.find(name);
  return found == options_.end() ? nullptr : &*found;
}

void OptionReader::fail(const std::string& name, const std::string& wanted) {
  if (status_)
    status_ = Error{"The option '" + name + "' of the architecture '" + architecture_ + "' must be " + wanted};
}

int OptionReader::integer(const std::string& name, int otherwise, int lowest, int highest) {
  const Json* value = find(name);
  if (!value) return otherwise;
  if (value->is_number_integer() && in_range(*value, lowest, highest)) return value->get<int>();
  fail(name, "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  return otherwise;
}

double OptionReader::number(const std::string& name, double otherwise, double lowest, double highest) {
  const Json* value = find(name);
  if (!value) return otherwise;
  if (in_range(*value, lowest, highest)) return value->get<double>();
  fail(name, "a number from " + Json(lowest).dump() + " to " + Json(highest).dump());
  return otherwise;
}

std::string OptionReader::choice(const std::string& name, const std::string& otherwise,
                                 const std::vector<std::string>& allowed) {
  const Json* value = find(name);
  if (!value) return otherwise;
  if (value->is_string()) {
    const auto text = value->get<std::string>();
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  }
  fail(name, "one of: " + joined(allowed));
  return otherwise;
}

std::vector<int> OptionReader::integers(const std::string& name, const std::vector<int>& otherwise, int lowest,
                                        int highest) {
  const Json* value = find(name);
  if (!value) return otherwise;
  const bool good = value->is_array() && value->size() == otherwise.size() &&
                    std::all_of(value->begin(), value->end(), [&](const Json& item) {
                      return item.is_number_integer() && in_range(item, lowest, highest);
                    });
  if (good) return value->get<std::vector<int>>();
  fail(name, std::to_string(otherwise.size()) + " whole numbers from " + std::to_string(lowest) + " to " +
                 std::to_string(highest));
  return otherwise;
}

Status OptionReader::finish() const {
  if (!status_) return status_;
  for (const auto& [name, value] : options_.items()) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      return Error{"The architecture '" + architecture_ + "' has no option '" + name + "'; it has: " + joined(known_)};
    }
  }
  return {};
}

}  // namespace galen::network
