// Turning a photograph upright.
#pragma once

#include "galen/image/image.h"

namespace galen::image {

// Undoes an EXIF / TIFF orientation (1-8: where the first row and column of the file lie in the picture). Any other
// number leaves the image as it is. 2-D images only; their geometry keeps its spacing.
Image turn_upright(Image image, int orientation);

}  // namespace galen::image
