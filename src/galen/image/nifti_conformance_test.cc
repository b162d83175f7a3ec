// Reads every file of the conformance folder as nibabel does (https://nipy.org/nibabel), or refuses it.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "galen/base/hash.h"
#include "galen/base/json.h"
#include "galen/image/read.h"

namespace galen::image {
namespace {

namespace fs = std::filesystem;

fs::path data_folder() {
  if (const char* folder = std::getenv("GALEN_DATA")) return folder;
  return fs::path(GALEN_SOURCE_DIR) / "../shared/data";
}

// A Python that has nibabel: $GALEN_PYTHON or python3. Empty where there is none.
std::string python_with_nibabel() {
  const char* chosen = std::getenv("GALEN_PYTHON");
  const std::string python = chosen != nullptr ? chosen : "python3";
  return std::system((python + " -c 'import nibabel, numpy' >/dev/null 2>&1").c_str()) == 0 ? python : "";
}

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return output;
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, n);
  ::pclose(pipe);
  return output;
}

std::string hash_of(const Image& image) {
  return sha256({reinterpret_cast<const char*>(image.samples.data()), image.samples.size() * sizeof(float)});
}

TEST(NiftiConformanceTest, EveryFileAgreesWithNibabelOrIsRefusedWithASentence) {
  const fs::path folder = data_folder() / "conformance_nifti";
  if (!fs::exists(folder)) GTEST_SKIP() << folder << " is not there (set GALEN_DATA)";
  const std::string python = python_with_nibabel();
  if (python.empty()) GTEST_SKIP() << "no Python with nibabel (set GALEN_PYTHON)";
  const std::string lines = output_of(python + " '" + GALEN_SOURCE_DIR + "/tests/peers/nibabel_summaries.py' '" +
                                      folder.string() + "' 2>/dev/null");
  int agree = 0;
  int refused = 0;
  for (std::size_t start = 0; start < lines.size();) {
    const std::size_t end = lines.find('\n', start);
    const Result<Json> peer = parse_json(lines.substr(start, end - start));
    start = end + 1;
    ASSERT_TRUE(peer) << peer.error().message;
    const std::string file = peer->at("file");
    SCOPED_TRACE(file);
    const Result<Image> image = read_image(folder / file);
    if (!image) {
      EXPECT_GT(image.error().message.size(), file.size() + 20);
      // Only what is not one volume of real numbers may be refused where nibabel reads it.
      EXPECT_FALSE(peer->contains("sha256")) << image.error().message;
      ++refused;
      continue;
    }
    ASSERT_TRUE(peer->contains("sha256")) << "nibabel: " << peer->value("error", "several volumes");
    EXPECT_EQ(image->width, peer->at("shape")[0]);
    EXPECT_EQ(image->height, peer->at("shape")[1]);
    EXPECT_EQ(image->depth, peer->at("shape")[2]);
    EXPECT_EQ(hash_of(*image), peer->at("sha256"));
    for (std::size_t n = 0; n < 16; ++n) {
      EXPECT_NEAR(image->geometry.world_from_voxel[n], peer->at("affine")[n].get<double>(), 1e-4) << "affine " << n;
    }
    ++agree;
  }
  EXPECT_GT(agree, 0);
  std::cout << agree << " files agree with nibabel, " << refused << " are refused with a sentence\n";
}

}  // namespace
}  // namespace galen::image
