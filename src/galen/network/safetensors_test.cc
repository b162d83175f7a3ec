#include "galen/network/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "galen/base/random.h"
#include "galen/network/architecture.h"

namespace galen::network {
namespace {

std::string file(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + header + data;
}

const char* const kHeader =
    R"({"__metadata__":{"a":"b"},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
    R"("y":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]},"z":{"dtype":"F16","shape":[],"data_offsets":[12,14]}})";

std::string data() {
  const float x[] = {1.5f, -2.0f};
  return std::string(reinterpret_cast<const char*>(x), 8) + std::string("\x80\x3f\x00\xc0\x00\x3c", 6);
}

TEST(SafetensorsTest, ReadsNamesShapesAndValues) {
  const auto tensors = parse_safetensors(file(kHeader, data()));
  ASSERT_TRUE(tensors) << tensors.error().message;
  ASSERT_EQ(tensors->size(), 3u);
  EXPECT_EQ(tensors->at("x").as_floats(), (std::vector<float>{1.5f, -2.0f}));
  EXPECT_EQ(tensors->at("y").shape, (Shape{1, 2}));
  EXPECT_EQ(tensors->at("y").as_floats(), (std::vector<float>{1.0f, -2.0f}));
  EXPECT_EQ(tensors->at("z").as_floats(), (std::vector<float>{1.0f}));
}

TEST(SafetensorsTest, RefusesAFileCutAnywhere) {
  const std::string whole = file(kHeader, data());
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_safetensors(whole.substr(0, length))) << length;
  EXPECT_FALSE(parse_safetensors(whole + "x"));
}

TEST(SafetensorsTest, RefusesHeadersThatDoNotDescribeTheData) {
  const std::string eight(8, '\0');
  for (
      const char* header : {
          R"([])",
          R"({"x":1})",
          R"({"x":{"dtype":"F32","shape":[2]}})",
          R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0]}})",
          R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
          R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}})",
          R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
          R"({"x":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
          R"({"x":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})",
          R"({"x":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}})",
          R"({"x":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}})",
          R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}})",
          R"({"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
          R"({"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})",
      }) {
    EXPECT_FALSE(parse_safetensors(file(header, eight))) << header;
  }
  std::string huge = file("{}", "");
  std::memset(huge.data(), 0xff, 8);
  EXPECT_FALSE(parse_safetensors(huge));
  EXPECT_FALSE(read_safetensors("/no/such/file"));
}

TEST(SafetensorsTest, SurvivesDamagedHeaders) {
  const std::string good = file(kHeader, data());
  Random random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 2; ++i) bytes[random.below(bytes.size() - 14)] = static_cast<char>(random.below(256));
    const auto tensors = parse_safetensors(bytes);
    if (!tensors) {
      EXPECT_FALSE(tensors.error().message.empty());
      continue;
    }
    for (const auto& [name, tensor] : *tensors) {
      EXPECT_EQ(tensor.bytes.size(), static_cast<std::size_t>(tensor.elements()) * size_of(tensor.type));
    }
  }
}

}  // namespace
}  // namespace galen::network
