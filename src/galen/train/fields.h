// Reading the fields of a JSON object strictly: a wrong type, an impossible value and an unknown key are errors that
// name the key.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"

namespace galen::train {

// Collects the first error; finish() adds a check for keys that nobody asked for.
class Fields {
 public:
  Fields(const Json& document, std::string place) : document_(document), place_(std::move(place)) {
    if (!document_.is_object()) fail("", "an object is expected");
  }

  bool has(const char* key) const { return document_.is_object() && document_.contains(key); }
  const Json& raw(const char* key) {
    known_.insert(key);
    return document_.at(key);
  }

  void number(const char* key, double low, double high, double& into);
  void integer(const char* key, std::int64_t low, std::int64_t high, int& into);
  void integer(const char* key, std::int64_t low, std::int64_t high, std::uint64_t& into);
  void flag(const char* key, bool& into);
  void text(const char* key, std::string& into);
  void texts(const char* key, std::vector<std::string>& into);
  void numbers(const char* key, std::vector<double>& into);
  void range(const char* key, double low, double high, std::array<double, 2>& into);
  void choice(const char* key, const std::vector<std::string>& allowed, std::string& into);
  // The object under the key as Fields of their own, or an empty object; `read` is called with it.
  template <typename Read>
  void object(const char* key, Read read) {
    known_.insert(key);
    if (!has(key)) return;
    Fields inner(document_.at(key), place_ + key + ".");
    read(inner);
    const Status status = inner.finish();
    if (!status && status_) status_ = status;
  }
  void fail(const std::string& key, const std::string& expected);

  Status finish();

 private:
  const Json* value(const char* key) {
    known_.insert(key);
    return has(key) ? &document_.at(key) : nullptr;
  }

  const Json& document_;
  std::string place_;  // "optimizer."
  std::set<std::string> known_;
  Status status_;
};

}  // namespace galen::train
