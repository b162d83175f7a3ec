// Adding steps and declines to the draft, and finding those that are there.
#pragma once

#include <optional>
#include <vector>

#include "galen/plan/reading_state.h"
#include "galen/plan/resolution.h"

namespace galen::plan {

// The text of items [first, last), marks at the end left out.
TextRange range(const Reading& reading, std::size_t first, std::size_t last);

void decline(Reading& reading, DeclineReason reason, std::size_t first, std::size_t last, const Sense& target = {},
             std::vector<int> near = {});
void decline_mention(Reading& reading, const Mention& m, const Resolution& found);

// Adds a step, or finds the one that is there already and widens it; returns its index. `keeps_condition`: a step that
// is only referred to stays under the condition that it has.
int add_step(Reading& reading, int entry, const std::optional<StepCondition>& when, int input, const TextRange& from,
             bool keeps_condition = false);
// Adds the mention's words to those that the step came from.
void note(Reading& reading, int index, const Mention& m);
// Restricts the step's input to the mask of `source`, where that makes no circle.
void set_input(Reading& reading, int index, int source);
// The step whose mask the clause restricts its input to, added where it is not there; -1 for none.
int mask_for(Reading& reading, const Clause& clause);

// Whether the step has the other for its condition or input, directly or through others.
bool depends_on(const Reading& reading, int index, int other);
// Whether the mention's step is one for a finding, rather than for a structure that everybody has.
bool is_finding_step(const Reading& reading, int index);
bool has_normal_class(const Reading& reading, int index);
bool is_site_of_a_step(const Reading& reading, int structure);
// The existing step that a mention in a condition speaks of; -1 for none.
int step_about(const Reading& reading, const Mention& m);

}  // namespace galen::plan
