// galen measure MASK [IMAGE]
#include <cmath>
#include <iomanip>
#include <set>
#include <sstream>

#include "galen/cli/commands.h"
#include "galen/dicom/open_image.h"
#include "galen/engine/measurements.h"
#include "galen/image/read.h"
#include "galen/image/slice.h"
#include "galen/measure/shape.h"

namespace galen::cli {
namespace {

// Where lengths come from, in words.
std::string lengths_from(const image::Image& image, const std::string& file) {
  if (image.spacing_kind == image::SpacingKind::kUnknown) return "pixels: no spacing is known";
  return std::string("spacing ") +
         (image.spacing_kind == image::SpacingKind::kDetector
              ? "on the detector (lengths in the patient are smaller), of "
              : "of ") +
         file;
}

// A mask of a volume is sliced like its image; one of a single slice is that of the slice already.
image::LabelMap slice_of(image::LabelMap mask, long number) {
  if (mask.depth == 1) return mask;
  const auto pixels = static_cast<std::ptrdiff_t>(mask.offset(0, 0, 1));
  const auto from = mask.labels.begin() + pixels * (number - 1);
  mask.labels = std::vector<std::uint8_t>(from, from + pixels);
  mask.depth = 1;
  return mask;
}

Json figure(double value, const std::string& unit) { return {{"value", value}, {"unit", unit}}; }

// What an answer says of a structure, under the same names and in the same units.
Json measure_label(engine::StepResult& step, int value, const image::Image& image) {
  step.card.labels.front().value = value;
  Json result = {{"label", value}};
  for (const engine::Measurement& one : engine::measure_step(step, image, {})) {
    if (!one.value) continue;
    const std::string name = result.contains(one.name) ? one.name + " in " + one.unit : one.name;
    result[name] = figure(*one.value, one.unit);
  }
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

bool same_size(const image::LabelMap& mask, const image::Image& image) {
  return image.width == mask.width && image.height == mask.height && image.depth == mask.depth;
}

Error sizes_differ(const std::string& mask, const std::string& image) {
  return Error{mask + " and " + image + " are not of one size, so that the one cannot be the other's mask."};
}

}  // namespace

Result<int> run_measure(const Arguments& arguments, Console& console) {
  const std::string path = arguments.text("MASK");
  Result<image::LabelMap> mask = image::read_label_map(path);
  if (!mask) return mask.error();
  const std::string image_path = arguments.text("IMAGE", path);
  Result<image::Image> image = dicom::open_image(image_path);
  if (!image) return image.error();
  const bool of_volume = mask->depth > 1;
  if (of_volume && !same_size(*mask, *image)) return sizes_differ(path, image_path);
  if (arguments.has("slice")) {
    const long number = arguments.integer("slice", 1);
    image = image::take_slice(*image, number);
    if (!image) return image.error_in(image_path);
    mask = slice_of(*std::move(mask), number);
  }
  if (!same_size(*mask, *image)) return sizes_differ(path, image_path);

  engine::StepResult step;
  step.card.labels.emplace_back();
  step.card.measures = {"area", "diameters", "vertical diameter", "horizontal diameter", "count", "share of the image"};
  step.segmentation = runtime::Segmentation{};
  step.segmentation->mask = *mask;

  std::set<int> values(mask->labels.begin(), mask->labels.end());
  values.erase(0);
  Json labels = Json::array();
  for (const int value : values) labels.push_back(measure_label(step, value, *image));
  const std::string lengths = lengths_from(*image, image_path);
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
    console.print_pretty({{"mask", path}, {"lengths", lengths}, {"labels", labels}, {"ratios", ratios}});
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
  if (!values.empty()) console.print("lengths: " + lengths);
  return kExitDone;
}

}  // namespace galen::cli
