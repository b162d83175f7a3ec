#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "galen/image/codecs.h"
#include "galen/image/limits.h"
#include "galen/image/orientation.h"

namespace galen::image {
namespace {

// The bytes as a file for libtiff, and the first complaint of its decoders.
struct Memory {
  std::string_view bytes;
  std::uint64_t position = 0;
  std::string complaint;
};

tmsize_t read_some(thandle_t handle, void* to, tmsize_t count) {
  auto* memory = static_cast<Memory*>(handle);
  if (count <= 0 || memory->position >= memory->bytes.size()) return 0;
  const std::size_t part = std::min(static_cast<std::size_t>(count), memory->bytes.size() - memory->position);
  std::memcpy(to, memory->bytes.data() + memory->position, part);
  memory->position += part;
  return static_cast<tmsize_t>(part);
}
tmsize_t refuse_write(thandle_t, void*, tmsize_t) { return -1; }
toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto* memory = static_cast<Memory*>(handle);
  const std::uint64_t base = whence == SEEK_CUR ? memory->position : whence == SEEK_END ? memory->bytes.size() : 0;
  memory->position = base + offset;
  return memory->position;
}
int close_nothing(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return static_cast<Memory*>(handle)->bytes.size(); }
int map_file(thandle_t handle, void** base, toff_t* size) {
  auto* memory = static_cast<Memory*>(handle);
  *base = const_cast<char*>(memory->bytes.data());
  *size = memory->bytes.size();
  return 1;
}
void unmap_file(thandle_t, void*, toff_t) {}

// Returning 1 keeps libtiff from printing.
int note_complaint(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto* memory = static_cast<Memory*>(user);
  if (!memory->complaint.empty()) return 1;
  std::array<char, 200> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  memory->complaint = text.data();
  return 1;
}
int ignore_warning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using TiffHandle = std::unique_ptr<TIFF, CloseTiff>;

TiffHandle open(Memory& memory) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) return nullptr;
  TIFFOpenOptionsSetErrorHandlerExtR(options, note_complaint, &memory);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ignore_warning, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t{1} << 30);
  TIFF* tiff = TIFFClientOpenExt("image", "rm", &memory, read_some, refuse_write, seek, close_nothing, size_of,
                                 map_file, unmap_file, options);
  TIFFOpenOptionsFree(options);
  return TiffHandle(tiff);
}

// What the tags of one page say.
struct Page {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t bits = 1;
  std::uint16_t samples = 1;
  std::uint16_t format = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
  std::uint16_t planar = PLANARCONFIG_CONTIG;
  std::uint16_t orientation = ORIENTATION_TOPLEFT;
  std::uint16_t compression = COMPRESSION_NONE;
  bool straight_alpha = false;              // The sample after the colours is an alpha that is not multiplied in yet.
  bool by_libtiff = false;                  // A colour space that libtiff turns into RGB itself.
  std::array<std::uint16_t*, 3> palette{};  // Owned by the TIFF.

  std::size_t colours() const {
    if (photometric == PHOTOMETRIC_RGB) return 3;
    return photometric == PHOTOMETRIC_SEPARATED ? 4 : 1;
  }
  int channels() const {
    return photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE ? 1 : 3;
  }
  bool same_grid(const Page& other) const {
    return width == other.width && height == other.height && channels() == other.channels() && bits == other.bits;
  }
};

Result<Page> read_tags(TIFF* tiff) {
  Page page;
  if (TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.width) != 1 ||
      TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.height) != 1) {
    return Error{"the TIFF does not say how large its image is"};
  }
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &page.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &page.format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &page.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &page.orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &page.compression);
  if (TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &page.photometric) != 1) {
    page.photometric = page.samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
  }
  if (page.format == SAMPLEFORMAT_VOID) page.format = SAMPLEFORMAT_UINT;

  if (page.photometric == PHOTOMETRIC_YCBCR && page.compression == COMPRESSION_JPEG &&
      page.planar == PLANARCONFIG_CONTIG && page.samples == 3 && page.bits == 8) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    page.photometric = PHOTOMETRIC_RGB;
  }
  switch (page.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_RGB:
    case PHOTOMETRIC_SEPARATED:
      break;
    case PHOTOMETRIC_PALETTE:
      if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &page.palette[0], &page.palette[1], &page.palette[2]) != 1) {
        return Error{"the TIFF is damaged: it has no palette"};
      }
      if (page.bits > 8) return Error{"the TIFF has a palette of more than 256 colours, which galen does not read"};
      break;
    case PHOTOMETRIC_YCBCR:
    case PHOTOMETRIC_CIELAB:
      page.by_libtiff = true;
      break;
    default:
      return Error{"the TIFF has colour space number " + std::to_string(page.photometric) +
                   ", which galen does not read"};
  }
  if (page.samples < page.colours()) return Error{"the TIFF is damaged: it has too few samples a pixel"};
  std::uint16_t extra_count = 0;
  std::uint16_t* extras = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &extra_count, &extras) == 1 && extra_count > 0) {
    page.straight_alpha = extras[0] == EXTRASAMPLE_UNASSALPHA && page.samples > page.colours();
  }
  const bool whole = page.format == SAMPLEFORMAT_UINT || page.format == SAMPLEFORMAT_INT;
  const bool real = page.format == SAMPLEFORMAT_IEEEFP;
  const bool known = (whole && (page.bits == 8 || page.bits == 16 || page.bits == 32)) ||
                     (real && (page.bits == 32 || page.bits == 64)) ||
                     (page.format == SAMPLEFORMAT_UINT && (page.bits == 1 || page.bits == 2 || page.bits == 4));
  if (!known) {
    return Error{"the TIFF has samples of " + std::to_string(page.bits) +
                 " bits of a kind that galen does not read; convert it to 8 or 16 bits"};
  }
  return page;
}

float sample_at(const Page& page, const std::uint8_t* row, std::size_t index) {
  const auto load = [&]<typename T>(T value) {
    std::memcpy(&value, row + index * sizeof(T), sizeof(T));
    return static_cast<float>(value);
  };
  switch (page.bits) {
    case 8:
      return page.format == SAMPLEFORMAT_INT ? load(std::int8_t{}) : load(std::uint8_t{});
    case 16:
      return page.format == SAMPLEFORMAT_INT ? load(std::int16_t{}) : load(std::uint16_t{});
    case 32:
      if (page.format == SAMPLEFORMAT_IEEEFP) return load(float{});
      return page.format == SAMPLEFORMAT_INT ? load(std::int32_t{}) : load(std::uint32_t{});
    case 64:
      return load(double{});
    default: {  // 1, 2, 4 bits, the first in the high bits
      const std::size_t bit = index * page.bits;
      const int shift = 8 - page.bits - static_cast<int>(bit % 8);
      return static_cast<float>((row[bit / 8] >> shift) & ((1 << page.bits) - 1));
    }
  }
}

// The number that means white (or an opaque alpha).
float white_of(const Page& page) {
  if (page.format == SAMPLEFORMAT_IEEEFP) return 1;
  return static_cast<float>(std::pow(2.0, page.bits - (page.format == SAMPLEFORMAT_INT ? 1 : 0)) - 1);
}

// A page's samples as stored, [y][x][sample] floats; then `finish_pixel` makes grey or RGB of them.
class PageReader {
 public:
  PageReader(TIFF* tiff, const Page& page) : tiff_(tiff), page_(page), white_(white_of(page)) {}

  // Writes [y][x][channel] to `to`.
  Status read(float* to, const ReadLimits& limits) {
    if (page_.by_libtiff) return read_by_libtiff(to);
    const bool tiled = TIFFIsTiled(tiff_) != 0;
    std::uint32_t block_width = page_.width;
    std::uint32_t block_height = page_.height;
    if (tiled) {
      TIFFGetField(tiff_, TIFFTAG_TILEWIDTH, &block_width);
      TIFFGetField(tiff_, TIFFTAG_TILELENGTH, &block_height);
    } else {
      TIFFGetFieldDefaulted(tiff_, TIFFTAG_ROWSPERSTRIP, &block_height);
      block_height = std::min(block_height, page_.height);
    }
    if (block_width == 0 || block_height == 0) return Error{"the TIFF is damaged (size of its tiles)"};
    const std::uint64_t row_samples = std::uint64_t{block_width} * (contiguous() ? page_.samples : 1U);
    const std::uint64_t row_bytes = (row_samples * page_.bits + 7) / 8;
    const tmsize_t block_bytes = tiled ? TIFFTileSize(tiff_) : TIFFStripSize(tiff_);
    if (block_bytes <= 0 || row_bytes * block_height > static_cast<std::uint64_t>(block_bytes)) {
      return Error{"the TIFF is damaged (size of its strips)"};
    }
    if (Status fits = check_bytes(static_cast<std::uint64_t>(block_bytes), limits); !fits) return fits;

    const std::size_t planes = contiguous() ? 1 : std::min<std::size_t>(page_.samples, used_samples());
    std::vector<std::vector<std::uint8_t>> blocks(planes,
                                                  std::vector<std::uint8_t>(static_cast<std::size_t>(block_bytes)));
    for (std::uint32_t y = 0; y < page_.height; y += std::min(block_height, page_.height - y)) {
      for (std::uint32_t x = 0; x < page_.width; x += std::min(block_width, page_.width - x)) {
        const std::uint32_t rows = std::min(block_height, page_.height - y);
        for (std::size_t plane = 0; plane < planes; ++plane) {
          // The last strip holds only the rows that are left; a tile is always whole.
          const std::uint64_t wanted = row_bytes * (tiled ? block_height : rows);
          if (!read_block(x, y, plane, tiled, blocks[plane], wanted))
            return Error{"a part is missing or cannot be decoded"};
        }
        copy_block(blocks, x, y, std::min(block_width, page_.width - x), rows, row_bytes, to);
      }
    }
    return {};
  }

 private:
  bool contiguous() const { return page_.planar == PLANARCONFIG_CONTIG; }
  std::size_t used_samples() const { return page_.colours() + (page_.straight_alpha ? 1U : 0U); }

  bool read_block(std::uint32_t x, std::uint32_t y, std::size_t plane, bool tiled, std::vector<std::uint8_t>& block,
                  std::uint64_t wanted) {
    const auto sample = static_cast<std::uint16_t>(plane);
    const tmsize_t size = static_cast<tmsize_t>(block.size());
    const tmsize_t got = tiled ? TIFFReadEncodedTile(tiff_, TIFFComputeTile(tiff_, x, y, 0, sample), block.data(), size)
                               : TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, y, sample), block.data(), size);
    return got >= 0 && static_cast<std::uint64_t>(got) >= wanted;
  }

  void copy_block(const std::vector<std::vector<std::uint8_t>>& blocks, std::uint32_t x, std::uint32_t y,
                  std::uint32_t columns, std::uint32_t rows, std::uint64_t row_bytes, float* to) const {
    const auto channels = static_cast<std::size_t>(page_.channels());
    const std::size_t used = used_samples();
    for (std::uint32_t v = 0; v < rows; ++v) {
      float* pixel = to + (std::size_t{y + v} * page_.width + x) * channels;
      for (std::uint32_t u = 0; u < columns; ++u, pixel += channels) {
        std::array<float, 5> stored{};
        for (std::size_t s = 0; s < used; ++s) {
          const std::uint8_t* row = blocks[contiguous() ? 0 : s].data() + v * row_bytes;
          stored[s] = sample_at(page_, row, contiguous() ? std::size_t{u} * page_.samples + s : u);
        }
        finish_pixel(stored, pixel);
      }
    }
  }

  void finish_pixel(const std::array<float, 5>& stored, float* pixel) const {
    const float alpha = page_.straight_alpha ? stored[page_.colours()] / white_ : 1.0F;
    switch (page_.photometric) {
      case PHOTOMETRIC_PALETTE:
        for (std::size_t c = 0; c < 3; ++c) {
          pixel[c] = static_cast<float>(page_.palette[c][static_cast<std::size_t>(stored[0])] >> 8);
        }
        return;
      case PHOTOMETRIC_SEPARATED:
        for (std::size_t c = 0; c < 3; ++c) pixel[c] = (white_ - stored[c]) * (white_ - stored[3]) / white_;
        return;
      case PHOTOMETRIC_RGB:
        for (std::size_t c = 0; c < 3; ++c) pixel[c] = stored[c] * alpha;
        return;
      default: {
        const float grey = page_.photometric == PHOTOMETRIC_MINISWHITE ? white_ - stored[0] : stored[0];
        // As for PNG, fewer than 8 bits are spread over 0-255.
        pixel[0] = grey * alpha * (page_.bits < 8 ? 255.0F / white_ : 1.0F);
      }
    }
  }

  Status read_by_libtiff(float* to) {
    std::vector<std::uint32_t> pixels(std::size_t{page_.width} * page_.height);
    if (TIFFReadRGBAImageOriented(tiff_, page_.width, page_.height, pixels.data(), page_.orientation, 1) != 1) {
      return Error{"its colours cannot be decoded"};
    }
    for (std::size_t n = 0; n < pixels.size(); ++n) {
      to[n * 3] = static_cast<float>(TIFFGetR(pixels[n]));
      to[n * 3 + 1] = static_cast<float>(TIFFGetG(pixels[n]));
      to[n * 3 + 2] = static_cast<float>(TIFFGetB(pixels[n]));
    }
    return {};
  }

  TIFF* tiff_;
  const Page& page_;
  float white_;
};

// How many pages from the first on have the grid of the first: the slices of a volume. A page of another size (a
// thumbnail, a step of a pyramid) ends it.
std::uint64_t count_slices(TIFF* tiff, const Page& first, std::uint64_t most) {
  std::uint64_t slices = 1;
  while (slices <= most && TIFFReadDirectory(tiff) == 1) {
    std::uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    const Result<Page> page = read_tags(tiff);
    if ((kind & FILETYPE_REDUCEDIMAGE) != 0 || !page || !page->same_grid(first)) break;
    ++slices;
  }
  return slices;
}

}  // namespace

Result<Image> decode_tiff(std::string_view bytes, const ReadLimits& limits) {
  Memory memory{bytes, 0, {}};
  const auto damaged = [&](const std::string& what) {
    return Error{"the TIFF is damaged or cut off (" + (memory.complaint.empty() ? what : memory.complaint) + ")"};
  };
  const TiffHandle tiff = open(memory);
  if (!tiff) return damaged("no directory");
  const Result<Page> first = read_tags(tiff.get());
  if (!first) return first.error();
  const auto channels = static_cast<std::uint64_t>(first->channels());
  if (Status fits = check_grid(first->width, first->height, 1, channels, limits); !fits) return fits.error();

  constexpr std::uint64_t kMostSlices = 65536;
  const std::uint64_t slices = count_slices(tiff.get(), *first, kMostSlices);
  if (!memory.complaint.empty()) return damaged("directory");
  if (Status fits = check_grid(first->width, first->height, slices, channels, limits); !fits) return fits.error();

  Image image = make_image(static_cast<int>(first->width), static_cast<int>(first->height), first->channels(),
                           static_cast<int>(slices));
  image.stored_bits = std::clamp<int>(first->bits, 8, 32);
  for (std::uint64_t slice = 0; slice < slices; ++slice) {
    if (TIFFSetDirectory(tiff.get(), static_cast<tdir_t>(slice)) != 1) return damaged("directory");
    const Result<Page> page = read_tags(tiff.get());
    if (!page) return page.error();
    if (!page->same_grid(*first)) return damaged("pages differ");
    const Status read =
        PageReader(tiff.get(), *page).read(image.samples.data() + image.offset(0, 0, static_cast<int>(slice)), limits);
    if (!read) return damaged(read.error().message);
    if (!memory.complaint.empty()) return damaged("");
  }
  return turn_upright(std::move(image), first->orientation);
}

}  // namespace galen::image
