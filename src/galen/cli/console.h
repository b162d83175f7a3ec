// Where a command writes: results to stdout, progress and messages to stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <iosfwd>
#include <string>

#include "galen/base/json.h"
#include "galen/base/progress.h"
#include "galen/base/result.h"

namespace galen::cli {

class Console {
 public:
  // `terminal`: stderr is a terminal, so that a progress bar may be drawn there.
  Console(std::ostream& out, std::ostream& err, bool terminal);

  // A result, with a line break after it. Written at once, so that a reader of a pipe follows.
  void print(const std::string& text);
  void print_json(const Json& document);  // One line
  void print_pretty(const Json& document);
  // A message for a person ("galen: …" in front).
  void say(const std::string& message);

  // Draws a bar on a terminal once the work has taken over a second; elsewhere shows nothing.
  Progress progress();
  // Clears the bar; called before anything else is written.
  void clear_progress();

  // Fails when stdout could not be written (a full disk behind it).
  Status flush();

 private:
  void draw(std::size_t done, std::size_t total, const std::string& what);

  std::ostream& out_;
  std::ostream& err_;
  bool terminal_;
  bool bar_shown_ = false;
  std::chrono::steady_clock::time_point bar_start_;
  std::chrono::steady_clock::time_point bar_drawn_;
};

// The bar's line for one state of the work: "[#####     ] 50 %  12 s left  reading".
std::string progress_line(std::size_t done, std::size_t total, const std::string& what, double seconds);

}  // namespace galen::cli
