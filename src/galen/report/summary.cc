#include "galen/report/summary.h"

#include "galen/report/words.h"

namespace galen::report {
namespace {

// The request may hold anything, line ends and terminal control codes too.
std::string one_line(const std::string& text) {
  std::string result;
  for (const char c : text) result += static_cast<unsigned char>(c) < 32 || c == 127 ? ' ' : c;
  return result;
}

}  // namespace

std::string summary_text(const engine::StudyResult& result) {
  std::string text;
  if (!result.request.empty()) text += "Request: " + one_line(result.request) + "\n";
  text +=
      "Image: " + (result.image_path.empty() ? "" : one_line(result.image_path) + ", ") + image_text(result) + "\n\n";
  for (const std::string& sentence : answer_sentences(result)) text += one_line(sentence) + "\n";
  for (const std::string& warning : result.warnings) text += "Warning: " + one_line(warning) + ".\n";
  return text;
}

}  // namespace galen::report
