// The pictures of a result: what was outlined, measured and looked at, drawn on the image.
#pragma once

#include <string>
#include <vector>

#include "galen/engine/result.h"
#include "galen/image/image.h"

namespace galen::report {

struct Picture {
  std::string file;     // "overlay-optic-disc.png"
  std::string caption;  // One sentence
  int step = -1;        // Index of the step that it shows; -1: of the whole study
  image::Image image;   // RGB, 8 bit
};

// One picture of everything that was outlined (where that is more than one structure), one for each measurement across
// structures that has lines, and one for each step that was done. Steps without a mask or a saliency map have none.
// `image` is the study's.
std::vector<Picture> draw_pictures(const engine::StudyResult& result, const image::Image& image);

// The labels of one mask over an image, with a legend of their names.
image::Image draw_mask(const image::Image& image, const image::LabelMap& mask, const std::vector<zoo::Label>& labels);

// File name part of each step, by its target, unique within the result ("lung", "lung-2").
std::vector<std::string> step_names(const engine::StudyResult& result);

}  // namespace galen::report
