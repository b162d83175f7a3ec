// Reading bytes in order from memory, unpacking gzip on the way.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "galen/base/result.h"

namespace galen::image {

bool is_gzip(std::string_view bytes);

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Up to `count` bytes; fewer only at the end. Fails on damaged or cut-off data.
  virtual Result<std::size_t> read(void* to, std::size_t count) = 0;
  // Reads what is left, at most `most` bytes of it, so that a checksum at the end is checked.
  Status drain(std::size_t most);
  Status skip(std::size_t count);
};

// Of the bytes themselves or, where they are gzip (any number of members), of what they unpack to. `bytes` must outlive
// it.
std::unique_ptr<ByteSource> open_source(std::string_view bytes);

}  // namespace galen::image
