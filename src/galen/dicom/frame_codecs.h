// Decoders of one compressed frame. `values` holds rows x columns x samples numbers ([row][column][sample]) and is
// filled whole, or an error says why not. The sizes in the compressed data are compared with the header before
// decoding.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "galen/dicom/pixel_header.h"

namespace galen::dicom {

using FrameValues = std::span<std::int32_t>;

// PS3.5 annex G.
Status decode_rle(std::string_view packed, const PixelHeader& header, FrameValues values);

// PS3.5 annex A.4.13: a raw deflate stream of the frame's uncompressed bytes.
Status decode_deflated_frame(std::string_view packed, const PixelHeader& header, FrameValues values);

// JPEG: baseline, extended and lossless processes, through DCMTK. Sets `ybr` where the colours are YCbCr.
Status decode_jpeg_frame(std::string_view packed, const PixelHeader& header, FrameValues values, bool& ybr);

// JPEG 2000 and HTJ2K, through OpenJPEG. Sets `rgb` where the decoder undid a colour transform.
Status decode_jpeg2000(std::string_view packed, const PixelHeader& header, FrameValues values, bool& rgb);

// Uncompressed bytes of one frame (little-endian words; 1-bit pixels from the lowest bit on, the frame beginning at bit
// `first_bit` of `bytes`).
Status unpack_frame(std::string_view bytes, std::size_t first_bit, const PixelHeader& header, FrameValues values);

}  // namespace galen::dicom
