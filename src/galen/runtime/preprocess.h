// The one implementation of a card's input rule, used by inference and by training.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "galen/image/image.h"
#include "galen/runtime/session.h"
#include "galen/zoo/card.h"

namespace galen::runtime {

// Affine map between pixel centres of the network's input and of the image: x_image = a x + b y + c, y_image = d x + e y + f.
struct PixelMap {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};

// A 2-D image with its intensities scaled and normalised as the card says, at its own size, planar [C][H][W].
struct PreparedImage {
  int width = 0;
  int height = 0;
  std::vector<float> planes;
  // Illuminated part of the picture (1 inside), where the card crops to or masks by the field of view; else empty.
  image::LabelMap field_of_view;
};

// Fails on volumes (2-D cards), on channel counts other than 1 and 3, and on an image without any contrast where
// the rule needs some.
Result<PreparedImage> prepare(const image::Image& image, const zoo::InputRule& rule);

// Where the network's input (or each tile of it) lies in the image.
std::vector<PixelMap> placements(const PreparedImage& prepared, const zoo::InputRule& rule);

// Samples the prepared image through the map into rule.width x rule.height: area-averaging where it shrinks, bilinear
// where it grows. Outside the image the border's value repeats (tiles) or the padding is zero (letterbox).
// Returns [1, C, H, W].
TensorF sample(const PreparedImage& prepared, const PixelMap& image_from_input, const zoo::InputRule& rule);

// The illuminated disc of a fundus or endoscopy picture: the largest bright component, holes filled; all ones where
// the picture has no dark surround.
image::LabelMap field_of_view(const image::Image& image);

}  // namespace galen::runtime
