// The one implementation of a card's input rule, used by inference and by training.
//
//   prepare -> placements -> sample            (inference: one tensor a placement)
//   prepare -> placements -> sample_map -> … -> normalise   (training: the map is augmented, then the intensities)
#pragma once

#include <cstdint>
#include <vector>

#include "galen/image/image.h"
#include "galen/runtime/session.h"
#include "galen/zoo/card.h"

namespace galen::runtime {

// Affine map between pixel centres of the network's input and of the image: x_image = a x + b y + c, y_image = d x + e
// y + f.
struct PixelMap {
  double a = 1, b = 0, c = 0, d = 0, e = 1, f = 0;
};
PixelMap inverse(const PixelMap& map);
// The map that applies `first`, then `second`.
PixelMap compose(const PixelMap& second, const PixelMap& first);

// Half the resolution of the level before it: each pixel is the mean of 2 x 2 of that one's.
struct ReducedLevel {
  int width = 0;
  int height = 0;
  std::vector<float> planes;
};

// A 2-D image with its intensities scaled as the card says (before mean and deviation), at its own size, planar
// [C][H][W].
struct PreparedImage {
  int width = 0;
  int height = 0;
  int channels = 1;  // Of `planes`: 1 where the image is grey, whatever the network takes; sampling repeats it
  std::vector<float> planes;
  std::vector<ReducedLevel> reduced;  // 1/2, 1/4, … of the size, so that shrinking averages areas at little cost
  // Illuminated part of the picture (1 inside), where the card crops to it; else empty.
  image::LabelMap field_of_view;
};

// Fails on volumes (2-D cards), on channel counts other than 1 and 3, and on an image without any contrast where
// the rule needs some.
Result<PreparedImage> prepare(const image::Image& image, const zoo::InputRule& rule);

// Makes everything outside the mask (of the image's size) as dark as the darkest pixel.
void blank_outside(PreparedImage& prepared, const image::LabelMap& mask);

// Frees the levels finer than 1/`shrink` of the image, for caches of images that are only ever sampled smaller.
void discard_fine_levels(PreparedImage& prepared, double shrink);

// Where the network's input (or each tile of it) lies in the image.
std::vector<PixelMap> placements(const PreparedImage& prepared, const zoo::InputRule& rule);

// Samples the prepared image through the map into rule.width x rule.height: area-averaging where it shrinks, bilinear
// where it grows. Outside the image the border's value repeats (tiles, stretch) or the padding is zero (letterbox).
// Returns [1, C, H, W], normalised with the rule's mean and deviation.
TensorF sample(const PreparedImage& prepared, const PixelMap& image_from_input, const zoo::InputRule& rule);

// Elastic deformation: added to the output's pixel coordinates before the map, [height][width] in output pixels.
struct Displacement {
  std::vector<float> x;
  std::vector<float> y;
};

// The same for any affine map, output size and deformation, without mean and deviation: values are those of
// `prepared` (0..1 but for z-score), so that brightness, contrast and gamma can still be changed. Letterbox padding has
// the rule's mean, which normalise() turns into zero. Safe from several threads. Returns [1, rule.channels, height,
// width].
TensorF sample_map(const PreparedImage& prepared, const PixelMap& image_from_output, const zoo::InputRule& rule,
                   int width, int height, const Displacement* displacement = nullptr);

// (x - mean) / deviation, per channel, in place; `tensor` is [N, C, H, W].
void normalise(TensorF& tensor, const zoo::InputRule& rule);

// A mask through the same map: the most frequent label of each output pixel's area (nearest where it grows); `outside`
// beyond the image.
image::LabelMap sample_labels(const image::LabelMap& labels, const PixelMap& image_from_output, int width, int height,
                              const Displacement* displacement = nullptr, std::uint8_t outside = 0);

// The illuminated disc of a fundus or endoscopy picture: the largest bright component, made convex; all ones where
// the picture has no dark surround.
image::LabelMap field_of_view(const image::Image& image);

}  // namespace galen::runtime
