#include "galen/report/base64.h"

#include <cstdint>

namespace galen::report {

std::string base64(std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t n = 0; n < 3; ++n) {
      group = group << 8 | (n < count ? static_cast<unsigned char>(bytes[at + n]) : 0U);
    }
    text += kDigits[group >> 18 & 63];
    text += kDigits[group >> 12 & 63];
    text += count > 1 ? kDigits[group >> 6 & 63] : '=';
    text += count > 2 ? kDigits[group & 63] : '=';
  }
  return text;
}

}  // namespace galen::report
