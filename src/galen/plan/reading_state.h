// What the parts of the reader share while they go through a request from its first word to its last.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "galen/language/tokens.h"
#include "galen/plan/clauses.h"
#include "galen/plan/draft.h"
#include "galen/plan/linker.h"

namespace galen::plan {

// That a step of the draft has an outcome.
struct StepCondition {
  int step = -1;
  std::string outcome;
  bool impossible = false;  // On something that cannot be decided: nothing may depend on it
};

struct Reading {
  Reading(const std::vector<language::Token>& request, const Linker& catalogue)
      : tokens(request),
        linker(catalogue),
        lexicon(catalogue.lexicon()),
        items(find_items(tokens, lexicon, linker.phrases())),
        mentions(find_mentions(items, lexicon)),
        sentences(find_sentences(items, mentions, lexicon)) {}

  const std::vector<language::Token>& tokens;
  const Linker& linker;
  const language::Lexicon& lexicon;
  const std::vector<Item> items;
  const Mentions mentions;
  std::vector<Sentence> sentences;

  Draft draft;
  bool modality_settled = false;  // By the request or the image, even if the catalogue has nothing for it

  // Of what has been read so far.
  std::optional<StepCondition> scope;           // In force for what follows
  bool scope_is_outer = false;                  // It comes from the sentence before
  std::optional<StepCondition> last_condition;  // Of any wording
  std::optional<StepCondition> last_bare;       // Of one that names nothing
  std::vector<int> group;                       // Draft steps since the last verb
  int last_mention = -1;

  const Mention& mention(int index) const { return mentions.all[static_cast<std::size_t>(index)]; }
  DraftStep& step(int index) { return draft.steps[static_cast<std::size_t>(index)]; }
  const DraftStep& step(int index) const { return draft.steps[static_cast<std::size_t>(index)]; }
  const zoo::Entry& entry_of(int step_index) const { return linker.entry(step(step_index).entry); }
  bool knows_modality() const { return modality_settled || !draft.modalities.empty(); }
};

}  // namespace galen::plan
