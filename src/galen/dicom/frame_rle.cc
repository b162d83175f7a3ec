#include <zlib.h>

#include <array>
#include <cstring>
#include <vector>

#include "galen/dicom/frame_codecs.h"

namespace galen::dicom {
namespace {

// PackBits (PS3.5 G.3.1) of one segment, which must give exactly as many bytes as `to` holds.
bool unpack_bits(std::string_view packed, std::span<std::uint8_t> to) {
  std::size_t done = 0;
  for (std::size_t at = 0; at < packed.size() && done < to.size();) {
    const int control = static_cast<signed char>(packed[at++]);
    if (control == -128) continue;
    if (control >= 0) {
      const std::size_t count = static_cast<std::size_t>(control) + 1;
      if (count > packed.size() - at) return false;
      const std::size_t used = std::min(count, to.size() - done);
      std::memcpy(to.data() + done, packed.data() + at, used);
      at += count;
      done += used;
    } else {
      if (at >= packed.size()) return false;
      const std::size_t used = std::min(static_cast<std::size_t>(1 - control), to.size() - done);
      std::memset(to.data() + done, static_cast<unsigned char>(packed[at++]), used);
      done += used;
    }
  }
  return done == to.size();
}

}  // namespace

Status unpack_frame(std::string_view bytes, std::size_t first_bit, const PixelHeader& header, FrameValues values) {
  const auto bits = static_cast<std::size_t>(header.bits_allocated);
  const bool is_422 = header.photometric == "YBR_FULL_422" && header.samples == 3 && header.bits_allocated == 8;
  const std::size_t stored = is_422 ? values.size() / 3 * 2 : values.size();
  if (first_bit + stored * bits > bytes.size() * 8 || (is_422 && header.columns % 2 != 0)) {
    return Error{"the pixel data are shorter than the image; the file is cut off"};
  }
  const auto* raw = reinterpret_cast<const std::uint8_t*>(bytes.data()) + first_bit / 8;
  if (is_422) {
    // Two pixels share their chroma: Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2).
    for (std::size_t pair = 0; pair < values.size() / 6; ++pair) {
      const std::uint8_t* from = raw + pair * 4;
      std::int32_t* to = values.data() + pair * 6;
      to[0] = from[0], to[3] = from[1];
      to[1] = to[4] = from[2];
      to[2] = to[5] = from[3];
    }
    return {};
  }
  const auto value_at = [&](std::size_t n) -> std::int32_t {
    switch (header.bits_allocated) {
      case 1:
        return (raw[(first_bit % 8 + n) / 8] >> ((first_bit + n) % 8)) & 1;
      case 8:
        return header.is_signed ? static_cast<std::int8_t>(raw[n]) : raw[n];
      case 16: {
        const auto word = static_cast<std::uint16_t>(raw[2 * n] | raw[2 * n + 1] << 8);
        return header.is_signed ? static_cast<std::int16_t>(word) : word;
      }
      default: {
        std::uint32_t word = 0;
        std::memcpy(&word, raw + 4 * n, sizeof word);
        return static_cast<std::int32_t>(word);
      }
    }
  };
  if (!header.planar) {
    for (std::size_t n = 0; n < values.size(); ++n) values[n] = value_at(n);
    return {};
  }
  const std::size_t pixels = header.frame_pixels();
  const auto samples = static_cast<std::size_t>(header.samples);
  for (std::size_t sample = 0; sample < samples; ++sample) {
    for (std::size_t n = 0; n < pixels; ++n) values[n * samples + sample] = value_at(sample * pixels + n);
  }
  return {};
}

Status decode_rle(std::string_view packed, const PixelHeader& header, FrameValues values) {
  constexpr std::size_t kMostSegments = 15;
  const Error damaged{"the RLE data of a frame are damaged or cut off"};
  std::array<std::uint32_t, kMostSegments + 1> head{};
  if (packed.size() < sizeof head) return damaged;
  std::memcpy(head.data(), packed.data(), sizeof head);
  // A 1-bit frame is one segment of its packed bytes; else a segment holds one byte of one sample of all pixels, the
  // most significant first.
  const bool bits = header.bits_allocated == 1;
  const std::size_t bytes_per_sample = bits ? 1 : static_cast<std::size_t>(header.bits_allocated) / 8;
  const auto samples = static_cast<std::size_t>(header.samples);
  const std::size_t segments = bytes_per_sample * samples;
  if (head[0] != segments) return damaged;
  std::vector<std::uint8_t> plane(bits ? (values.size() + 7) / 8 : header.frame_pixels());
  std::fill(values.begin(), values.end(), 0);
  for (std::size_t segment = 0; segment < segments; ++segment) {
    const std::size_t start = head[segment + 1];
    const std::size_t end = segment + 1 < segments ? head[segment + 2] : packed.size();
    if (start < sizeof head || start > end || end > packed.size()) return damaged;
    if (!unpack_bits(packed.substr(start, end - start), plane)) return damaged;
    if (bits) return unpack_frame({reinterpret_cast<const char*>(plane.data()), plane.size()}, 0, header, values);
    const std::size_t sample = segment / bytes_per_sample;
    const std::size_t shift = 8 * (bytes_per_sample - 1 - segment % bytes_per_sample);
    for (std::size_t n = 0; n < plane.size(); ++n) {
      std::int32_t& value = values[n * samples + sample];
      value = static_cast<std::int32_t>(static_cast<std::uint32_t>(value) | std::uint32_t{plane[n]} << shift);
    }
  }
  if (header.is_signed) {
    for (std::int32_t& value : values) {
      if (bytes_per_sample == 1) value = static_cast<std::int8_t>(value);
      if (bytes_per_sample == 2) value = static_cast<std::int16_t>(value);
    }
  }
  return {};
}

Status decode_deflated_frame(std::string_view packed, const PixelHeader& header, FrameValues values) {
  std::string bytes((values.size() * static_cast<std::size_t>(header.bits_allocated) + 7) / 8, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return Error{"not enough memory to unpack a frame"};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  inflate(&stream, Z_FINISH);
  const bool whole = stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) return Error{"the deflated data of a frame are damaged or cut off"};
  return unpack_frame(bytes, 0, header, values);
}

}  // namespace galen::dicom
