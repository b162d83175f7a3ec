// Any request is answered by a valid plan or a decline, and any JSON is read as a plan or refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "galen/base/json.h"
#include "galen/plan/planner.h"

namespace {

const galen::zoo::Catalogue& catalogue() {
  static const galen::zoo::Catalogue read = [] {
    const auto json = galen::parse_json(
        R"({"modalities": {"cxr": ["chest x-ray", "x-ray"], "ct": ["CT"], "mri": ["MRI"]}, "weights": [
      {"id": "a", "task": "segment", "target": "lung", "modality": "cxr", "region": "chest"},
      {"id": "b", "task": "classify", "target": "tuberculosis", "modality": "cxr", "classes": ["normal", "tuberculosis"]},
      {"id": "c", "task": "classify", "target": "pneumonia", "modality": "cxr", "classes": ["normal", "pneumonia"]},
      {"id": "d", "task": "classify", "target": "pneumonia cause", "modality": "cxr", "classes": ["bacterial", "viral"]},
      {"id": "e", "task": "segment", "target": "liver tumour", "modality": "ct", "aliases": ["hepatic lesion"]},
      {"id": "f", "task": "segment", "target": "liver", "modality": "mri"}]})");
    return *galen::zoo::parse_catalogue(*json);
  }();
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  static const auto planner = galen::plan::make_planner();
  for (const char* modality : {"", "cxr"}) {
    const auto plan = (*planner)->plan({text, modality}, catalogue());
    if (!plan || !galen::plan::validate(*plan, catalogue(), modality)) std::abort();
    if (plan->steps.empty() && plan->declined.empty()) std::abort();
    for (const galen::plan::Step& step : plan->steps) {
      for (const galen::plan::TextRange& range : step.from) {
        if (range.begin > range.end || range.end > text.size()) std::abort();
      }
    }
  }
  if (const auto json = galen::parse_json(text)) {
    // A plan that was read can be written and read again.
    if (const auto plan = galen::plan::parse_plan(*json)) {
      if (!galen::plan::parse_plan(galen::plan::to_json(*plan))) std::abort();
    }
    (void)galen::zoo::parse_catalogue(*json);
  }
  return 0;
}
