// The answer in short plain words: summary.txt and what `galen ask` prints.
#pragma once

#include <string>

#include "galen/engine/result.h"

namespace galen::report {

std::string summary_text(const engine::StudyResult& result);

}  // namespace galen::report
