#include <png.h>

#include <array>
#include <csetjmp>
#include <cstring>
#include <vector>

#include "galen/image/codecs.h"
#include "galen/image/limits.h"

namespace galen::image {
namespace {

enum class Meaning { kColours, kNumbers };

// libpng leaves by longjmp, which skips destructors: everything that owns memory is a member here and the functions
// that call setjmp have no locals that do.
class PngReader {
 public:
  explicit PngReader(std::string_view bytes) : bytes_(bytes) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  bool read_header() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::fail, &PngReader::ignore);
    if (png_ == nullptr) return false;
    info_ = png_create_info_struct(png_);
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_read_fn(png_, this, &PngReader::read);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(png_, 16U << 20);  // Compressed text and colour profiles may be bombs.
    png_set_chunk_cache_max(png_, 64);
    png_set_option(png_, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
    png_read_info(png_, info_);
    width = png_get_image_width(png_, info_);
    height = png_get_image_height(png_, info_);
    stored_bits = png_get_bit_depth(png_, info_);
    colour_type = png_get_color_type(png_, info_);
    pixel_bits = stored_bits * png_get_channels(png_, info_);
    return true;
  }

  // Behind the header; libpng takes memory for a row.
  bool start(Meaning meaning) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    if (meaning == Meaning::kColours) {
      png_set_expand(png_);
    } else {
      png_set_packing(png_);
    }
    if (stored_bits == 16) png_set_swap(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    channels = png_get_channels(png_, info_);
    row_bytes = png_get_rowbytes(png_, info_);
    bits = png_get_bit_depth(png_, info_);
    return true;
  }

  // Calls use(row, bytes) for every row from top to bottom. `use` must not throw.
  template <typename Use>
  bool read_rows(Use& use) {
    whole_.resize(row_bytes * (passes_ > 1 ? height : 1));
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    for (int pass = 0; pass < passes_; ++pass) {
      for (png_uint_32 y = 0; y < height; ++y) {
        png_bytep row = whole_.data() + (passes_ > 1 ? y * row_bytes : 0);
        png_read_row(png_, row, nullptr);
        if (pass == passes_ - 1) use(y, row);
      }
    }
    png_read_end(png_, nullptr);
    return true;
  }

  int colours() const { return (colour_type & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1; }

  Status check_size(int samples, const ReadLimits& limits) const {
    if (Status fits = check_grid(width, height, 1, static_cast<std::uint64_t>(samples), limits); !fits) return fits;
    // Deflate packs at most about 1032 : 1; what the file cannot unpack to need not be allocated.
    const double most_bits = 8.0 * 1040 * static_cast<double>(bytes_.size());
    if (static_cast<double>(width) * static_cast<double>(height) * pixel_bits <= most_bits) return {};
    return Error{"the PNG is cut off: it is too short for its size in pixels"};
  }

  Error error() const { return {std::string("the PNG is damaged or cut off (") + message_.data() + ")"}; }

  png_uint_32 width = 0;
  png_uint_32 height = 0;
  int channels = 0;
  int bits = 0;
  int stored_bits = 0;
  int pixel_bits = 0;
  int colour_type = 0;
  std::size_t row_bytes = 0;

 private:
  static void fail(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self->message_.data(), message, self->message_.size() - 1);
    png_longjmp(png, 1);
  }
  static void ignore(png_structp, png_const_charp) {}
  static void read(png_structp png, png_bytep to, std::size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->bytes_.size() - self->position_) png_error(png, "the file ends early");
    std::memcpy(to, self->bytes_.data() + self->position_, count);
    self->position_ += count;
  }

  std::string_view bytes_;
  std::size_t position_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  int passes_ = 1;
  std::vector<png_byte> whole_;
  std::array<char, 160> message_{};
};

// One row as floats; alpha (the last of 2 or 4 channels) is composed over black.
template <typename Stored>
void convert_row(const Stored* from, std::size_t width, std::size_t stored_channels, float* to) {
  const std::size_t channels = stored_channels >= 3 ? 3 : 1;
  if (channels == stored_channels) {
    for (std::size_t n = 0; n < width * channels; ++n) to[n] = static_cast<float>(from[n]);
    return;
  }
  constexpr float kOpaque = sizeof(Stored) == 2 ? 65535.0F : 255.0F;
  for (std::size_t x = 0; x < width; ++x) {
    const float alpha = static_cast<float>(from[x * stored_channels + channels]) / kOpaque;
    for (std::size_t c = 0; c < channels; ++c) {
      to[x * channels + c] = static_cast<float>(from[x * stored_channels + c]) * alpha;
    }
  }
}

}  // namespace

Result<Image> decode_png(std::string_view bytes, const ReadLimits& limits) {
  PngReader reader(bytes);
  if (!reader.read_header()) return reader.error();
  const int channels = reader.colours();
  if (Status fits = reader.check_size(channels, limits); !fits) return fits.error();
  if (!reader.start(Meaning::kColours)) return reader.error();
  Image image = make_image(static_cast<int>(reader.width), static_cast<int>(reader.height), channels);
  image.stored_bits = reader.bits;
  const std::size_t row_samples = static_cast<std::size_t>(reader.width) * static_cast<std::size_t>(channels);
  auto use = [&](png_uint_32 y, const png_byte* row) {
    float* to = image.samples.data() + y * row_samples;
    const auto stored_channels = static_cast<std::size_t>(reader.channels);
    if (reader.bits == 16) {
      convert_row(reinterpret_cast<const std::uint16_t*>(row), reader.width, stored_channels, to);
    } else {
      convert_row(row, reader.width, stored_channels, to);
    }
  };
  if (!reader.read_rows(use)) return reader.error();
  return image;
}

Result<LabelMap> decode_png_labels(std::string_view bytes, const ReadLimits& limits) {
  PngReader reader(bytes);
  if (!reader.read_header()) return reader.error();
  if (Status fits = reader.check_size(1, limits); !fits) return fits.error();
  if (!reader.start(Meaning::kNumbers)) return reader.error();
  LabelMap map = make_label_map(static_cast<int>(reader.width), static_cast<int>(reader.height));
  const auto channels = static_cast<std::size_t>(reader.channels);
  const std::size_t colours = channels >= 3 ? 3 : 1;
  const std::size_t bytes_per_sample = reader.bits == 16 ? 2 : 1;
  bool coloured = false;
  bool too_large = false;
  auto use = [&](png_uint_32 y, const png_byte* row) {
    std::uint8_t* to = map.labels.data() + static_cast<std::size_t>(y) * reader.width;
    if (channels == 1 && bytes_per_sample == 1) {
      std::memcpy(to, row, reader.width);
      return;
    }
    for (std::size_t x = 0; x < reader.width; ++x) {
      const png_byte* pixel = row + x * channels * bytes_per_sample;
      to[x] = pixel[0];
      for (std::size_t c = 0; c < colours; ++c) {
        coloured |= pixel[c * bytes_per_sample] != pixel[0];
        if (bytes_per_sample == 2) too_large |= pixel[c * 2 + 1] != 0;
      }
    }
  };
  if (!reader.read_rows(use)) return reader.error();
  if (coloured)
    return Error{"the mask is a colour picture; a mask holds one class number for each pixel (grey or palette PNG)"};
  if (too_large) return Error{"the mask holds numbers above 255; class numbers are 0-255"};
  return map;
}

}  // namespace galen::image
