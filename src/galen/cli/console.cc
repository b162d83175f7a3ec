#include "galen/cli/console.h"

#include <algorithm>
#include <cmath>
#include <ostream>

namespace galen::cli {

Console::Console(std::ostream& out, std::ostream& err, bool terminal)
    : out_(out), err_(err), terminal_(terminal), bar_start_(std::chrono::steady_clock::now()), bar_drawn_(bar_start_) {}

void Console::print(const std::string& text) {
  clear_progress();
  out_ << text;
  if (text.empty() || text.back() != '\n') out_ << '\n';
  out_.flush();
}

void Console::print_json(const Json& document) { print(to_text(document)); }

void Console::print_pretty(const Json& document) { print(to_text(document, 1)); }

void Console::say(const std::string& message) {
  clear_progress();
  err_ << "galen: " << message << '\n';
  err_.flush();
}

Progress Console::progress() {
  if (!terminal_) return {};
  bar_start_ = std::chrono::steady_clock::now();
  return [this](std::size_t done, std::size_t total, const std::string& what) { draw(done, total, what); };
}

void Console::draw(std::size_t done, std::size_t total, const std::string& what) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (now - bar_start_ < 1s || (bar_shown_ && now - bar_drawn_ < 100ms)) return;
  bar_drawn_ = now;
  bar_shown_ = true;
  const double seconds = std::chrono::duration<double>(now - bar_start_).count();
  err_ << "\r\033[K" << progress_line(done, total, what, seconds);
  err_.flush();
}

void Console::clear_progress() {
  if (!bar_shown_) return;
  bar_shown_ = false;
  err_ << "\r\033[K";
  err_.flush();
}

Status Console::flush() {
  out_.flush();
  if (!out_) return Error{"The results could not be written to stdout; is the disk full or the reader gone?"};
  return {};
}

std::string progress_line(std::size_t done, std::size_t total, const std::string& what, double seconds) {
  if (total == 0) return std::to_string(done) + " done  " + what;
  constexpr std::size_t kWidth = 30;
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(share * kWidth);
  std::string line = "[" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] ";
  line += std::to_string(static_cast<int>(share * 100)) + " %";
  if (done > 0 && done < total) {
    const double left = seconds / static_cast<double>(done) * static_cast<double>(total - done);
    line += "  " + std::to_string(static_cast<long>(std::ceil(left))) + " s left";
  }
  return line + "  " + what;
}

}  // namespace galen::cli
