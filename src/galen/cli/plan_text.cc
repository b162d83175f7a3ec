#include "galen/cli/plan_text.h"

#include <algorithm>

namespace galen::cli {
namespace {

std::string step_name(std::size_t index) { return std::to_string(index + 1); }

// The words of the request that a step came from, in quotes; control characters never reach the terminal.
std::string words_of(const std::vector<plan::TextRange>& ranges, const std::string& request) {
  std::string text;
  for (const plan::TextRange& range : ranges) {
    if (range.begin >= range.end || range.end > request.size()) continue;
    std::string words = request.substr(range.begin, range.end - range.begin);
    for (char& c : words) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    text += (text.empty() ? "\"" : ", \"") + words + "\"";
  }
  return text;
}

std::string action(const plan::Step& step, const zoo::Catalogue& catalogue) {
  const zoo::Entry* entry = catalogue.find(step.weights);
  const std::string target = entry ? entry->target : step.weights;
  switch (step.task) {
    case zoo::Task::kSegment:
      return "outline the " + target;
    case zoo::Task::kClassify:
      return "classify: " + target;
    case zoo::Task::kPrognose:
      return "estimate " + target;
  }
  return target;
}

// "step 1 finds tuberculosis", "step 1 says: viral"
std::string condition(const plan::Condition& when, const plan::Plan& plan, const zoo::Catalogue& catalogue) {
  const std::size_t index = static_cast<std::size_t>(when.step);
  const plan::Step& cause = plan.steps[index];
  const std::string step = "step " + step_name(index);
  const zoo::Entry* entry = catalogue.find(cause.weights);
  const std::string target = entry ? entry->target : cause.weights;
  if (cause.task == zoo::Task::kSegment)
    return when.outcome == "negative" ? step + " finds no " + target : step + " finds any " + target;
  if (when.outcome == "positive" || when.outcome == "negative") return step + " is " + when.outcome + " for " + target;
  return step + " says: " + when.outcome;
}

}  // namespace

std::string plan_text(const plan::Plan& plan, const zoo::Catalogue& catalogue, const std::string& request) {
  std::string text;
  if (!plan.modality.empty()) text += "Image: " + plan.modality + "\n";
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const plan::Step& step = plan.steps[i];
    text += step_name(i) + ". " + action(step, catalogue) + "  [" + step.weights + "]\n";
    text += "   on    " +
            (step.input ? "the mask of step " + step_name(static_cast<std::size_t>(*step.input))
                        : std::string("the whole image")) +
            "\n";
    if (step.when) text += "   only  if " + condition(*step.when, plan, catalogue) + "\n";
    const std::string words = words_of(step.from, request);
    if (!words.empty()) text += "   from  " + words + "\n";
  }
  if (!plan.measurements.empty()) {
    text += "Measured:";
    for (std::size_t i = 0; i < plan.measurements.size(); ++i) text += (i ? ", " : " ") + plan.measurements[i];
    text += "\n";
  }
  for (const plan::Decline& decline : plan.declined) {
    text += "Declined (" + plan::to_string(decline.reason) + "): " + decline.explanation + "\n";
  }
  if (!text.empty()) text.pop_back();
  return text;
}

}  // namespace galen::cli
