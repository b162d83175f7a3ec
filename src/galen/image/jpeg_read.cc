#include <libexif/exif-data.h>

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <vector>

// Each of these needs what stands before it.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include "galen/image/codecs.h"
#include "galen/image/limits.h"
#include "galen/image/orientation.h"

namespace galen::image {
namespace {

// A progressive file may repeat its scans without end, and each costs a pass over the picture.
constexpr int kMostScans = 200;

// libjpeg leaves by longjmp, which skips destructors: everything that owns memory is a member here and the functions
// that call setjmp have no locals that do.
class JpegReader {
 public:
  JpegReader() {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = &JpegReader::fail;
    errors_.base.emit_message = &JpegReader::warn;
    errors_.base.output_message = &JpegReader::ignore;
    progress_.progress_monitor = &JpegReader::watch;
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  bool read_header(std::string_view bytes) {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&info_);
    info_.progress = &progress_;
    info_.mem->max_memory_to_use = 2L << 30;
    jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xffff);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes.data()),
                 static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&info_, TRUE);
    if (info_.num_components == 4) {
      info_.out_color_space = JCS_CMYK;
    } else {
      info_.out_color_space = info_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    }
    return true;
  }

  // Calls use(y, row) for every row from top to bottom. `use` must not throw.
  template <typename Use>
  bool read_rows(Use& use) {
    row_.resize(static_cast<std::size_t>(info_.image_width) * 4);
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_start_decompress(&info_);
    while (info_.output_scanline < info_.output_height) {
      const JDIMENSION y = info_.output_scanline;
      JSAMPROW row = row_.data();
      if (jpeg_read_scanlines(&info_, &row, 1) == 1) use(y, row_.data());
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  int exif_orientation() const {
    for (const jpeg_marker_struct* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      if (marker->marker != JPEG_APP0 + 1 || marker->data_length < 14) continue;
      if (std::memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
      ExifData* exif = exif_data_new_from_data(marker->data, marker->data_length);
      if (exif == nullptr) continue;
      const ExifEntry* entry = exif_content_get_entry(exif->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
      int orientation = 1;
      if (entry != nullptr && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2) {
        orientation = exif_get_short(entry->data, exif_data_get_byte_order(exif));
      }
      exif_data_unref(exif);
      return orientation;
    }
    return 1;
  }

  const jpeg_decompress_struct& info() const { return info_; }
  Error error() const { return {std::string("the JPEG is damaged or cut off (") + errors_.message.data() + ")"}; }

 private:
  struct Errors {
    jpeg_error_mgr base{};
    std::jmp_buf jump{};
    std::array<char, JMSG_LENGTH_MAX> message{};
  };

  [[noreturn]] static void fail(j_common_ptr info) {
    auto* errors = reinterpret_cast<Errors*>(info->err);
    (*info->err->format_message)(info, errors->message.data());
    std::longjmp(errors->jump, 1);
  }
  // libjpeg only warns where data are missing and fills the rest with grey: for a medical image that is an error.
  static void warn(j_common_ptr info, int level) {
    if (level >= 0) return;
    switch (info->err->msg_code) {
      case JWRN_JPEG_EOF:
      case JWRN_HIT_MARKER:
      case JWRN_HUFF_BAD_CODE:
      case JWRN_ARITH_BAD_CODE:
      case JWRN_MUST_RESYNC:
        fail(info);
      default:
        break;
    }
  }
  static void ignore(j_common_ptr) {}
  static void watch(j_common_ptr info) {
    if (info->is_decompressor == FALSE) return;
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
    auto* errors = reinterpret_cast<Errors*>(info->err);
    std::strncpy(errors->message.data(), "too many scans", errors->message.size() - 1);
    std::longjmp(errors->jump, 1);
  }

  jpeg_decompress_struct info_{};
  jpeg_progress_mgr progress_{};
  Errors errors_;
  std::vector<JSAMPLE> row_;
};

// Adobe's programs store the four inks inverted; a file without their marker holds them as they are.
void convert_cmyk_row(const JSAMPLE* from, std::size_t width, bool inverted, float* to) {
  for (std::size_t x = 0; x < width; ++x) {
    for (std::size_t c = 0; c < 3; ++c) {
      const int ink = inverted ? from[x * 4 + c] : 255 - from[x * 4 + c];
      const int black = inverted ? from[x * 4 + 3] : 255 - from[x * 4 + 3];
      to[x * 3 + c] = static_cast<float>(ink * black) / 255.0F;
    }
  }
}

}  // namespace

Result<Image> decode_jpeg(std::string_view bytes, const ReadLimits& limits) {
  JpegReader reader;
  if (!reader.read_header(bytes)) return reader.error();
  const auto& info = reader.info();
  const int channels = info.num_components == 1 ? 1 : 3;
  if (Status fits = check_grid(info.image_width, info.image_height, 1, static_cast<std::uint64_t>(channels), limits);
      !fits) {
    return fits.error();
  }
  Image image = make_image(static_cast<int>(info.image_width), static_cast<int>(info.image_height), channels);
  const std::size_t row_samples = static_cast<std::size_t>(info.image_width) * static_cast<std::size_t>(channels);
  auto use = [&](JDIMENSION y, const JSAMPLE* row) {
    float* to = image.samples.data() + y * row_samples;
    if (info.out_color_space == JCS_CMYK) {
      convert_cmyk_row(row, info.image_width, info.saw_Adobe_marker != FALSE, to);
    } else {
      for (std::size_t n = 0; n < row_samples; ++n) to[n] = static_cast<float>(row[n]);
    }
  };
  // Asked before decoding, because libjpeg forgets the markers at its end.
  const int orientation = reader.exif_orientation();
  if (!reader.read_rows(use)) return reader.error();
  return turn_upright(std::move(image), orientation);
}

}  // namespace galen::image
