// A zoo of tiny networks whose answers are known, for tests of whole programs.
#pragma once

#include <filesystem>

namespace galen::test {

// Fills `folder` with:
//   segment/lung-cxr, segment/heart-cxr, segment/retinal-vessel-fundus, segment/breast-lesion-ultrasound: the pixels
//   brighter than mid-grey, as label 1
//   classify/tuberculosis-cxr: "tuberculosis" where the picture's mean is brighter than mid-grey, else "normal"
// All take 64 x 64 grey images as they are. Throws std::runtime_error where a file cannot be written.
void make_test_zoo(const std::filesystem::path& folder);

}  // namespace galen::test
