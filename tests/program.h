// Runs the built program as a person would, and shows what came back.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace galen::test {

struct Outcome {
  int status = -1;  // Exit status; 128 + signal where a signal ended it
  std::string out;
  std::string err;
  long peak_megabytes = 0;  // Of the memory that it had resident
};

struct Conditions {
  std::vector<std::string> environment;  // "NAME=value", over what this process has
  // Sent once `signal_when` holds, where the program still runs; 0 sends nothing.
  int signal = 0;
  std::function<bool()> signal_when;
  // A test must not wait for ever.
  std::chrono::seconds limit{120};
};

// `words` begins with the program's path.
Outcome run_words(const std::vector<std::string>& words, const Conditions& conditions = {});

// build/…/bin/galen with these arguments.
Outcome galen(const std::vector<std::string>& arguments, const Conditions& conditions = {});

// A folder that is gone when the test is over.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace galen::test
