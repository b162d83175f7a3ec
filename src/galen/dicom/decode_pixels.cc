#include "galen/dicom/decode_pixels.h"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmjpls/djdecode.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include "galen/base/files.h"
#include "galen/dicom/frame_codecs.h"

namespace galen::dicom {
namespace {

enum class Coding { kNone, kRle, kJpeg, kJpegLs, kJpeg2000, kDeflatedFrames, kUnknown };

Coding coding_of(std::string_view syntax) {
  constexpr std::string_view kRoot = "1.2.840.10008.1.2";
  if (syntax.substr(0, kRoot.size()) != kRoot) return Coding::kUnknown;
  const std::string_view rest = syntax.substr(kRoot.size());
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), rest) != names.end();
  };
  if (is({"", ".1", ".2", ".1.99"})) return Coding::kNone;
  if (is({".5"})) return Coding::kRle;
  if (is({".4.50", ".4.51", ".4.53", ".4.55", ".4.57", ".4.70"})) return Coding::kJpeg;
  if (is({".4.80", ".4.81"})) return Coding::kJpegLs;
  if (is({".4.90", ".4.91", ".4.92", ".4.93", ".4.201", ".4.202", ".4.203"})) return Coding::kJpeg2000;
  if (is({".8.1"})) return Coding::kDeflatedFrames;
  return Coding::kUnknown;
}

StoredValues make_values(const PixelHeader& header) {
  StoredValues stored;
  stored.rows = header.rows;
  stored.columns = header.columns;
  stored.frames = header.frames;
  stored.samples = header.samples;
  stored.photometric = header.photometric;
  return stored;
}

FrameValues frame_of(StoredValues& stored, const PixelHeader& header, int frame) {
  return FrameValues(stored.values)
      .subspan(static_cast<std::size_t>(frame) * header.frame_values(), header.frame_values());
}

// PixelData as little-endian bytes. In a big-endian file DCMTK has swapped words; numbers of 32 bits are two of them.
Result<std::string_view> native_bytes(const Dataset& dataset, const PixelHeader& header,
                                      std::vector<std::uint16_t>& scratch) {
  DcmElement* element = nullptr;
  if (dataset.root().findAndGetElement(DCM_PixelData, element).bad() || element == nullptr) {
    return Error{"the DICOM file has no pixel data that can be read"};
  }
  const std::size_t length = element->getLengthField();
  if (element->getVR() == EVR_OW || element->getVR() == EVR_lt || element->getVR() == EVR_px) {
    Uint16* words = nullptr;
    if (element->getUint16Array(words).good() && words != nullptr) {
      if (header.bits_allocated != 32 || dataset.transfer_syntax() != UID_BigEndianExplicitTransferSyntax) {
        return std::string_view(reinterpret_cast<const char*>(words), length);
      }
      scratch.assign(words, words + length / 2);
      for (std::size_t n = 0; n + 1 < scratch.size(); n += 2) std::swap(scratch[n], scratch[n + 1]);
      return std::string_view(reinterpret_cast<const char*>(scratch.data()), scratch.size() * 2);
    }
  }
  Uint8* bytes = nullptr;
  if (element->getUint8Array(bytes).bad() || bytes == nullptr) {
    return Error{"the DICOM file has no pixel data that can be read; it may be cut off"};
  }
  return std::string_view(reinterpret_cast<const char*>(bytes), length);
}

Result<StoredValues> decode_native(const Dataset& dataset, const PixelHeader& header) {
  std::vector<std::uint16_t> scratch;
  const Result<std::string_view> bytes = native_bytes(dataset, header, scratch);
  if (!bytes) return bytes.error();
  const bool is_422 = header.photometric == "YBR_FULL_422" && header.bits_allocated == 8 && header.samples == 3;
  const std::size_t frame_bits =
      (is_422 ? header.frame_pixels() * 2 : header.frame_values()) * static_cast<std::size_t>(header.bits_allocated);
  if (frame_bits * static_cast<std::size_t>(header.frames) > bytes->size() * 8) {
    return Error{"the pixel data are shorter than the image; the DICOM file is cut off"};
  }
  StoredValues stored = make_values(header);
  stored.values.resize(header.frame_values() * static_cast<std::size_t>(header.frames));
  for (int frame = 0; frame < header.frames; ++frame) {
    const std::size_t first_bit = static_cast<std::size_t>(frame) * frame_bits;
    if (Status done = unpack_frame(*bytes, first_bit, header, frame_of(stored, header, frame)); !done)
      return done.error();
  }
  return stored;
}

Result<std::vector<std::string_view>> fragments_of(const Dataset& dataset) {
  DcmElement* element = nullptr;
  dataset.root().findAndGetElement(DCM_PixelData, element);
  auto* pixels = dynamic_cast<DcmPixelData*>(element);
  DcmPixelSequence* sequence = nullptr;
  E_TransferSyntax syntax = EXS_Unknown;
  const DcmRepresentationParameter* parameter = nullptr;
  if (pixels != nullptr) {
    pixels->getOriginalRepresentationKey(syntax, parameter);
    if (pixels->getEncapsulatedRepresentation(syntax, parameter, sequence).bad()) sequence = nullptr;
  }
  if (sequence == nullptr) return Error{"the DICOM file is damaged: its pixel data are not compressed as it states"};
  std::vector<std::string_view> fragments;
  for (unsigned long n = 0; n < sequence->card(); ++n) {
    DcmPixelItem* item = nullptr;
    Uint8* bytes = nullptr;
    if (sequence->getItem(item, n).bad() || item == nullptr)
      return Error{"the DICOM file is damaged (a fragment is missing)"};
    const std::size_t length = item->getLength();
    if (length > 0 && (item->getUint8Array(bytes).bad() || bytes == nullptr)) {
      return Error{"the DICOM file is damaged or cut off (a fragment cannot be read)"};
    }
    fragments.emplace_back(reinterpret_cast<const char*>(bytes), length);
  }
  if (fragments.size() < 2) return Error{"the DICOM file holds no compressed pixel data; it may be cut off"};
  return fragments;
}

// The compressed bytes of each frame. The first fragment is the offset table: where each frame begins, counted from the
// first byte after the table (PS3.5 A.4). It may be empty.
Result<std::vector<std::string>> frames_of(const std::vector<std::string_view>& fragments, int count) {
  const std::size_t frames = static_cast<std::size_t>(count);
  std::vector<std::string> result;
  if (frames == 1) {
    std::string whole;
    for (std::size_t n = 1; n < fragments.size(); ++n) whole += fragments[n];
    result.push_back(std::move(whole));
    return result;
  }
  if (fragments.size() - 1 == frames) {
    result.assign(fragments.begin() + 1, fragments.end());
    return result;
  }
  const Error damaged{"the DICOM file is damaged: its compressed pixel data do not hold " + std::to_string(count) +
                      " frames"};
  const std::string_view table = fragments[0];
  if (table.size() < frames * 4 || fragments.size() - 1 < frames) return damaged;
  std::size_t offset = 0;
  std::size_t fragment = 1;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const auto begin_of = [&](std::size_t index) {
      std::uint32_t begin = 0;
      std::memcpy(&begin, table.data() + index * 4, sizeof begin);
      return std::size_t{begin};
    };
    if (begin_of(frame) != offset) return damaged;
    std::string bytes;
    while (fragment < fragments.size() && (frame + 1 == frames || offset < begin_of(frame + 1))) {
      bytes += fragments[fragment];
      offset += 8 + fragments[fragment].size();
      ++fragment;
    }
    result.push_back(std::move(bytes));
  }
  return result;
}

Result<StoredValues> decode_frames(const Dataset& dataset, const PixelHeader& header, Coding coding) {
  const Result<std::vector<std::string_view>> fragments = fragments_of(dataset);
  if (!fragments) return fragments.error();
  const Result<std::vector<std::string>> frames = frames_of(*fragments, header.frames);
  if (!frames) return frames.error();
  StoredValues stored = make_values(header);
  stored.values.resize(header.frame_values() * static_cast<std::size_t>(header.frames));
  bool ybr = header.photometric.rfind("YBR", 0) == 0;
  bool rgb = false;
  for (int frame = 0; frame < header.frames; ++frame) {
    const std::string& packed = (*frames)[static_cast<std::size_t>(frame)];
    const FrameValues values = frame_of(stored, header, frame);
    const Status done = coding == Coding::kRle        ? decode_rle(packed, header, values)
                        : coding == Coding::kJpeg     ? decode_jpeg_frame(packed, header, values, ybr)
                        : coding == Coding::kJpeg2000 ? decode_jpeg2000(packed, header, values, rgb)
                                                      : decode_deflated_frame(packed, header, values);
    if (!done) return done.error();
  }
  if (header.samples == 3) stored.photometric = ybr && !rgb ? "YBR_FULL" : "RGB";
  return stored;
}

// CharLS can only be reached through DCMTK's own representation of pixel data.
Result<StoredValues> decode_jpeg_ls(const Dataset& dataset, const PixelHeader& header,
                                    const image::ReadLimits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { DJLSDecoderRegistration::registerCodecs(); });
  const OFCondition status = dataset.root().chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (status.bad()) return Error{std::string("the JPEG-LS data cannot be decoded (") + status.text() + ")"};
  Result<PixelHeader> decoded = read_pixel_header(dataset, limits);
  if (!decoded) return decoded.error();
  if (decoded->rows != header.rows || decoded->columns != header.columns || decoded->frames != header.frames) {
    return Error{"the JPEG-LS data do not have the size that the DICOM file states; the file is damaged"};
  }
  return decode_native(dataset, *decoded);
}

}  // namespace

Result<StoredValues> decode_pixels(const Dataset& dataset, const PixelHeader& header, const image::ReadLimits& limits) {
  const std::string& syntax = dataset.transfer_syntax();
  // Files without the statement are uncompressed; DCMTK has recognised their byte order.
  const Coding coding = syntax.empty() ? Coding::kNone : coding_of(syntax);
  switch (coding) {
    case Coding::kNone:
      return decode_native(dataset, header);
    case Coding::kJpegLs:
      return decode_jpeg_ls(dataset, header, limits);
    case Coding::kUnknown:
      return Error{"the DICOM image is compressed in a way that galen does not read (transfer syntax " + syntax + ")"};
    default:
      return decode_frames(dataset, header, coding);
  }
}

Result<StoredValues> read_stored_values(const std::filesystem::path& path, const image::ReadLimits& limits) {
  auto read = [&]() -> Result<StoredValues> {
    Result<std::string> bytes = read_text_file(path, limits.file_bytes);
    if (!bytes) return bytes.error();
    const Result<Dataset> dataset = Dataset::parse(*bytes, limits);
    if (!dataset) return dataset.error_in(path.string());
    bytes->clear();
    bytes->shrink_to_fit();
    const Result<PixelHeader> header = read_pixel_header(*dataset, limits);
    if (!header) return header.error_in(path.string());
    Result<StoredValues> stored = decode_pixels(*dataset, *header, limits);
    if (!stored) return stored.error_in(path.string());
    return stored;
  };
  return without_exceptions(read);
}

}  // namespace galen::dicom
