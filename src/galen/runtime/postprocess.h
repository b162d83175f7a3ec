// What a card's post rule does to a mask.
#pragma once

#include "galen/image/image.h"
#include "galen/zoo/card.h"

namespace galen::runtime {

// In the order: field of view, minimum area, largest components, label nesting, holes. `field_of_view` may be empty.
void postprocess(image::LabelMap& mask, const zoo::Card& card, const image::LabelMap& field_of_view);

}  // namespace galen::runtime
