#include "galen/plan/planner.h"

#include "galen/plan/embedded_planner.h"

namespace galen::plan {

std::vector<std::string> planner_names() { return {"embedded"}; }

Result<std::unique_ptr<Planner>> make_planner(const std::string& name) {
  if (name == "embedded") return make_embedded_planner();
  std::string known;
  for (const std::string& one : planner_names()) known += (known.empty() ? "" : ", ") + one;
  return usage_error("there is no planner '" + name + "'; known: " + known);
}

}  // namespace galen::plan
