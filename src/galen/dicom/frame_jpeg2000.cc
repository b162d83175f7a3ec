#include <openjpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "galen/dicom/frame_codecs.h"

namespace galen::dicom {
namespace {

struct Memory {
  std::string_view bytes;
  std::size_t position = 0;
};

OPJ_SIZE_T read_some(void* to, OPJ_SIZE_T count, void* user) {
  auto* memory = static_cast<Memory*>(user);
  count = std::min(count, memory->bytes.size() - memory->position);
  if (count == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, memory->bytes.data() + memory->position, count);
  memory->position += count;
  return count;
}
OPJ_OFF_T skip(OPJ_OFF_T count, void* user) {
  auto* memory = static_cast<Memory*>(user);
  if (count < 0) return -1;
  const std::size_t left = memory->bytes.size() - memory->position;
  if (left == 0 && count > 0) return -1;
  const std::size_t used = std::min(static_cast<std::size_t>(count), left);
  memory->position += used;
  return static_cast<OPJ_OFF_T>(used);
}
OPJ_BOOL seek(OPJ_OFF_T position, void* user) {
  auto* memory = static_cast<Memory*>(user);
  if (position < 0 || static_cast<std::size_t>(position) > memory->bytes.size()) return OPJ_FALSE;
  memory->position = static_cast<std::size_t>(position);
  return OPJ_TRUE;
}
void ignore(const char*, void*) {}

// The codec's and the stream's types are both void in OpenJPEG's header.
struct FreeCodec {
  void operator()(opj_codec_t* codec) const { opj_destroy_codec(codec); }
};
struct FreeStream {
  void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};
struct FreeImage {
  void operator()(opj_image_t* image) const { opj_image_destroy(image); }
};

bool undoes_colour_transform(opj_codec_t* codec) {
  opj_codestream_info_v2_t* info = opj_get_cstr_info(codec);
  if (info == nullptr) return false;
  const bool transformed = info->m_default_tile_info.mct != 0;
  opj_destroy_cstr_info(&info);
  return transformed;
}

}  // namespace

Status decode_jpeg2000(std::string_view packed, const PixelHeader& header, FrameValues values, bool& rgb) {
  const Error damaged{"the JPEG 2000 data of a frame are damaged or cut off"};
  const bool boxed = packed.size() > 8 && packed.substr(4, 4) == "jP  ";
  const std::unique_ptr<opj_codec_t, FreeCodec> codec(opj_create_decompress(boxed ? OPJ_CODEC_JP2 : OPJ_CODEC_J2K));
  Memory memory{packed};
  const std::unique_ptr<opj_stream_t, FreeStream> stream(opj_stream_default_create(OPJ_TRUE));
  if (!codec || !stream) return Error{"not enough memory to decode a frame"};
  opj_set_info_handler(codec.get(), ignore, nullptr);
  opj_set_warning_handler(codec.get(), ignore, nullptr);
  opj_set_error_handler(codec.get(), ignore, nullptr);
  opj_stream_set_user_data(stream.get(), &memory, nullptr);
  opj_stream_set_user_data_length(stream.get(), packed.size());
  opj_stream_set_read_function(stream.get(), read_some);
  opj_stream_set_skip_function(stream.get(), skip);
  opj_stream_set_seek_function(stream.get(), seek);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE) return damaged;
  opj_image_t* raw_image = nullptr;
  const bool opened = opj_read_header(stream.get(), codec.get(), &raw_image) == OPJ_TRUE;
  const std::unique_ptr<opj_image_t, FreeImage> image(raw_image);
  if (!opened || !image) return damaged;

  const auto columns = static_cast<OPJ_UINT32>(header.columns);
  const auto rows = static_cast<OPJ_UINT32>(header.rows);
  const auto samples = static_cast<OPJ_UINT32>(header.samples);
  const Error mismatch{
      "the JPEG 2000 data of a frame do not have the size that the DICOM file states; the file is damaged"};
  if (image->numcomps < samples || image->x1 - image->x0 != columns || image->y1 - image->y0 != rows) return mismatch;
  if (opj_decode(codec.get(), stream.get(), image.get()) == OPJ_FALSE) return damaged;
  opj_end_decompress(codec.get(), stream.get());
  rgb = samples == 3 && undoes_colour_transform(codec.get());
  for (OPJ_UINT32 sample = 0; sample < samples; ++sample) {
    const opj_image_comp_t& component = image->comps[sample];
    if (component.w != columns || component.h != rows || component.data == nullptr) return mismatch;
    const std::size_t pixels = header.frame_pixels();
    // Some encoders lose the sign: the header's word counts.
    const bool extend = header.is_signed && component.sgnd == 0;
    const int unused = 32 - static_cast<int>(std::clamp<OPJ_UINT32>(component.prec, 1, 32));
    for (std::size_t n = 0; n < pixels; ++n) {
      const std::int32_t value = component.data[n];
      values[n * samples + sample] =
          extend ? static_cast<std::int32_t>(static_cast<std::uint32_t>(value) << unused) >> unused : value;
    }
  }
  return {};
}

}  // namespace galen::dicom
