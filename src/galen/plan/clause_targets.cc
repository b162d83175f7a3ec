#include "galen/plan/clause_targets.h"

#include <algorithm>
#include <string_view>

#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

namespace {

// "the ratio of the lungs to the heart"
bool has_ratio(const RequestItems& items, const language::Lexicon& lexicon, const Clause& clause) {
  for (std::size_t k = clause.first; k < clause.last; ++k) {
    if (items[k].measure >= 0 && lexicon.concept_at(items[k].measure).name == "ratio") return true;
  }
  return false;
}

// "a patient with cirrhosis"
bool stands_with(const RequestItems& items, std::size_t from, std::size_t to) {
  for (std::size_t k = from; k < to; ++k) {
    if (one_of(items[k].word, {"with", "who", "has", "having", "lady with", "man with"})) return true;
  }
  return false;
}

bool is_survival(const language::Lexicon& lexicon, const Mention& m) {
  return !m.senses.empty() && m.senses[0].head < 0 && m.senses[0].facet >= 0 &&
         lexicon.concept_at(m.senses[0].facet).name == "survival";
}

// One past the last item before i that is no filler.
std::size_t before_fillers(const RequestItems& items, const Clause& clause, std::size_t i) {
  while (i > clause.first && is_filler(items[i - 1])) --i;
  return i;
}

// Whether the word stands before item i, fillers left out.
bool follows(const RequestItems& items, const Clause& clause, std::size_t i, std::string_view word) {
  const std::size_t k = before_fillers(items, clause, i);
  return k > clause.first && items[k - 1].word == word;
}

// "in the lungs", "on the calf"
bool is_place(const RequestItems& items, const Clause& clause, std::size_t i) {
  const std::size_t k = before_fillers(items, clause, i);
  return k > clause.first && items[k - 1].count == 1 && items[k - 1].has(Tag::kIn) &&
         !one_of(items[k - 1].word, {"of", "for"});
}

}  // namespace

void collect_targets(Clause& clause, const RequestItems& items, const language::Lexicon& lexicon,
                     const Background& limits) {
  for (std::size_t i = clause.first; i < clause.last; ++i) {
    const int index = items.mention_at(i);
    if (index < 0 || items.mention(index).first != i || clause.mask.holds(i)) continue;
    const Mention& m = items.mention(index);
    bool background = !clause.in_case && i > limits.after;
    if (m.beside_modality || (m.region_only && !clause.in_case)) background = true;
    if (!clause.in_case && i > limits.patient_at && stands_with(items, limits.patient_at, i)) background = true;
    // "prognosis for this cancer", "it is an HRCT for ILD"
    if (!clause.in_case &&
        (follows(items, clause, i, "for") || is_place(items, clause, i) || follows(items, clause, i, "of"))) {
      if (!clause.intent_said && !clause.request_words && clause.mentions.empty() && limits.reasons)
        background = background || follows(items, clause, i, "for");
      if (!clause.mentions.empty() && is_survival(lexicon, items.mention(clause.mentions.back()))) background = true;
    }
    // "liver mask for the transplant": what it is for. "check the lungs for TB": where to look.
    if (!clause.in_case && !clause.mentions.empty() && follows(items, clause, i, "for")) {
      if (clause.intent == Intent::kSegment) {
        background = true;
      } else if (!is_structure(lexicon, m) &&
                 std::all_of(clause.mentions.begin(), clause.mentions.end(),
                             [&](int other) { return is_structure(lexicon, items.mention(other)); })) {
        clause.background.insert(clause.background.end(), clause.mentions.begin(), clause.mentions.end());
        clause.mentions.clear();
      }
    }
    // "in the lungs", "on the calf": a place, where there is another target.
    if (!clause.in_case && i > clause.first && is_place(items, clause, i) && !clause.mentions.empty() &&
        is_structure(lexicon, m) && !has_ratio(items, lexicon, clause))
      background = true;
    (background ? clause.background : clause.mentions).push_back(index);
  }
}

}  // namespace galen::plan
