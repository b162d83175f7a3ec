#include "galen/zoo/modalities.h"

namespace galen::zoo {

const std::map<std::string, std::vector<std::string>>& modality_names() {
  static const std::map<std::string, std::vector<std::string>> names = {
      {"ct", {"CT", "computed tomography", "CAT scan"}},
      {"cxr", {"chest x-ray", "chest radiograph", "CXR", "x-ray", "radiograph"}},
      {"dermoscopy", {"dermoscopic image", "dermatoscopy", "skin photo"}},
      {"endoscopy", {"colonoscopy", "endoscopic frame"}},
      {"fundus", {"fundus photograph", "retinal photo", "CFP", "colour fundus"}},
      {"histology", {"H&E", "histopathology", "slide"}},
      {"mri", {"MRI", "MR", "magnetic resonance"}},
      {"pet", {"PET", "positron emission tomography", "PET/CT"}},
      {"ultrasound", {"ultrasound", "US", "sonogram", "sonography"}},
  };
  return names;
}

}  // namespace galen::zoo
