// Figures made of two structures: cup-to-disc ratio, cardiothoracic ratio, density, shares.
#pragma once

#include <string>

#include "galen/base/result.h"
#include "galen/image/image.h"
#include "galen/measure/mask.h"

namespace galen::measure {

// A quotient of two lengths with the lines that they were measured along.
struct LineRatio {
  double value = 0;
  Line numerator;
  Line denominator;
};

// Height of the optic cup over the height of the optic disc (vertical cup-to-disc ratio), largest components of each.
// An empty cup gives 0 with no line; fails with a sentence where there is no disc.
Result<LineRatio> vertical_cup_to_disc(const image::LabelMap& disc, int disc_value, const image::LabelMap& cup,
                                       int cup_value, const PixelSpacing& spacing = {});

// Widest extent of the heart over the widest inner extent of the thorax on a frontal film (Danzer 1919). The thorax is
// taken as the row on which the lungs reach farthest apart. Fails with a sentence where heart or lungs are missing, or
// the lungs do not lie on both sides of the heart.
Result<LineRatio> cardiothoracic_ratio(const image::LabelMap& heart, int heart_value, const image::LabelMap& lungs,
                                       int lungs_value = kAnyLabel, const PixelSpacing& spacing = {});

// Share 0..1 of the region's pixels that have the label: vessel density is the vessels' share of the field of view.
// Fails where the region is empty.
Result<double> share_of(const image::LabelMap& mask, int value, const image::LabelMap& region,
                        int region_value = kAnyLabel);

// Share 0..1 of all pixels or voxels; 0 for an empty grid.
double share_of_image(const image::LabelMap& mask, int value = kAnyLabel);

}  // namespace galen::measure
