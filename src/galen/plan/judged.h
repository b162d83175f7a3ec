// Questions about a target that is named beside what is asked of it: "is the mass malignant?", "classify the tumour".
#pragma once

#include <vector>

#include "galen/plan/reading_state.h"

namespace galen::plan {

// Which of a clause's mentions is judged by the others and no second target: the mass in "is the mass malignant?", the
// pneumonia in "which organism is behind this pneumonia?". -1 for none.
int judged_mention(const Reading& reading, const std::vector<int>& wanted, Intent intent);

// "malignant" said of "the liver lesion" asks for a judge of liver lesions.
Mention joined(const Reading& reading, const Mention& judge, const Mention& of);
// "classify the tumour": its type, or whether it is malignant, where the catalogue can tell.
Mention classified(const Reading& reading, const Mention& target);
// A bare "type" or "grade" beside a target that has its own is that target's.
bool absorbed_by_class(const Reading& reading, int index);
// "meningioma or glioma": two classes of one classification in a sentence ask for it.
bool compares_classes(const Reading& reading, const Sentence& sentence, int index);

}  // namespace galen::plan
