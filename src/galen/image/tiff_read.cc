#include "galen/image/codecs.h"

namespace galen::image {

Result<Image> decode_tiff(std::string_view, const ReadLimits&) { return Error{"TIFF files cannot be read yet"}; }

}  // namespace galen::image
