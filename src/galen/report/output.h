// The output folder of `galen ask` and `galen run`:
//
//   TARGET.png (or TARGET.nii.gz)  mask of each segmentation: the card's label values in the image's own grid
//   overlay-TARGET.png             each step's picture; overlay-all.png, overlay-RATIO.png those of the whole study
//   report.html, summary.txt
//   result.json                    written last: where it stands, the rest is complete
//
// TARGET is the card's target in lower case with dashes ("optic-disc"); a second step of the same target is
// "optic-disc-2".
#pragma once

#include <filesystem>

#include "galen/engine/result.h"
#include "galen/image/image.h"

namespace galen::report {

// Makes the folder, writes the files whole or not at all, and fills in the names in `result`. An older result.json is
// removed first. `image` is the study's.
Status write_output(engine::StudyResult& result, const image::Image& image, const std::filesystem::path& folder);

}  // namespace galen::report
