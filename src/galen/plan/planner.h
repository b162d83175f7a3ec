// Whoever turns words into a plan. Every planner's output goes through validate().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "galen/plan/plan.h"

namespace galen::plan {

struct Request {
  std::string text;      // Untrusted: any bytes
  std::string modality;  // Known of the image ("cxr"), or "" where nothing is known
};

class Planner {
 public:
  virtual ~Planner() = default;
  // Never fails for what the text says: text that cannot be planned gives a plan of declines. The plan is validated.
  virtual Result<Plan> plan(const Request& request, const zoo::Catalogue& catalogue) const = 0;
};

// "embedded" (the default). Fails with the known names.
Result<std::unique_ptr<Planner>> make_planner(const std::string& name = "embedded");
std::vector<std::string> planner_names();

}  // namespace galen::plan
