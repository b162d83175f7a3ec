// The codes of imaging modalities and the names that people use for them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace galen::zoo {

// "cxr" -> "chest x-ray", "chest radiograph", …; the first name is the one to show.
const std::map<std::string, std::vector<std::string>>& modality_names();

}  // namespace galen::zoo
