#include "galen/engine/measurements.h"

#include <gtest/gtest.h>

#include "galen/engine/fake_runner.h"
#include "galen/measure/drawn_mask.h"

namespace galen::engine {
namespace {

StepResult segmented(const std::string& target, const image::LabelMap& mask, std::vector<std::string> measures = {}) {
  StepResult step;
  step.card = segment_card("segment/" + target, target, "fundus");
  step.card.measures = std::move(measures);
  step.segmentation = runtime::Segmentation{};
  step.segmentation->mask = mask;
  step.outcome = "positive";
  return step;
}

const Measurement* find(const std::vector<Measurement>& list, const std::string& name, const std::string& unit = "*") {
  for (const Measurement& one : list) {
    if (one.name == name && (unit == "*" || one.unit == unit)) return &one;
  }
  return nullptr;
}

TEST(MeasurementsTest, AreasAreInPixelsWithoutASpacingAndAlsoInSquareMillimetresWithOne) {
  const StepResult step = segmented("lesion", measure::drawn({"11..", "11.."}), {"area"});
  image::Image image = image::make_image(4, 2);
  EXPECT_EQ(measure_step(step, image, {}).size(), 1u);
  image.spacing_kind = image::SpacingKind::kPatient;
  image.geometry.world_from_voxel[0] = 0.5;
  image.geometry.world_from_voxel[5] = 2;
  const auto figures = measure_step(step, image, {});
  EXPECT_DOUBLE_EQ(*find(figures, "area", "mm²")->value, 4);
  EXPECT_DOUBLE_EQ(*find(figures, "area", "pixels")->value, 4);
}

TEST(MeasurementsTest, DetectorMillimetresSayThatTheyAreNotThePatients) {
  image::Image image = image::make_image(4, 2);
  image.spacing_kind = image::SpacingKind::kDetector;
  const auto figures = measure_step(segmented("lesion", measure::drawn({"11..", "11.."}), {"diameters"}), image, {});
  EXPECT_NE(find(figures, "longest diameter")->computed_from.find("on the detector"), std::string::npos);
}

TEST(MeasurementsTest, DensityIsTheShareOfTheFieldOfView) {
  StepResult step = segmented("retinal vessel", measure::drawn({"11..", "...."}), {"density"});
  step.segmentation->field_of_view = measure::drawn({"111.", "1..."});
  const auto figures = measure_step(step, image::make_image(4, 2), {});
  EXPECT_DOUBLE_EQ(*find(figures, "density")->value, 50);
  EXPECT_NE(find(figures, "density")->computed_from.find("field of view"), std::string::npos);
}

TEST(MeasurementsTest, WhatWasAskedForIsMeasuredBesideWhatTheCardLists) {
  const auto figures = measure_step(segmented("lesion", measure::drawn({"111.", "...."}), {"area"}),
                                    image::make_image(4, 2), {"diameter"});
  EXPECT_NE(find(figures, "area"), nullptr);
  ASSERT_NE(find(figures, "longest diameter"), nullptr);
  EXPECT_EQ(find(figures, "longest diameter")->lines.size(), 1u);
}

TEST(MeasurementsTest, LengthsOfNothingHaveNoValueAndSayWhy) {
  const auto figures =
      measure_step(segmented("lesion", measure::drawn({"....", "...."}), {"diameters"}), image::make_image(4, 2), {});
  EXPECT_FALSE(find(figures, "longest diameter")->value);
  EXPECT_EQ(find(figures, "longest diameter")->computed_from, "no lesion was found");
}

TEST(MeasurementsTest, CupAndDiscGiveTheirRatioWithItsLines) {
  const image::LabelMap disc = measure::drawn({"1111", "1111", "1111", "1111"});
  const image::LabelMap cup = measure::drawn({"....", ".11.", "....", "...."});
  const auto figures =
      measure_across({segmented("optic cup", cup), segmented("optic disc", disc)}, image::make_image(4, 4), {});
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_DOUBLE_EQ(*figures[0].value, 0.25);
  EXPECT_EQ(figures[0].line_texts, (std::vector<std::string>{"cup 1 px", "disc 4 px"}));
}

TEST(MeasurementsTest, ARatioThatWasAskedForAndCannotBeMadeSaysWhy) {
  const auto figures =
      measure_across({segmented("optic cup", measure::drawn({"1"}))}, image::make_image(1, 1), {"cup-to-disc ratio"});
  ASSERT_EQ(figures.size(), 1u);
  EXPECT_FALSE(figures[0].value);
  EXPECT_NE(figures[0].computed_from.find("optic disc"), std::string::npos);
}

TEST(MeasurementsTest, OneLungAloneGivesNoCardiothoracicRatio) {
  const StepResult heart = segmented("heart", measure::drawn({".11.", ".11."}));
  for (const bool both : {true, false}) {
    StepResult lungs = segmented("lung", measure::drawn({both ? "1..2" : "1..1", both ? "1..2" : "1..1"}));
    lungs.card.labels.resize(2);
    lungs.card.labels[0].name = "right lung";
    lungs.card.labels[0].value = 1;
    lungs.card.labels[1].name = "left lung";
    lungs.card.labels[1].value = 2;
    const auto figures = measure_across({heart, lungs}, image::make_image(4, 2), {});
    ASSERT_EQ(figures.size(), 1u);
    EXPECT_EQ(figures[0].value.has_value(), both);
    if (!both) {
      EXPECT_EQ(figures[0].computed_from, "the left lung was not found");
    }
  }
}

TEST(MeasurementsTest, SizeIsAnsweredByAreaAndDiameters) {
  const auto figures =
      measure_step(segmented("lesion", measure::drawn({"111.", "...."}), {"share-of-image", "diameters"}),
                   image::make_image(4, 2), {"size"});
  EXPECT_NE(find(figures, "area"), nullptr);
  EXPECT_NE(find(figures, "longest diameter"), nullptr);
}

TEST(MeasurementsTest, TheSizeOfWhatHasNoDiameterByItsCardIsItsArea) {
  const auto figures = measure_step(segmented("retinal vessel", measure::drawn({"111.", "...."}), {"density"}),
                                    image::make_image(4, 2), {"size"});
  EXPECT_NE(find(figures, "area"), nullptr);
  EXPECT_EQ(find(figures, "longest diameter"), nullptr);
}

TEST(MeasurementsTest, UnknownNamesAreReported) {
  EXPECT_EQ(measurement_warnings({"area", "cup-to-disc ratio", "charm"}, {}),
            std::vector<std::string>{"'charm' is not a measurement that galen can make"});
}

TEST(MeasurementsTest, ARatioIsWhicheverTheStructuresAllowAndWhereTheyAllowNoneThatIsSaid) {
  const image::LabelMap mask = measure::drawn({"11", "11"});
  const image::Image image = image::make_image(2, 2);
  const auto made = measure_across({segmented("optic cup", mask), segmented("optic disc", mask)}, image, {"ratio"});
  ASSERT_EQ(made.size(), 1u);
  EXPECT_TRUE(measurement_warnings({"ratio"}, made).empty());
  const auto none = measure_across({segmented("optic cup", mask)}, image, {"ratio"});
  ASSERT_EQ(measurement_warnings({"ratio"}, none).size(), 1u);
  EXPECT_NE(measurement_warnings({"ratio"}, none)[0].find("none can be made"), std::string::npos);
}

TEST(MeasurementsTest, VolumesAreInMillilitresWhereTheSpacingIsKnown) {
  StepResult step = segmented("liver", image::make_label_map(10, 10, 10), {"volume"});
  for (std::uint8_t& label : step.segmentation->mask.labels) label = 1;
  image::Image image = image::make_image(10, 10, 1, 10);
  image.spacing_kind = image::SpacingKind::kPatient;
  EXPECT_DOUBLE_EQ(*find(measure_step(step, image, {}), "volume", "mL")->value, 1);
}

}  // namespace
}  // namespace galen::engine
