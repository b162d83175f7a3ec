#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "galen/cli/commands.h"
#include "galen/image/write.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

class MeasureCommandTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // A mask of 4 x 3 x 2 voxels: one of label 1 in the first slice, two side by side in the second.
  std::string volume() {
    image::LabelMap mask = image::make_label_map(4, 3, 2);
    mask.at(0, 0, 0) = mask.at(1, 1, 1) = mask.at(2, 1, 1) = 1;
    image::Geometry geometry;
    geometry.world_from_voxel[0] = 2;
    const fs::path path = folder_ / "mask.nii.gz";
    EXPECT_TRUE(image::write_label_nifti(path, mask, geometry));
    return path.string();
  }
  // The first label's figures, or the error's sentence.
  Json measure(std::map<std::string, std::vector<std::string>> values) {
    values["json"] = {"true"};
    std::ostringstream out, err;
    Console console(out, err, false);
    const Result<int> status = run_measure(Arguments{std::move(values)}, console);
    return status ? Json((*parse_json(out.str()))["labels"][0]) : Json(status.error().message);
  }

  const fs::path folder_ = fs::temp_directory_path() / ("galen-measure-" + std::to_string(::getpid()));
};

TEST_F(MeasureCommandTest, OneSliceOfAVolumesMaskIsMeasuredAlone) {
  const std::string mask = volume();
  const Json second = measure({{"MASK", {mask}}, {"slice", {"2"}}});
  ASSERT_TRUE(second.is_object()) << second;
  EXPECT_EQ(second["area in pixels"]["value"], 2);
  EXPECT_EQ(measure({{"MASK", {mask}}, {"IMAGE", {mask}}, {"slice", {"1"}}})["area in pixels"]["value"], 1);
}

TEST_F(MeasureCommandTest, ASliceThatTheVolumeLacksIsAnError) {
  EXPECT_TRUE(measure({{"MASK", {volume()}}, {"slice", {"3"}}}).is_string());
}

TEST_F(MeasureCommandTest, AMaskOfOneSliceGoesWithThatSliceOfItsVolume) {
  image::LabelMap mask = image::make_label_map(4, 3);
  mask.at(3, 2) = 1;
  const fs::path path = folder_ / "slice.png";
  ASSERT_TRUE(image::write_label_png(path, mask));
  const std::string image = volume();
  EXPECT_EQ(measure({{"MASK", {path.string()}}, {"IMAGE", {image}}, {"slice", {"2"}}})["area in pixels"]["value"], 1);
  EXPECT_TRUE(measure({{"MASK", {path.string()}}, {"IMAGE", {image}}}).is_string()) << "which slice is not said";
}

TEST_F(MeasureCommandTest, NamesAndUnitsAreThoseOfAnAnswer) {
  const std::string mask = volume();
  const Json slice = measure({{"MASK", {mask}}, {"slice", {"2"}}});
  EXPECT_EQ(slice["area"], (Json{{"value", 4.0}, {"unit", "mm²"}}));
  for (const char* name : {"longest diameter", "diameter across", "vertical diameter", "horizontal diameter"}) {
    EXPECT_EQ(slice[name]["unit"], "mm") << name;
  }
  EXPECT_EQ(slice["count"]["value"], 1);
  const Json whole = measure({{"MASK", {mask}}});
  EXPECT_EQ(whole["volume"]["unit"], "mL");
  EXPECT_EQ(whole["volume in voxels"]["value"], 3);
}

}  // namespace
}  // namespace galen::cli
