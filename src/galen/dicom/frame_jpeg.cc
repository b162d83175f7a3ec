#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmjpeg/djcparam.h>
#include <dcmtk/dcmjpeg/djdijg12.h>
#include <dcmtk/dcmjpeg/djdijg16.h>
#include <dcmtk/dcmjpeg/djdijg8.h>

#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "galen/dicom/frame_codecs.h"

namespace galen::dicom {
namespace {

struct JpegHeader {
  int precision = 0;
  int rows = 0;
  int columns = 0;
  int samples = 0;
  bool lossless = false;
  bool jfif = false;
  int adobe_transform = -1;
};

// Walks the marker segments up to the frame header (ITU-T T.81 annex B).
Result<JpegHeader> read_jpeg_header(std::string_view packed) {
  const Error damaged{"the JPEG data of a frame are damaged or cut off"};
  const auto byte = [&](std::size_t at) { return static_cast<int>(static_cast<unsigned char>(packed[at])); };
  JpegHeader header;
  std::size_t at = 2;
  while (at + 4 <= packed.size()) {
    if (byte(at) != 0xff) return damaged;
    const int marker = byte(at + 1);
    if (marker == 0xff) {
      ++at;
      continue;
    }
    const std::size_t length = static_cast<std::size_t>(byte(at + 2) << 8 | byte(at + 3));
    if (length < 2 || at + 2 + length > packed.size()) return damaged;
    const std::string_view content = packed.substr(at + 4, length - 2);
    if (marker == 0xe0 && content.substr(0, 4) == "JFIF") header.jfif = true;
    if (marker == 0xee && content.size() >= 12 && content.substr(0, 5) == "Adobe") header.adobe_transform = content[11];
    const bool is_frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (is_frame) {
      if (content.size() < 6) return damaged;
      header.precision = byte(at + 4);
      header.rows = byte(at + 5) << 8 | byte(at + 6);
      header.columns = byte(at + 7) << 8 | byte(at + 8);
      header.samples = byte(at + 9);
      header.lossless = marker == 0xc3;
      return header;
    }
    at += 2 + length;
  }
  return damaged;
}

std::unique_ptr<DJDecoder> make_decoder(int precision, const DJCodecParameter& parameters, bool ybr) {
  const OFBool is_ybr = ybr ? OFTrue : OFFalse;
  if (precision <= 8) return std::make_unique<DJDecompressIJG8Bit>(parameters, is_ybr);
  if (precision <= 12) return std::make_unique<DJDecompressIJG12Bit>(parameters, is_ybr);
  return std::make_unique<DJDecompressIJG16Bit>(parameters, is_ybr);
}

// Files often state the colour space before compression; what the code stream itself says comes first.
bool is_ybr(const JpegHeader& jpeg, const PixelHeader& header) {
  if (jpeg.samples != 3 || jpeg.lossless) return header.photometric.rfind("YBR", 0) == 0;
  if (jpeg.adobe_transform >= 0) return jpeg.adobe_transform == 1;
  return jpeg.jfif || header.photometric.rfind("YBR", 0) == 0;
}

}  // namespace

Status decode_jpeg_frame(std::string_view packed, const PixelHeader& header, FrameValues values, bool& ybr) {
  const Result<JpegHeader> jpeg = read_jpeg_header(packed);
  if (!jpeg) return jpeg.error();
  if (jpeg->rows != header.rows || jpeg->columns != header.columns || jpeg->samples != header.samples ||
      jpeg->precision < 2 || jpeg->precision > 16) {
    return Error{"the JPEG data of a frame do not have the size that the DICOM file states; the file is damaged"};
  }
  ybr = is_ybr(*jpeg, header);
  const DJCodecParameter parameters(ECC_lossyYCbCr, EDC_never, EUC_never, EPC_colorByPixel);
  const auto decoder = make_decoder(jpeg->precision, parameters, ybr);
  const std::size_t bytes = values.size() * decoder->bytesPerSample();
  if (bytes > std::numeric_limits<Uint32>::max() || packed.size() > std::numeric_limits<Uint32>::max()) {
    return Error{"a frame of the DICOM image is larger than 4 GB"};
  }
  // DCMTK takes words for 12 and 16 bits.
  std::vector<std::uint16_t> samples((bytes + 1) / 2);
  auto* buffer = reinterpret_cast<Uint8*>(samples.data());
  auto* input = reinterpret_cast<Uint8*>(const_cast<char*>(packed.data()));
  OFCondition status = decoder->init();
  if (status.good()) {
    status = decoder->decode(input, static_cast<Uint32>(packed.size()), buffer, static_cast<Uint32>(bytes),
                             header.is_signed ? OFTrue : OFFalse);
  }
  if (status.bad()) return Error{std::string("the JPEG data of a frame cannot be decoded (") + status.text() + ")"};
  const int unused = 32 - header.bits_stored;
  for (std::size_t n = 0; n < values.size(); ++n) {
    const std::uint32_t value = decoder->bytesPerSample() == 1 ? buffer[n] : samples[n];
    values[n] =
        header.is_signed ? static_cast<std::int32_t>(value << unused) >> unused : static_cast<std::int32_t>(value);
  }
  return {};
}

}  // namespace galen::dicom
