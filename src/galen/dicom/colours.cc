#include "galen/dicom/colours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace galen::dicom {
namespace {

// The number that the stored bits mean: without overlay bits above or below them, with its sign.
std::int32_t meant(std::int32_t raw, const PixelHeader& header) {
  const int bits = header.bits_stored;
  if (bits == 32) return raw;
  const auto shifted = static_cast<std::uint32_t>(raw) >> (header.high_bit + 1 - bits);
  const int unused = 32 - bits;
  if (header.is_signed) return static_cast<std::int32_t>(shifted << unused) >> unused;
  return static_cast<std::int32_t>(shifted << unused >> unused);
}

double as_number(std::int32_t value, const PixelHeader& header) {
  return !header.is_signed && header.bits_stored == 32 ? static_cast<double>(static_cast<std::uint32_t>(value)) : value;
}

// What scales stored values beyond it is not a number that a scanner wrote, and would leave the range of samples.
constexpr double kLargest = 1e28;

struct Rescale {
  double slope = 1;
  double intercept = 0;
};

Rescale rescale_of(const Dataset& dataset, int frame) {
  DcmItem& item = dataset.frame_item(DCM_PixelValueTransformationSequence, static_cast<unsigned long>(frame));
  const auto slope = Dataset::numbers(item, DCM_RescaleSlope);
  const auto intercept = Dataset::numbers(item, DCM_RescaleIntercept);
  Rescale rescale;
  if (!slope.empty() && std::abs(slope[0]) < kLargest && slope[0] != 0) rescale.slope = slope[0];
  if (!intercept.empty() && std::abs(intercept[0]) < kLargest) rescale.intercept = intercept[0];
  return rescale;
}

// PS3.3 C.11.2.1.2: the values that map to black and white.
// The inputs between which a VOI LUT (PS3.3 C.11.2.1.1) rises or falls; the shape of its curve in between is not kept.
std::optional<std::array<double, 2>> range_of_voi_lut(DcmItem& item) {
  DcmItem* lut = nullptr;
  if (item.findAndGetSequenceItem(DCM_VOILUTSequence, lut, 0).bad() || lut == nullptr) return std::nullopt;
  const auto descriptor = Dataset::numbers(*lut, DCM_LUTDescriptor);
  const Uint16* entries = nullptr;
  unsigned long count = 0;
  if (descriptor.size() < 3 || lut->findAndGetUint16Array(DCM_LUTData, entries, &count).bad() || entries == nullptr) {
    return std::nullopt;
  }
  unsigned long first = 0, last = count;
  while (first + 1 < count && entries[first + 1] == entries[first]) ++first;
  if (first + 1 >= count) return std::nullopt;
  while (entries[last - 2] == entries[last - 1]) --last;
  return std::array{descriptor[1] + static_cast<double>(first), descriptor[1] + static_cast<double>(last - 1)};
}

std::optional<std::array<double, 2>> window_of(const Dataset& dataset) {
  DcmItem& item = dataset.frame_item(DCM_FrameVOILUTSequence, 0);
  const auto centre = Dataset::numbers(item, DCM_WindowCenter);
  const auto width = Dataset::numbers(item, DCM_WindowWidth);
  if (centre.empty() || width.empty() || !std::isfinite(centre[0]) || !(width[0] >= 1) || width[0] > 1e9) {
    return range_of_voi_lut(item);
  }
  const std::string function = Dataset::text(item, DCM_VOILUTFunction).value_or("LINEAR");
  if (function == "LINEAR_EXACT" || function == "SIGMOID") {
    return std::array{centre[0] - width[0] / 2, centre[0] + width[0] / 2};
  }
  return std::array{centre[0] - 0.5 - (width[0] - 1) / 2, centre[0] - 0.5 + (width[0] - 1) / 2};
}

void fill_grey(const Dataset& dataset, const PixelHeader& header, const StoredValues& stored, image::Image& image) {
  const bool inverted = header.photometric == "MONOCHROME1";
  const double bits = header.bits_stored;
  const double lowest = header.is_signed ? -std::pow(2.0, bits - 1) : 0.0;
  const double highest = header.is_signed ? std::pow(2.0, bits - 1) - 1 : std::pow(2.0, bits) - 1;
  const std::size_t frame_values = header.frame_values();
  // White is 0 in MONOCHROME1: the range that the stored bits can hold is turned round, in rescaled units.
  const auto mirror = [&](const Rescale& rescale) {
    return (lowest + highest) * rescale.slope + 2 * rescale.intercept;
  };
  for (int frame = 0; frame < header.frames; ++frame) {
    const Rescale rescale = rescale_of(dataset, frame);
    const std::size_t start = static_cast<std::size_t>(frame) * frame_values;
    for (std::size_t n = start; n < start + frame_values; ++n) {
      const double value = as_number(meant(stored.values[n], header), header) * rescale.slope + rescale.intercept;
      image.samples[n] = static_cast<float>(inverted ? mirror(rescale) - value : value);
    }
  }
  image.window_low_high = window_of(dataset);
  if (inverted && image.window_low_high) {
    const double sum = mirror(rescale_of(dataset, 0));
    image.window_low_high = {sum - (*image.window_low_high)[1], sum - (*image.window_low_high)[0]};
  }
}

struct Palette {
  std::vector<float> values;
  std::int32_t first = 0;
};

// PS3.3 C.7.6.3.1.5 and .6: the descriptor holds the number of entries (0 means 65536), the first stored value that is
// mapped, and the bits of an entry.
Result<Palette> read_palette(const Dataset& dataset, const DcmTagKey& descriptor_tag, const DcmTagKey& data_tag,
                             bool is_signed) {
  const Error damaged{"the palette of the DICOM image is missing or damaged"};
  const std::vector<double> descriptor = dataset.numbers(descriptor_tag);
  DcmElement* element = nullptr;
  if (descriptor.size() < 3 || dataset.root().findAndGetElement(data_tag, element).bad() || element == nullptr) {
    return damaged;
  }
  const std::size_t count =
      descriptor[0] == 0 ? 65536 : static_cast<std::size_t>(static_cast<std::uint16_t>(descriptor[0]));
  Palette palette;
  palette.first = static_cast<std::int32_t>(descriptor[1]);
  if (is_signed && palette.first > 32767) palette.first -= 65536;
  Uint16* words = nullptr;
  const std::size_t length = element->getLengthField();
  if (element->getUint16Array(words).bad() || words == nullptr) return damaged;
  if (length >= count * 2) {
    palette.values.assign(words, words + count);
    // 16-bit entries, and 8-bit ones that a writer put into the high byte.
    const bool wide = std::any_of(palette.values.begin(), palette.values.end(), [](float v) { return v > 255; });
    if (wide) {
      for (float& value : palette.values) value = std::floor(value / 256);
    }
  } else if (length >= count) {
    const auto* bytes = reinterpret_cast<const Uint8*>(words);
    palette.values.assign(bytes, bytes + count);
  } else {
    return damaged;
  }
  return palette;
}

Status fill_palette(const Dataset& dataset, const PixelHeader& header, const StoredValues& stored,
                    image::Image& image) {
  if (dataset.root().tagExists(DCM_SegmentedRedPaletteColorLookupTableData)) {
    return Error{"the DICOM image has a segmented palette, which galen does not read"};
  }
  const std::array<DcmTagKey, 3> descriptors = {DCM_RedPaletteColorLookupTableDescriptor,
                                                DCM_GreenPaletteColorLookupTableDescriptor,
                                                DCM_BluePaletteColorLookupTableDescriptor};
  const std::array<DcmTagKey, 3> tables = {DCM_RedPaletteColorLookupTableData, DCM_GreenPaletteColorLookupTableData,
                                           DCM_BluePaletteColorLookupTableData};
  for (std::size_t c = 0; c < 3; ++c) {
    const Result<Palette> palette = read_palette(dataset, descriptors[c], tables[c], header.is_signed);
    if (!palette) return palette.error();
    const auto last = static_cast<std::int64_t>(palette->values.size()) - 1;
    for (std::size_t n = 0; n < stored.values.size(); ++n) {
      // Values outside the table take its nearest entry.
      const std::int64_t entry = std::int64_t{meant(stored.values[n], header)} - palette->first;
      image.samples[n * 3 + c] = palette->values[static_cast<std::size_t>(std::clamp<std::int64_t>(entry, 0, last))];
    }
  }
  image.stored_bits = 8;
  return {};
}

// PS3.3 C.7.6.3.1.2, full range (ITU-R BT.601).
void fill_colours(const PixelHeader& header, const StoredValues& stored, image::Image& image) {
  const double white = std::pow(2.0, header.bits_stored) - 1;
  const double middle = (white + 1) / 2;
  const bool ybr = stored.photometric.rfind("YBR", 0) == 0;
  const auto clamp = [&](double value) { return static_cast<float>(std::clamp(std::round(value), 0.0, white)); };
  for (std::size_t n = 0; n + 2 < stored.values.size(); n += 3) {
    const double a = meant(stored.values[n], header);
    const double b = meant(stored.values[n + 1], header);
    const double c = meant(stored.values[n + 2], header);
    float* pixel = image.samples.data() + n;
    if (ybr) {
      pixel[0] = clamp(a + 1.402 * (c - middle));
      pixel[1] = clamp(a - 0.344136 * (b - middle) - 0.714136 * (c - middle));
      pixel[2] = clamp(a + 1.772 * (b - middle));
    } else {
      pixel[0] = static_cast<float>(a);
      pixel[1] = static_cast<float>(b);
      pixel[2] = static_cast<float>(c);
    }
  }
}

}  // namespace

Status fill_samples(const Dataset& dataset, const PixelHeader& header, const StoredValues& stored,
                    image::Image& image) {
  image.stored_bits = header.bits_stored;
  if (header.photometric == "PALETTE COLOR") return fill_palette(dataset, header, stored, image);
  if (header.samples == 3) {
    fill_colours(header, stored, image);
  } else {
    fill_grey(dataset, header, stored, image);
  }
  return {};
}

}  // namespace galen::dicom
