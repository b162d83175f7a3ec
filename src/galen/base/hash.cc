#include "galen/base/hash.h"

#include <openssl/evp.h>

#include "galen/base/files.h"

namespace galen {

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  GALEN_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) == 1, "SHA-256 failed");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * size);
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  const Result<std::string> bytes = read_text_file(path);
  if (!bytes) return bytes.error();
  return sha256(*bytes);
}

}  // namespace galen
