// From scores to answers: masks and classes as the card says.
#pragma once

#include "galen/runtime/predictor.h"
#include "galen/runtime/score_map.h"

namespace galen::runtime {

// `field_of_view` may be empty; it is kept in the result.
Segmentation decide_segmentation(const zoo::Card& card, const ScoreMap& scores, int width, int height,
                                 image::LabelMap field_of_view, bool probabilities);

// A class-activation output [1, classes, h, w] as a map in 0..1 of the abnormal classes (of `best` where there is no
// normal class).
void add_saliency(const zoo::Card& card, const TensorF& output, Classification& classification);

// Turns a saliency map over the network's input (`card.input` in size) into one over the whole image, 0 where the
// network saw nothing.
void spread_saliency(const zoo::Card& card, const PixelMap& image_from_input, int image_width, int image_height,
                     Classification& classification);

}  // namespace galen::runtime
