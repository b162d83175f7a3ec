// Strict reading of JSON objects: every key is asked for once, wrong kinds and values are named, unknown keys are
// refused.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"

namespace galen::zoo {

// Collects the first problem of a whole document, so that readers need no check after each key.
class Fields {
 public:
  // `path` is how the object is called in messages: "", "input", "labels[0]".
  Fields(const Json& object, std::string path, std::string* problem);

  bool has(const std::string& key);
  // Absent keys leave `value` as it is unless `required`.
  void text(const std::string& key, std::string& value, bool required = false);
  void integer(const std::string& key, int& value, int low, int high, bool required = false);
  void number(const std::string& key, double& value, double low, double high);
  void boolean(const std::string& key, bool& value);
  void texts(const std::string& key, std::vector<std::string>& values);
  void numbers(const std::string& key, std::vector<double>& values, double low, double high);
  void integers(const std::string& key, std::vector<int>& values, int low, int high);
  // One of `names`; gives its index.
  void choice(const std::string& key, int& index, const std::vector<std::string>& names, bool required = false);
  // The value as it is, or nullptr; `kind` is "object" or "array".
  const Json* part(const std::string& key, const std::string& kind, bool required = false);

  // The object's keys must all have been asked for.
  void finish();
  void fail(const std::string& key, const std::string& expected);
  bool failed() const { return !problem_->empty(); }
  std::string name_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

 private:
  const Json* find(const std::string& key, bool required);

  const Json& object_;
  std::string path_;
  std::string* problem_;
  std::set<std::string> known_;
};

}  // namespace galen::zoo
