// One slice of a volume, or one frame of a recording, as an image of its own.
#pragma once

#include "galen/image/image.h"

namespace galen::image {

// `number` counts from 1 in the order of the file. The slice lies in the world where it lay in the volume. Fails where
// the image has no slice of that number; a 2-D image has one.
Result<Image> take_slice(const Image& image, long number);

}  // namespace galen::image
