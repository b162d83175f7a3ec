#include "galen/plan/embedded_planner.h"

#include <algorithm>

#include "galen/language/lexicon.h"
#include "galen/language/spelling.h"
#include "galen/language/tokens.h"
#include "galen/plan/explain.h"
#include "galen/plan/linker.h"
#include "galen/plan/reading.h"

namespace galen::plan {
namespace {

// What is read of a request. What a person types is far shorter; the rest is declined, not overlooked.
constexpr std::size_t kMaxBytes = 16 * 1024;

// Steps in an order in which each comes after what it depends on, otherwise as they were asked for.
std::vector<int> order_of(const Draft& draft) {
  const int count = static_cast<int>(draft.steps.size());
  std::vector<int> order;
  std::vector<char> done(draft.steps.size(), 0);
  const auto ready = [&](int index) {
    return index < 0 || done[static_cast<std::size_t>(index)] || draft.steps[static_cast<std::size_t>(index)].removed;
  };
  for (bool progress = true; progress;) {
    progress = false;
    for (int i = 0; i < count; ++i) {
      const DraftStep& step = draft.steps[static_cast<std::size_t>(i)];
      if (step.removed || done[static_cast<std::size_t>(i)] || !ready(step.input) || !ready(step.cause)) continue;
      done[static_cast<std::size_t>(i)] = 1;
      order.push_back(i);
      progress = true;
      break;
    }
  }
  return order;
}

class EmbeddedPlanner : public Planner {
 public:
  Result<Plan> plan(const Request& request, const zoo::Catalogue& catalogue) const override {
    const language::Lexicon& lexicon = language::Lexicon::builtin();
    const Linker linker(catalogue, lexicon);
    const std::string text = request.text.substr(0, kMaxBytes);
    std::vector<language::Token> tokens = language::tokenise(text);
    language::correct_spelling(tokens, lexicon, linker.phrases().words);
    const Draft draft = read_request(tokens, linker, request.modality);

    Plan plan;
    plan.measurements = draft.measurements;
    if (!request.modality.empty()) plan.modality = request.modality;
    else if (draft.modalities.size() == 1) plan.modality = *draft.modalities.begin();
    const std::vector<int> order = order_of(draft);
    std::vector<int> place(draft.steps.size(), -1);
    for (std::size_t k = 0; k < order.size(); ++k) place[static_cast<std::size_t>(order[k])] = static_cast<int>(k);
    for (const int index : order) {
      const DraftStep& drafted = draft.steps[static_cast<std::size_t>(index)];
      Step step;
      step.task = linker.entry(drafted.entry).task;
      step.weights = linker.entry(drafted.entry).id;
      if (drafted.input >= 0 && place[static_cast<std::size_t>(drafted.input)] >= 0)
        step.input = place[static_cast<std::size_t>(drafted.input)];
      if (drafted.cause >= 0 && place[static_cast<std::size_t>(drafted.cause)] >= 0) {
        step.when = Condition{place[static_cast<std::size_t>(drafted.cause)], drafted.outcome};
      }
      step.from = drafted.from;
      plan.steps.push_back(std::move(step));
    }
    for (const DraftDecline& declined : draft.declined) plan.declined.push_back(explain(declined, draft, linker, text));
    if (request.text.size() > kMaxBytes) {
      Decline rest;
      rest.reason = DeclineReason::kUnclear;
      rest.explanation = "Only the first 16 kB of the request were read. Ask in fewer words.";
      rest.from.push_back({kMaxBytes, request.text.size()});
      plan.declined.push_back(std::move(rest));
    }
    if (plan.steps.empty() && plan.declined.empty()) {
      DraftDecline nothing;
      plan.declined.push_back(explain(nothing, draft, linker, text));
    }
    return checked(std::move(plan), catalogue, request.modality);
  }

 private:
  // A step that the validator would refuse is no plan: it is declined.
  static Result<Plan> checked(Plan plan, const zoo::Catalogue& catalogue, const std::string& modality) {
    if (const Status status = validate(plan, catalogue, modality); !status) {
      plan.steps.clear();
      Decline refused;
      refused.reason = DeclineReason::kUnclear;
      refused.explanation = "The request could not be turned into a plan that holds together (" +
                            status.error().message + "). Ask for one kind of image at a time.";
      plan.declined.push_back(std::move(refused));
    }
    return plan;
  }
};

}  // namespace

std::unique_ptr<Planner> make_embedded_planner() { return std::make_unique<EmbeddedPlanner>(); }

}  // namespace galen::plan
