#include "galen/engine/measurements.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <functional>
#include <set>

#include "galen/measure/ratios.h"
#include "galen/measure/shape.h"

namespace galen::engine {
namespace {

constexpr const char* kCupToDiscRatio = "vertical cup-to-disc ratio";
constexpr const char* kCardiothoracicRatio = "cardiothoracic ratio";

enum class Measure {
  kArea,
  kShare,
  kShareOfImage,
  kDiameters,
  kVertical,
  kHorizontal,
  kCircumference,
  kCount,
  kHoles,
  kDensity,
  kVolume,
  kCupToDisc,
  kCardiothoracic,
  kRatio,  // Whichever the structures allow
};

std::string plain(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return c == '-' || c == '_' || c == ':' ? ' ' : static_cast<char>(std::tolower(c));
  });
  return text;
}

bool contains(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&text](const char* word) { return text.find(word) != std::string::npos; });
}

std::optional<Measure> measure_named(const std::string& name) {
  const std::string text = plain(name);
  if (contains(text, {"cup to disc", "cup disc", "cup/disc", "cdr"})) return Measure::kCupToDisc;
  if (contains(text, {"cardiothoracic", "cardio thoracic", "ctr"})) return Measure::kCardiothoracic;
  if (contains(text, {"share of image", "share of the image"})) return Measure::kShareOfImage;
  if (contains(text, {"share", "percent", "fraction", "proportion"})) return Measure::kShare;
  if (contains(text, {"density"})) return Measure::kDensity;
  if (contains(text, {"circumference", "perimeter"})) return Measure::kCircumference;
  if (contains(text, {"vertical"})) return Measure::kVertical;
  if (contains(text, {"horizontal", "width"})) return Measure::kHorizontal;
  if (contains(text, {"diameter", "length", "size"})) return Measure::kDiameters;
  if (text == "ratio") return Measure::kRatio;
  if (contains(text, {"count", "number"})) return Measure::kCount;
  if (contains(text, {"hole"})) return Measure::kHoles;
  if (contains(text, {"volume"})) return Measure::kVolume;
  if (contains(text, {"area", "surface"})) return Measure::kArea;
  return std::nullopt;
}

std::string number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// Lengths and areas in millimetres where the image says how large a pixel is, else in pixels.
struct Scale {
  measure::PixelSpacing spacing;
  bool millimetres = false;
  std::string note;  // Added to what a figure was computed from

  explicit Scale(const image::Image& image) {
    if (image.spacing_kind == image::SpacingKind::kUnknown) return;
    const auto mm = image.geometry.spacing_mm();
    millimetres = true;
    spacing = {mm[0], mm[1]};
    note = "pixels of " + number(mm[0], 3) + " x " + number(mm[1], 3) + " mm";
    if (image.spacing_kind == image::SpacingKind::kDetector) {
      note += " on the detector, which is larger than in the patient";
    }
  }
  std::string unit() const { return millimetres ? "mm" : "pixels"; }
  std::string length(double value) const { return number(value, millimetres ? 1 : 0) + (millimetres ? " mm" : " px"); }
  std::string with_note(const std::string& text) const { return note.empty() ? text : text + "; " + note; }
};

// One structure of a segmentation, with what its figures need.
struct Structure {
  const StepResult& step;
  const image::Image& image;
  std::string name;
  int value;
  Scale scale;

  const image::LabelMap& mask() const { return step.segmentation->mask; }

  Measurement figure(const std::string& what, std::optional<double> number_value, const std::string& unit,
                     const std::string& from) const {
    Measurement result;
    result.name = what;
    result.structure = name;
    result.value = number_value;
    result.unit = unit;
    result.computed_from = number_value ? from : "no " + name + " was found";
    return result;
  }
  Measurement length(const std::string& what, const std::optional<measure::Line>& line, const std::string& from) const {
    Measurement result =
        figure(what, line ? std::optional<double>(line->length) : std::nullopt, scale.unit(), scale.with_note(from));
    if (line) {
      result.lines = {{line->from, line->to}};
      result.line_texts = {scale.length(line->length)};
    }
    return result;
  }
};

void add_area(const Structure& s, std::vector<Measurement>& out) {
  const auto pixels = static_cast<double>(measure::count_voxels(s.mask(), s.value));
  if (s.scale.millimetres) {
    out.push_back(s.figure("area", measure::area(s.mask(), s.value, s.scale.spacing), "mm²",
                           s.scale.with_note("pixels of the mask of the " + s.name)));
  }
  out.push_back(s.figure("area", pixels, "pixels", "pixels of the mask of the " + s.name));
}

void add_share(const Structure& s, bool of_field, const std::string& what, std::vector<Measurement>& out) {
  const image::LabelMap& field = s.step.segmentation->field_of_view;
  if (of_field && !field.labels.empty()) {
    const Result<double> share = measure::share_of(s.mask(), s.value, field);
    Measurement result = s.figure(what.empty() ? "share of the field of view" : what,
                                  share ? std::optional<double>(100 * *share) : std::nullopt, "%",
                                  "pixels of the " + s.name + " ÷ pixels of the field of view");
    if (!share) result.computed_from = share.error().message;
    out.push_back(std::move(result));
    return;
  }
  out.push_back(s.figure(what.empty() ? "share of the image" : what, 100 * measure::share_of_image(s.mask(), s.value),
                         "%", "pixels of the " + s.name + " ÷ pixels of the image"));
}

void add_2d(const Structure& s, Measure what, std::vector<Measurement>& out) {
  const image::LabelMap& mask = s.mask();
  switch (what) {
    case Measure::kArea:
      return add_area(s, out);
    case Measure::kShare:
      return add_share(s, true, "", out);
    case Measure::kShareOfImage:
      return add_share(s, false, "", out);
    case Measure::kDensity:
      return add_share(s, true, "density", out);
    case Measure::kDiameters: {
      const auto both = measure::diameters(mask, s.value, s.scale.spacing);
      const auto line = [&](measure::Line measure::Diameters::*which) {
        return both ? std::optional<measure::Line>((*both).*which) : std::nullopt;
      };
      out.push_back(s.length("longest diameter", line(&measure::Diameters::major),
                             "greatest distance between two points of the outline of the largest part"));
      out.push_back(s.length("diameter across", line(&measure::Diameters::minor),
                             "longest line at right angles to the longest diameter"));
      return;
    }
    case Measure::kVertical:
      out.push_back(s.length("vertical diameter", measure::vertical_diameter(mask, s.value, s.scale.spacing),
                             "rows from the top to the bottom of the largest part"));
      return;
    case Measure::kHorizontal:
      out.push_back(s.length("horizontal diameter", measure::horizontal_diameter(mask, s.value, s.scale.spacing),
                             "columns from the left to the right of the largest part"));
      return;
    case Measure::kCircumference: {
      const auto ellipse = measure::fit_ellipse(mask, s.value, s.scale.spacing);
      Measurement result =
          s.figure("circumference", ellipse ? std::optional<double>(ellipse->circumference()) : std::nullopt,
                   s.scale.unit(), s.scale.with_note("the ellipse with the moments of the largest part"));
      if (ellipse) {
        result.lines = {{ellipse->major.from, ellipse->major.to}, {ellipse->minor.from, ellipse->minor.to}};
        result.line_texts = {s.scale.length(ellipse->major.length), s.scale.length(ellipse->minor.length)};
      }
      out.push_back(std::move(result));
      return;
    }
    case Measure::kCount:
      out.push_back(s.figure("count", static_cast<double>(measure::components(mask, s.value).size()), "",
                             "separate parts of the mask of the " + s.name));
      return;
    case Measure::kHoles:
      out.push_back(
          s.figure("holes", measure::count_holes(mask, s.value), "", "enclosed gaps in the mask of the " + s.name));
      return;
    case Measure::kVolume: {
      Measurement result = s.figure("volume", std::nullopt, "mL", "");
      result.computed_from = "a single image has no volume";
      out.push_back(std::move(result));
      return;
    }
    case Measure::kCupToDisc:
    case Measure::kCardiothoracic:
    case Measure::kRatio:
      return;  // Of several structures
  }
}

void add_3d(const Structure& s, Measure what, std::vector<Measurement>& out) {
  const auto voxels = static_cast<double>(measure::count_voxels(s.mask(), s.value));
  if (what == Measure::kVolume || what == Measure::kArea) {
    if (s.image.spacing_kind != image::SpacingKind::kUnknown) {
      const auto mm = s.image.geometry.spacing_mm();
      out.push_back(
          s.figure("volume", voxels * mm[0] * mm[1] * mm[2] / 1000, "mL",
                   "voxels of " + number(mm[0], 3) + " x " + number(mm[1], 3) + " x " + number(mm[2], 3) + " mm"));
    }
    out.push_back(s.figure("volume", voxels, "voxels", "voxels of the mask of the " + s.name));
  } else if (what == Measure::kShare || what == Measure::kShareOfImage || what == Measure::kDensity) {
    add_share(s, true, "", out);
  }
}

using NameTest = std::function<bool(const std::string&)>;

// The union of the labels whose name passes, of the first step that has any.
struct Found {
  std::optional<image::LabelMap> mask;
  const StepResult* step = nullptr;
};

Found find_structure(const std::vector<StepResult>& steps, const NameTest& named) {
  for (const StepResult& step : steps) {
    if (!step.segmentation || step.segmentation->mask.depth != 1) continue;
    std::set<int> values;
    for (const zoo::Label& label : step.card.labels) {
      if (named(plain(label.name))) values.insert(label.value);
    }
    if (values.empty()) continue;
    image::LabelMap mask = step.segmentation->mask;
    for (std::uint8_t& label : mask.labels) label = values.count(label) != 0 ? 1 : 0;
    return {std::move(mask), &step};
  }
  return {};
}

Measurement line_ratio(const std::string& name, const std::string& structure, const Result<measure::LineRatio>& ratio,
                       const std::string& numerator, const std::string& denominator, const std::string& from,
                       const Scale& scale) {
  Measurement result;
  result.name = name;
  result.structure = structure;
  if (!ratio) {
    result.computed_from = ratio.error().message;
    return result;
  }
  result.value = ratio->value;
  result.computed_from = from;
  if (ratio->numerator.length > 0) {
    result.lines.emplace_back(ratio->numerator.from, ratio->numerator.to);
    result.line_texts.push_back(numerator + " " + scale.length(ratio->numerator.length));
  }
  result.lines.emplace_back(ratio->denominator.from, ratio->denominator.to);
  result.line_texts.push_back(denominator + " " + scale.length(ratio->denominator.length));
  return result;
}

std::optional<Measurement> cup_to_disc(const std::vector<StepResult>& steps, const Scale& scale, bool asked) {
  const Found disc = find_structure(steps, [](const std::string& name) {
    return contains(name, {"optic disc", "optic disk"}) || name == "disc";
  });
  const Found cup =
      find_structure(steps, [](const std::string& name) { return contains(name, {"optic cup"}) || name == "cup"; });
  if ((!disc.mask || !cup.mask) && !asked) return std::nullopt;
  Result<measure::LineRatio> ratio = Error{"it needs the optic cup and the optic disc, and both were not segmented"};
  if (disc.mask && cup.mask) ratio = measure::vertical_cup_to_disc(*disc.mask, 1, *cup.mask, 1, scale.spacing);
  return line_ratio(kCupToDiscRatio, "optic cup / optic disc", ratio, "cup", "disc",
                    "height of the optic cup ÷ height of the optic disc", scale);
}

std::optional<Measurement> cardiothoracic(const std::vector<StepResult>& steps, const Scale& scale, bool asked) {
  const Found heart =
      find_structure(steps, [](const std::string& name) { return name == "heart" || name == "cardiac silhouette"; });
  const Found lungs = find_structure(steps, [](const std::string& name) {
    return name == "lung" || name == "lungs" || name == "left lung" || name == "right lung";
  });
  if ((!heart.mask || !lungs.mask) && !asked) return std::nullopt;
  Result<measure::LineRatio> ratio = Error{"it needs the heart and both lungs, and these were not segmented"};
  if (heart.mask && lungs.mask) {
    ratio = measure::cardiothoracic_ratio(*heart.mask, 1, *lungs.mask, measure::kAnyLabel, scale.spacing);
    // Of one lung alone the width of the thorax would be half of what it is.
    for (const std::string side : {"left lung", "right lung"}) {
      const Found lung = find_structure(steps, [&side](const std::string& name) { return name == side; });
      if (lung.mask && measure::count_voxels(*lung.mask, 1) == 0) ratio = Error{"the " + side + " was not found"};
    }
  }
  return line_ratio(kCardiothoracicRatio, "heart / thorax", ratio, "heart", "thorax",
                    "greatest width of the heart ÷ greatest inner width of the thorax between the lungs' outer borders",
                    scale);
}

// What an analysis inside another structure's mask found, as a share of that structure.
void add_shares_of_inputs(const std::vector<StepResult>& steps, std::vector<Measurement>& out) {
  for (const StepResult& step : steps) {
    if (!step.segmentation || !step.step.input) continue;
    const StepResult& source = steps[static_cast<std::size_t>(*step.step.input)];
    if (!source.segmentation) continue;
    const Result<double> share =
        measure::share_of(step.segmentation->mask, measure::kAnyLabel, source.segmentation->mask, measure::kAnyLabel);
    Measurement result;
    result.name = "share of the " + source.card.target;
    result.structure = step.card.target;
    result.unit = "%";
    if (share) result.value = 100 * *share;
    result.computed_from = share ? "pixels of the " + step.card.target + " inside the " + source.card.target +
                                       " ÷ pixels of the " + source.card.target
                                 : share.error().message;
    out.push_back(std::move(result));
  }
}

// Two names may come to one figure: the share of the field is that of the image where there is no field of view.
std::vector<Measurement> without_repetition(std::vector<Measurement> measurements) {
  std::vector<Measurement> result;
  for (Measurement& one : measurements) {
    const bool known = std::any_of(result.begin(), result.end(), [&one](const Measurement& other) {
      return other.name == one.name && other.structure == one.structure && other.unit == one.unit;
    });
    if (!known) result.push_back(std::move(one));
  }
  return result;
}

bool asks_for(const std::vector<std::string>& asked, Measure what) {
  return std::any_of(asked.begin(), asked.end(),
                     [what](const std::string& name) { return measure_named(name) == what; });
}

}  // namespace

std::vector<Measurement> measure_step(const StepResult& step, const image::Image& image,
                                      const std::vector<std::string>& asked) {
  std::vector<Measurement> result;
  if (!step.segmentation) return result;
  std::vector<Measure> wanted;
  const auto add = [&wanted](std::optional<Measure> what) {
    if (what && std::find(wanted.begin(), wanted.end(), *what) == wanted.end()) wanted.push_back(*what);
  };
  for (const std::string& name : step.card.measures) add(measure_named(name));
  const bool no_diameters =
      !wanted.empty() && std::find(wanted.begin(), wanted.end(), Measure::kDiameters) == wanted.end();
  for (const std::string& name : asked) {
    // "How large is it?" is answered by both, but not where the card leaves diameters out (a tree of vessels has none).
    const bool size = contains(plain(name), {"size"});
    if (size) add(Measure::kArea);
    if (!size || !no_diameters) add(measure_named(name));
  }
  if (wanted.empty()) wanted = {Measure::kArea, Measure::kShare};

  std::vector<Structure> structures;
  for (const zoo::Label& label : step.card.labels)
    structures.push_back({step, image, label.name, label.value, Scale(image)});
  if (step.card.labels.size() != 1) {
    structures.push_back({step, image, step.card.target, measure::kAnyLabel, Scale(image)});
  }
  for (const Structure& structure : structures) {
    for (const Measure what : wanted) {
      if (image.is_volume()) add_3d(structure, what, result);
      else add_2d(structure, what, result);
    }
  }
  return without_repetition(std::move(result));
}

std::vector<Measurement> measure_across(const std::vector<StepResult>& steps, const image::Image& image,
                                        const std::vector<std::string>& asked) {
  std::vector<Measurement> result;
  const Scale scale(image);
  if (auto ratio = cup_to_disc(steps, scale, asks_for(asked, Measure::kCupToDisc))) result.push_back(std::move(*ratio));
  if (auto ratio = cardiothoracic(steps, scale, asks_for(asked, Measure::kCardiothoracic))) {
    result.push_back(std::move(*ratio));
  }
  add_shares_of_inputs(steps, result);
  return result;
}

std::vector<std::string> measurement_warnings(const std::vector<std::string>& asked,
                                              const std::vector<Measurement>& across) {
  std::vector<std::string> warnings;
  for (const std::string& name : asked) {
    if (!measure_named(name)) warnings.push_back("'" + name + "' is not a measurement that galen can make");
  }
  const bool has_ratio = std::any_of(across.begin(), across.end(), [](const Measurement& one) {
    return one.value && (one.name == kCupToDiscRatio || one.name == kCardiothoracicRatio);
  });
  if (asks_for(asked, Measure::kRatio) && !has_ratio) {
    warnings.push_back(
        "a ratio was asked for and none can be made of what was outlined: galen makes the cup-to-disc ratio, of the "
        "optic cup and the optic disc, and the cardiothoracic ratio, of the heart and both lungs");
  }
  return warnings;
}

}  // namespace galen::engine
