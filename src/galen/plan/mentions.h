// Targets as a request names them, put together from neighbouring items: "metastases in the left lobe of the liver",
// "type of the brain tumour", "renal calculus".
#pragma once

#include <vector>

#include "galen/plan/items.h"
#include "galen/plan/senses.h"

namespace galen::plan {

struct Mention {
  std::size_t first = 0, last = 0;  // Items [first, last)
  std::vector<Sense> senses;        // One a reading
  std::vector<int> entries;         // Catalogue entries named word for word
  std::vector<int> qualities;       // "malignant", "viral": what a class may be called
  int measure = -1;                 // The measurement that names its own structures, as "cup-to-disc ratio"
  bool region_only = false;         // Says where, or what the picture shows, and is no target unless nothing else is
  bool beside_modality = false;     // "brain MRI"
  bool of_modality_only = false;    // Named by what a modality shows

  bool facet_only() const {
    return senses.size() == 1 && senses[0].head < 0 && senses[0].facet >= 0 && entries.empty();
  }
  bool quality_only() const { return senses.empty() && entries.empty() && !qualities.empty() && measure < 0; }
};

// In order of place. `mention_of[i]` is the index of the mention that item i belongs to, or -1.
struct Mentions {
  std::vector<Mention> all;
  std::vector<int> mention_of;
};

Mentions find_mentions(const std::vector<Item>& items, const language::Lexicon& lexicon);

// By its first reading, a structure and not a finding.
bool is_structure(const language::Lexicon& lexicon, const Mention& mention);

// Words that may stand between the parts of one phrase: articles, sides, sizes.
bool is_filler(const Item& item);

}  // namespace galen::plan
