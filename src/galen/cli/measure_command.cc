// galen measure MASK [IMAGE]
#include <cmath>
#include <iomanip>
#include <set>
#include <sstream>

#include "galen/cli/commands.h"
#include "galen/cli/input_image.h"
#include "galen/image/read.h"
#include "galen/measure/ratios.h"
#include "galen/measure/shape.h"

namespace galen::cli {
namespace {

// Where lengths come from, in words.
struct Scale {
  image::Geometry geometry;
  bool millimetres = false;
  std::string from = "pixels: no spacing is known";
};

Scale scale_of(const image::Image& image, const std::string& file) {
  Scale scale;
  if (image.spacing_kind == image::SpacingKind::kUnknown) return scale;
  scale.geometry = image.geometry;
  scale.millimetres = true;
  scale.from =
      std::string("spacing ") +
      (image.spacing_kind == image::SpacingKind::kDetector ? "on the detector (lengths in the patient are smaller), of "
                                                           : "of ") +
      file;
  return scale;
}

Json figure(double value, const std::string& unit) { return {{"value", value}, {"unit", unit}}; }

Json measure_label(const image::LabelMap& mask, int value, const Scale& scale) {
  const std::array<double, 3> spacing = scale.geometry.spacing_mm();
  const measure::PixelSpacing plane{spacing[0], spacing[1]};
  const auto voxels = static_cast<double>(measure::count_voxels(mask, value));
  Json result = {{"label", value}};
  if (mask.depth > 1) {
    result["voxels"] = figure(voxels, "voxels");
    if (scale.millimetres) result["volume"] = figure(voxels * spacing[0] * spacing[1] * spacing[2] / 1000, "ml");
  } else {
    result["area"] = scale.millimetres ? figure(measure::area(mask, value, plane), "mm²") : figure(voxels, "pixels");
    const std::string unit = scale.millimetres ? "mm" : "pixels";
    if (const auto diameters = measure::diameters(mask, value, plane)) {
      result["longest diameter"] = figure(diameters->major.length, unit);
      result["diameter at right angles"] = figure(diameters->minor.length, unit);
    }
    if (const auto line = measure::vertical_diameter(mask, value, plane)) result["height"] = figure(line->length, unit);
    if (const auto line = measure::horizontal_diameter(mask, value, plane))
      result["width"] = figure(line->length, unit);
    result["parts"] = figure(static_cast<double>(measure::components(mask, value).size()), "");
  }
  result["share of the image"] = figure(100 * measure::share_of_image(mask, value), "%");
  return result;
}

std::string text_of(const Json& value) {
  std::ostringstream out;
  const double number = value["value"].get<double>();
  const bool whole = std::abs(number - std::round(number)) < 1e-9;
  out << std::fixed << std::setprecision(whole ? 0 : 3) << number;
  const std::string unit = value["unit"].get<std::string>();
  return out.str() + (unit.empty() ? "" : " " + unit);
}

}  // namespace

Result<int> run_measure(const Arguments& arguments, Console& console) {
  const std::string path = arguments.text("MASK");
  const Result<image::LabelMap> mask = image::read_label_map(path);
  if (!mask) return mask.error();
  const std::string image_path = arguments.text("IMAGE", path);
  const Result<image::Image> image = open_image(image_path, arguments);
  if (!image) return image.error();
  if (image->width != mask->width || image->height != mask->height || image->depth != mask->depth) {
    return Error{path + " and " + image_path + " are not of one size, so that the one cannot be the other's mask."};
  }
  const Scale scale = scale_of(*image, image_path);

  std::set<int> values(mask->labels.begin(), mask->labels.end());
  values.erase(0);
  Json labels = Json::array();
  for (const int value : values) labels.push_back(measure_label(*mask, value, scale));
  Json ratios = Json::array();
  for (const int a : values) {
    for (const int b : values) {
      if (a >= b) continue;
      ratios.push_back({{"labels", {a, b}},
                        {"size", static_cast<double>(measure::count_voxels(*mask, a)) /
                                     static_cast<double>(measure::count_voxels(*mask, b))}});
    }
  }
  if (arguments.has("json")) {
    console.print_pretty({{"mask", path}, {"lengths", scale.from}, {"labels", labels}, {"ratios", ratios}});
    return kExitDone;
  }
  if (values.empty()) console.print("The mask is empty.");
  for (const Json& label : labels) {
    console.print("label " + std::to_string(label["label"].get<int>()));
    for (const auto& [name, value] : label.items()) {
      if (value.is_object()) console.print("  " + name + ": " + text_of(value));
    }
  }
  for (const Json& ratio : ratios) {
    console.print("size of label " + to_text(ratio["labels"][0]) + " / label " + to_text(ratio["labels"][1]) + ": " +
                  text_of(figure(ratio["size"].get<double>(), "")));
  }
  if (!values.empty()) console.print("lengths: " + scale.from);
  return kExitDone;
}

}  // namespace galen::cli
