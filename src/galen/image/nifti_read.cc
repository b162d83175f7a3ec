#include "galen/image/codecs.h"

namespace galen::image {

bool is_nifti(std::string_view) { return false; }
Result<Image> decode_nifti(std::string_view, const ReadLimits&) { return Error{"NIfTI files cannot be read yet"}; }

}  // namespace galen::image
