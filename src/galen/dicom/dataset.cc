#include "galen/dicom/dataset.h"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/oflog/oflog.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <mutex>

#include "galen/dicom/fallback_dictionary.h"
#include "galen/image/limits.h"

namespace galen::dicom {
namespace {

constexpr std::string_view kDeflated = "1.2.840.10008.1.2.1.99";

void set_up_dcmtk() {
  static std::once_flag once;
  std::call_once(once, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    ensure_dictionary();
  });
}

// How many bytes a raw deflate stream unpacks to, counted up to just above `most`.
std::uint64_t unpacked_bytes(std::string_view packed, std::uint64_t most) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return 0;
  std::array<Bytef, std::size_t{64} << 10> buffer{};
  std::uint64_t total = 0;
  int status = Z_OK;
  while (status == Z_OK && total <= most) {
    if (stream.avail_in == 0) {
      const std::size_t part = std::min<std::size_t>(packed.size(), std::numeric_limits<uInt>::max());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
      stream.avail_in = static_cast<uInt>(part);
      packed.remove_prefix(part);
    }
    stream.next_out = buffer.data();
    stream.avail_out = static_cast<uInt>(buffer.size());
    status = inflate(&stream, Z_NO_FLUSH);
    total += buffer.size() - stream.avail_out;
  }
  inflateEnd(&stream);
  return total;
}

// Where the file meta information ends: it starts at byte 132 with its own length (0002,0000).
std::optional<std::size_t> meta_end(std::string_view bytes) {
  constexpr std::size_t kStart = 144;
  if (bytes.size() < kStart || bytes.substr(128, 8) != std::string_view("DICM\x02\0\0\0", 8)) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data() + kStart - 4, sizeof length);
  if (length > bytes.size() - kStart) return std::nullopt;
  return kStart + length;
}

// DCMTK unpacks a deflated data set without a limit, so its size is measured first.
Status check_deflated(std::string_view bytes, const image::ReadLimits& limits) {
  if (bytes.substr(0, 4096).find(kDeflated) == std::string_view::npos) return {};
  const std::optional<std::size_t> start = meta_end(bytes);
  if (!start) return Error{"the DICOM file is damaged or cut off (file meta information)"};
  return image::check_bytes(unpacked_bytes(bytes.substr(*start), limits.decoded_bytes), limits);
}

// Some writers state an explicit syntax and leave out the value representations all the same.
bool has_unstated_implicit_vr(std::string_view bytes) {
  const std::optional<std::size_t> start = meta_end(bytes);
  if (!start || bytes.size() < *start + 8 || bytes[*start] != 8 || bytes[*start + 1] != 0) return false;
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  return !is_letter(bytes[*start + 4]) || !is_letter(bytes[*start + 5]);
}

template <typename Read>
OFCondition read_all(std::string_view bytes, const Read& read) {
  DcmInputBufferStream stream;
  stream.setBuffer(bytes.data(), static_cast<offile_off_t>(bytes.size()));
  stream.setEos();
  return read(stream);
}

template <typename Object>
OFCondition read_object(Object& object, DcmInputStream& stream, E_TransferSyntax syntax) {
  object.transferInit();
  const OFCondition status = object.read(stream, syntax, EGL_noChange, DCM_MaxReadLength);
  object.transferEnd();
  return status;
}

std::string sentence(const OFCondition& condition) {
  return std::string("the DICOM file is damaged or cut off (") + condition.text() + ")";
}

}  // namespace

bool looks_like_dicom(std::string_view bytes) { return image::recognise_format(bytes) == image::FileFormat::kDicom; }

Result<Dataset> Dataset::parse(std::string_view bytes, const image::ReadLimits& limits) {
  set_up_dcmtk();
  if (bytes.empty()) return Error{"the file is empty"};
  if (!looks_like_dicom(bytes)) return Error{"not a DICOM file"};
  if (Status fine = check_deflated(bytes, limits); !fine) return fine.error();

  Dataset dataset;
  dataset.file_ = std::make_unique<DcmFileFormat>();
  OFCondition status =
      read_all(bytes, [&](DcmInputBufferStream& stream) { return read_object(*dataset.file_, stream, EXS_Unknown); });
  OFString uid;
  if (dataset.file_->getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, uid).good()) {
    dataset.transfer_syntax_.assign(uid.c_str(), uid.size());
  }
  if (status.bad() && status != EC_SequDelimitationItemMissing && has_unstated_implicit_vr(bytes)) {
    dataset.file_ = std::make_unique<DcmFileFormat>();
    status = read_all(bytes.substr(*meta_end(bytes)), [&](DcmInputBufferStream& stream) {
      return read_object(dataset.root(), stream, EXS_LittleEndianImplicit);
    });
  }
  if (status.bad()) return Error{sentence(status)};
  if (dataset.root().card() == 0) return Error{"the DICOM file is empty or cut off"};
  return dataset;
}

std::optional<std::string> Dataset::text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  if (item.findAndGetOFString(tag, value).bad() || value.empty()) return std::nullopt;
  // Values are padded to an even length with a space or, wrongly, with a zero byte.
  const std::size_t end = value.find_last_not_of(OFString(" \0", 2));
  return end == OFString_npos ? std::nullopt : std::optional(std::string(value.c_str(), end + 1));
}

std::vector<double> Dataset::numbers(DcmItem& item, const DcmTagKey& tag) {
  std::vector<double> values;
  DcmElement* element = nullptr;
  if (item.findAndGetElement(tag, element).bad() || element == nullptr) return values;
  constexpr unsigned long kMost = 4096;
  const unsigned long count = std::min(element->getVM(), kMost);
  for (unsigned long n = 0; n < count; ++n) {
    Float64 real = 0;
    Uint16 word = 0;
    Sint16 signed_word = 0;
    Uint32 number = 0;
    Sint32 integer = 0;
    if (element->getFloat64(real, n).good()) {
      values.push_back(real);
    } else if (Float32 single = 0; element->getFloat32(single, n).good()) {
      values.push_back(static_cast<double>(single));
    } else if (element->getUint16(word, n).good()) {
      values.push_back(word);
    } else if (element->getSint16(signed_word, n).good()) {
      values.push_back(signed_word);
    } else if (element->getUint32(number, n).good()) {
      values.push_back(number);
    } else if (element->getSint32(integer, n).good()) {
      values.push_back(integer);
    } else {
      return {};
    }
  }
  return values;
}

std::optional<double> Dataset::number(const DcmTagKey& tag) const {
  const std::vector<double> values = numbers(tag);
  return values.empty() ? std::nullopt : std::optional(values.front());
}

DcmItem* Dataset::item(DcmItem& parent, const DcmTagKey& sequence, unsigned long index) {
  DcmItem* found = nullptr;
  return parent.findAndGetSequenceItem(sequence, found, static_cast<signed long>(index)).good() ? found : nullptr;
}

DcmItem& Dataset::frame_item(const DcmTagKey& group, unsigned long frame) const {
  for (DcmItem* groups :
       {item(root(), DCM_PerFrameFunctionalGroupsSequence, frame), item(root(), DCM_SharedFunctionalGroupsSequence)}) {
    if (groups == nullptr) continue;
    if (DcmItem* found = item(*groups, group)) return *found;
  }
  return root();
}

}  // namespace galen::dicom
