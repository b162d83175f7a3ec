#include "galen/cli/figures_table.h"

#include <gtest/gtest.h>

namespace galen::cli {
namespace {

TEST(FiguresTableTest, HasALineAFigureForAllImagesAndForEachDomain) {
  const Json summary = Json::parse(R"({"task": "segment", "images": 3,
    "dice": {"value": 0.9511605, "low": 0.9, "high": 1.0},
    "labels": {"optic disc": {"hd95": {"value": 12.34567, "low": 11.0, "high": 13.5}, "hd95_unit": "mm",
                              "hd95_missing": 1}},
    "domains": {"east": {"images": 1, "dice": null}}})");
  EXPECT_EQ(figures_table(summary),
            "all, 3 images\n"
            "  dice                      0.951  [0.900, 1.000]\n"
            "  optic disc hd95 (mm)     12.346  [11.000, 13.500]\n"
            "  optic disc hd95 missing       1\n"
            "east, 1 image\n"
            "  dice                       none");
}

TEST(FiguresTableTest, LeavesOutWhatIsNoSingleFigure) {
  const Json summary = Json::parse(R"({"task": "classify", "images": 2, "confusion": [[1, 0], [0, 1]],
    "calibration": {"expected_error": {"value": 0.05, "low": 0.01, "high": 0.1}, "reliability": [{"low": 0}]}})");
  EXPECT_EQ(figures_table(summary), "all, 2 images\n  calibration expected error  0.050  [0.010, 0.100]");
}

}  // namespace
}  // namespace galen::cli
