// `galen eval` on files of the kinds that answers to requests read.
#include <gtest/gtest.h>

#include "bad_input.h"
#include "crafted_files.h"
#include "galen/base/json.h"
#include "galen/image/write.h"

namespace galen::test {
namespace {

class EvalTest : public BadInputTest {
 protected:
  // A mask of the right half, its left edge `shift` pixels too far to the right.
  std::string mask(const std::string& name, int shift) {
    image::LabelMap right = image::make_label_map(64, 64);
    for (int j = 0; j < 64; ++j) {
      for (int i = 32 + shift; i < 64; ++i) right.at(i, j) = 1;
    }
    EXPECT_TRUE(image::write_label_png(in(name), right).ok());
    return name;
  }
  std::string dicom(const std::string& name) {
    std::string pixels;
    for (int j = 0; j < 64; ++j) pixels += std::string(32, 20) + std::string(32, static_cast<char>(230));
    write(name, make_dicom("CR", 64, 64, {pixels}));
    return name;
  }
  // Pixels of 0.5 mm.
  std::string nifti(const std::string& name) {
    image::Image image = picture();
    for (const std::size_t diagonal : {0, 5, 10}) image.geometry.world_from_voxel[diagonal] = 0.5;
    image.spacing_kind = image::SpacingKind::kPatient;
    EXPECT_TRUE(image::write_nifti(in(name), image).ok());
    return name;
  }
  Json summary_of(const std::string& rows) {
    write("cases.csv", "id,image,mask\n" + rows);
    const Outcome outcome = galen({"eval", "segment/lung-cxr", in("cases.csv"), "--json"}, conditions_);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(outcome.err.find("no split column"), std::string::npos) << outcome.err;
    const Result<Json> document = parse_json(outcome.out);
    return document ? Json((*document)["summary"]) : Json();
  }
};

TEST_F(EvalTest, ReadsDicomAsAnswersDo) {
  const Json summary = summary_of("a," + dicom("a.dcm") + "," + mask("a.png", 0) + "\n");
  EXPECT_GT(summary["dice"]["value"].get<double>(), 0.95) << summary;
}

TEST_F(EvalTest, DistancesAreInMillimetresWhereEveryImageHasASpacing) {
  const std::string with = "a," + nifti("a.nii.gz") + "," + mask("a.png", 8) + "\n";
  const Json in_mm = summary_of(with)["labels"]["lung"];
  EXPECT_EQ(in_mm["hd95_unit"], "mm") << in_mm;
  const std::string without = "b," + fs::path(good_picture("b-film.png")).filename().string() + "," + "a.png\n";
  const Json mixed = summary_of(with + without)["labels"]["lung"];
  EXPECT_EQ(mixed["hd95_unit"], "pixels") << mixed;
  EXPECT_NEAR(in_mm["hd95"]["value"].get<double>(), mixed["hd95"]["value"].get<double>() / 2, 1e-9);
}

}  // namespace
}  // namespace galen::test
