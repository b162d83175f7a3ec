// What a plan must be before anything runs. Every planner's answer comes through here, and doubt is an error.
#include <algorithm>

#include "galen/plan/plan.h"

namespace galen::plan {
namespace {

// Whether a step of this entry can end with the outcome. A classification without a normal class has its classes only.
bool can_have(const zoo::Entry& entry, const std::string& outcome) {
  if (entry.task == zoo::Task::kPrognose) return false;
  if (entry.task == zoo::Task::kSegment) return outcome == "positive" || outcome == "negative";
  if (std::find(entry.classes.begin(), entry.classes.end(), outcome) != entry.classes.end()) return true;
  const bool any_normal = std::find(entry.normal.begin(), entry.normal.end(), true) != entry.normal.end();
  const bool any_other = std::find(entry.normal.begin(), entry.normal.end(), false) != entry.normal.end();
  return (outcome == "positive" || outcome == "negative") && any_normal && any_other;
}

}  // namespace

Status validate(const Plan& plan, const zoo::Catalogue& catalogue, const std::string& modality) {
  std::string common = modality;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const std::string place = "steps[" + std::to_string(i) + "]";
    const zoo::Entry* entry = catalogue.find(step.weights);
    if (!entry) return refusal(place + ".weights: the catalogue has no entry '" + step.weights + "'");
    if (entry->task != step.task) {
      return refusal(place + ".task: '" + step.weights + "' is for the task " + zoo::to_string(entry->task) + ", not " +
                     zoo::to_string(step.task));
    }
    if (entry->modality != "any") {
      if (common.empty()) common = entry->modality;
      if (entry->modality != common) {
        return refusal(place + ".weights: '" + step.weights + "' is for " + entry->modality + " images, not " + common);
      }
    }
    if (step.input) {
      const int source = *step.input;
      if (source < 0 || source >= static_cast<int>(i))
        return refusal(place + ".input: step " + std::to_string(source) + " does not come before it");
      if (plan.steps[static_cast<std::size_t>(source)].task != zoo::Task::kSegment) {
        return refusal(place + ".input: step " + std::to_string(source) + " is not a segmentation, so it has no mask");
      }
    }
    if (step.when) {
      const int cause = step.when->step;
      if (cause < 0 || cause >= static_cast<int>(i))
        return refusal(place + ".when.step: step " + std::to_string(cause) + " does not come before it");
      const zoo::Entry* tested = catalogue.find(plan.steps[static_cast<std::size_t>(cause)].weights);
      if (!tested || !can_have(*tested, step.when->outcome)) {
        return refusal(place + ".when.outcome: step " + std::to_string(cause) + " cannot have the outcome '" +
                       step.when->outcome + "'");
      }
    }
  }
  return {};
}

}  // namespace galen::plan
