// A zoo of tiny networks in a temporary folder, with a cache folder of its own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/image/image.h"
#include "galen/network/architecture.h"
#include "galen/zoo/zoo.h"

namespace galen::runtime {

class TinyZoo : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ =
        std::filesystem::temp_directory_path() / ("galen-runtime-" + std::to_string(::getpid()) + "-" + test->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "zoo");
    ::setenv("GALEN_CACHE", (folder_ / "cache").c_str(), 1);
    // Measuring which is fastest would take most of the tests' time.
    ::setenv("GALEN_THREADS", "1", 1);
    ::setenv("GALEN_PRECISION", "fp32", 1);
  }
  void TearDown() override {
    for (const char* name : {"GALEN_CACHE", "GALEN_THREADS", "GALEN_PRECISION"}) ::unsetenv(name);
    std::filesystem::remove_all(folder_);
  }

  static std::string network_bytes(std::uint64_t seed, int segmentation_channels) {
    network::ArchitectureOptions options;
    options.name = "unet";
    options.input_channels = 1;
    options.segmentation_channels = segmentation_channels;
    options.seed = seed;
    options.options = {{"base_channels", 4}};
    const auto graph = network::build_architecture(options);
    EXPECT_TRUE(graph) << graph.error().message;
    return graph ? network::to_onnx(*graph) : "";
  }

  static Json segment_card(const std::string& id, const std::string& network, int channel = 0) {
    return {{"id", id},
            {"task", "segment"},
            {"target", "thing"},
            {"modality", "cxr"},
            {"labels", Json::array({{{"value", 1}, {"name", "thing"}, {"channels", {channel}}}})},
            {"network", {{"sha256", sha256(network)}}},
            {"input", {{"channels", 1}, {"width", 64}, {"height", 64}}}};
  }

  void add(const Json& card, const std::string& network) {
    const std::filesystem::path entry = folder_ / "zoo" / card.at("id").get<std::string>();
    std::filesystem::create_directories(entry);
    ASSERT_TRUE(write_json_file(entry / "card.json", card));
    if (network.empty()) return;
    ASSERT_TRUE(write_file_atomically(entry / "network.onnx", network));
  }

  zoo::Zoo open() { return *zoo::Zoo::open(folder_ / "zoo"); }

  static image::Image picture(int width, int height, int phase = 0) {
    image::Image image;
    image.width = width;
    image.height = height;
    image.samples.resize(image.voxels());
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x)
        image.at(x, y) = static_cast<float>((x * 7 + y * 3 + phase * 11 + (x * y) % 29) % 256);
    }
    return image;
  }

  std::filesystem::path folder_;
};

}  // namespace galen::runtime
