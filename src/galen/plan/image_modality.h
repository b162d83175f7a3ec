// What the request says the image is.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "galen/plan/clauses.h"
#include "galen/plan/linker.h"

namespace galen::plan {

struct ImageModality {
  std::set<std::string> codes;  // Of the catalogue; empty where unknown, or where the catalogue has none such
  std::set<std::string> hints;  // What words that only hint at it allow
  std::string named;            // As the request or the caller calls it
  bool known = false;           // Something is known or named, even if the catalogue has nothing for it
  bool conflict = false;        // The request speaks of another modality than the image's
};

// `given`: known of the image before planning, or "".
ImageModality find_modality(const std::vector<Item>& items, const std::vector<Sentence>& sentences,
                            const Linker& linker, const std::string& given);

}  // namespace galen::plan
