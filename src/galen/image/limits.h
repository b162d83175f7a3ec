// Checks that a header's promises fit into memory before anything is decoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "galen/image/read.h"

namespace galen::image {

// Fails with a sentence where a grid is empty or larger than the limits allow (computed without overflow).
Status check_grid(std::uint64_t width, std::uint64_t height, std::uint64_t depth, std::uint64_t channels,
                  const ReadLimits& limits);

// Fails where a length in bytes that a header announces is above the limit of decoded bytes.
Status check_bytes(std::uint64_t bytes, const ReadLimits& limits);

}  // namespace galen::image
