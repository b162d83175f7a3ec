// Random changes of training images. Everything is drawn from the given stream: the same stream gives the same image.
#pragma once

#include <optional>

#include "galen/base/random.h"
#include "galen/runtime/preprocess.h"
#include "galen/train/recipe.h"

namespace galen::train {

struct GeometricChange {
  // Where a pixel of the changed input lies in the unchanged one. Flip, rotation, scale and stretch are about the
  // centre.
  runtime::PixelMap unchanged_from_changed;
  std::optional<runtime::Displacement> displacement;  // In pixels of the changed input
};

GeometricChange draw_geometric_change(const AugmentRecipe& augment, int width, int height, Random& random);

// A smooth random displacement (Simard et al. 2003): normal at control points `spacing` pixels apart, bicubic between.
runtime::Displacement draw_displacement(int width, int height, double amplitude, double spacing, Random& random);

// Contrast, brightness, gamma, saturation, hue, blur, noise, JPEG artefacts, erasing; in place, before mean and
// deviation. `image` is [1, C, H, W]. With `clipped`, values stay in 0..1.
void change_intensities(const AugmentRecipe& augment, bool clipped, runtime::TensorF& image, Random& random);

// Rounds the 8 x 8 cosine transform as a JPEG of the quality (1..100) would (ITU-T T.81, annex K.1, luminance table).
void simulate_jpeg(float* plane, int width, int height, double quality);

}  // namespace galen::train
