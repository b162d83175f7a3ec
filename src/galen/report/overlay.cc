#include "galen/report/overlay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "galen/base/threads.h"
#include "galen/measure/shape.h"
#include "galen/report/canvas.h"
#include "galen/report/words.h"

namespace galen::report {
namespace {

// Used where two structures of one picture would have the same colour.
constexpr std::array<const char*, 6> kPalette = {"#ffb000", "#4fc3f7", "#ff5ca8", "#7bd88f", "#c792ea", "#ff7043"};

struct Shown {
  const engine::StepResult* step;
  const zoo::Label* label;
  Colour colour;
};

bool has_mask(const engine::StepResult& step) {
  return step.segmentation && step.state == engine::StepState::kDone && !step.segmentation->mask.labels.empty();
}

// Every label of the steps, each in a colour of its own.
std::vector<Shown> shown_labels(const std::vector<const engine::StepResult*>& steps) {
  std::vector<Shown> shown;
  std::set<std::string> used;
  for (const engine::StepResult* step : steps) {
    for (const zoo::Label& label : step->card.labels) {
      std::string colour = label.colour;
      for (const char* other : kPalette) {
        if (used.count(colour) == 0) break;
        colour = other;
      }
      used.insert(colour);
      shown.push_back({step, &label, parse_colour(colour)});
    }
  }
  return shown;
}

// The slice with the largest part of the masks; the middle one where they are empty.
int best_slice(const std::vector<const engine::StepResult*>& steps, int depth) {
  if (depth == 1) return 0;
  std::vector<std::size_t> counts(static_cast<std::size_t>(depth), 0);
  for (const engine::StepResult* step : steps) {
    const image::LabelMap& mask = step->segmentation->mask;
    const std::size_t per_slice = mask.labels.size() / static_cast<std::size_t>(depth);
    for (std::size_t v = 0; v < mask.labels.size(); ++v) {
      if (mask.labels[v] != 0) ++counts[v / per_slice];
    }
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  return *most == 0 ? depth / 2 : static_cast<int>(most - counts.begin());
}

measure::Box whole(const image::Image& image) { return {0, 0, image.width - 1, image.height - 1}; }

// The part of the image around small structures, with room beside them; the whole image around large ones.
measure::Box focus(const std::vector<const engine::StepResult*>& steps, const image::Image& image) {
  if (image.is_volume()) return whole(image);
  measure::Box box = {image.width, image.height, -1, -1};
  for (const engine::StepResult* step : steps) {
    const auto part = measure::bounding_box(step->segmentation->mask);
    if (!part) continue;
    box = {std::min(box.left, part->left), std::min(box.top, part->top), std::max(box.right, part->right),
           std::max(box.bottom, part->bottom)};
  }
  if (box.right < 0) return whole(image);
  const int side = std::max(box.width(), box.height());
  if (side > 0.4 * std::max(image.width, image.height)) return whole(image);
  const int half = std::max(32, static_cast<int>(1.1 * side));
  const int x = (box.left + box.right) / 2;
  const int y = (box.top + box.bottom) / 2;
  return {x - half, y - half, x + half, y + half};
}

std::vector<std::string> figures_of(const std::vector<engine::Measurement>& measurements,
                                    const std::string& structure) {
  std::vector<std::string> figures;
  for (const engine::Measurement& one : measurements) {
    if (one.structure != structure || !one.value || is_restated(one, measurements)) continue;
    figures.push_back(one.name + " " + value_text(one));
  }
  return figures;
}

void draw_lines(Canvas& canvas, const engine::Measurement& measurement, const std::vector<Colour>& colours,
                Canvas::TextPlace place) {
  const auto& lines = measurement.lines;
  const auto vertical = [](const std::pair<engine::Point, engine::Point>& line) {
    return std::abs(line.first.x - line.second.x) < 0.5;
  };
  // Two vertical lines along each other (cup and disc) are drawn side by side, their texts on the outer sides.
  const bool apart = lines.size() == 2 && vertical(lines[0]) && vertical(lines[1]) &&
                     std::abs(lines[0].first.x - lines[1].first.x) * canvas.scale() < 30;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const Colour colour = n < colours.size() ? colours[n] : Colour(255, 255, 255);
    const std::string text = n < measurement.line_texts.size() ? measurement.line_texts[n] : "";
    const double shift = apart ? (n == 0 ? -16 : 16) : 0;
    // Of two lines that lie one above the other, the upper one's text stands above it and the lower one's below.
    const double other = lines.size() == 2 ? lines[1 - n].first.y : lines[n].first.y - 1;
    const bool after = apart ? n == 1 : lines[n].first.y > other;
    canvas.measurement_line(lines[n].first, lines[n].second, text, colour, place, shift, after);
  }
}

void add_scale(Canvas& canvas, const image::Image& image) {
  if (image.spacing_kind == image::SpacingKind::kUnknown) return;
  canvas.scale_bar(image.geometry.spacing_mm()[0],
                   image.spacing_kind == image::SpacingKind::kDetector ? " (detector)" : "");
}

// Large structures first, so that small ones stay visible.
void draw_outlines(Canvas& canvas, std::vector<Shown> shown, int slice) {
  std::stable_sort(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) {
    return measure::count_voxels(a.step->segmentation->mask, a.label->value) >
           measure::count_voxels(b.step->segmentation->mask, b.label->value);
  });
  for (const Shown& one : shown) canvas.outline(one.step->segmentation->mask, slice, one.label->value, one.colour);
}

std::vector<LegendRow> legend_of(const std::vector<Shown>& shown) {
  std::vector<LegendRow> rows;
  for (const Shown& one : shown) {
    const bool empty = measure::count_voxels(one.step->segmentation->mask, one.label->value) == 0;
    std::vector<std::string> figures = {"not found"};
    if (!empty) figures = figures_of(one.step->measurements, one.label->name);
    rows.push_back({one.colour, one.label->name, std::move(figures), true});
  }
  return rows;
}

Picture everything(const engine::StudyResult& result, const image::Image& image, const cv::Mat& picture,
                   const std::vector<const engine::StepResult*>& masks, int slice) {
  const std::vector<Shown> shown = shown_labels(masks);
  Canvas canvas(picture, whole(image));
  draw_outlines(canvas, shown, slice);
  add_scale(canvas, image);
  std::vector<LegendRow> legend = legend_of(shown);
  for (const engine::Measurement& measurement : result.measurements) {
    legend.push_back({{}, measurement.name, {value_text(measurement)}, false});
  }
  return {"overlay-all.png", "Everything that was outlined.", -1, canvas.finish(legend)};
}

// The structures that the measurement is of are those that its lines begin or end on; for the ratios galen knows they
// are recognised by name.
bool is_part_of(const engine::StepResult& step, const engine::Measurement& measurement) {
  return std::any_of(step.card.labels.begin(), step.card.labels.end(), [&](const zoo::Label& label) {
    const std::string& of = measurement.structure;
    if (of.find(label.name) != std::string::npos) return true;
    return of.find("thorax") != std::string::npos && label.name.find("lung") != std::string::npos;
  });
}

Picture of_measurement(const engine::Measurement& measurement, const image::Image& image, const cv::Mat& picture,
                       const std::vector<const engine::StepResult*>& masks, int slice) {
  std::vector<const engine::StepResult*> parts;
  std::copy_if(masks.begin(), masks.end(), std::back_inserter(parts),
               [&](const engine::StepResult* step) { return is_part_of(*step, measurement); });
  const std::vector<Shown> shown = shown_labels(parts);
  Canvas canvas(picture, focus(parts, image));
  draw_outlines(canvas, shown, slice);
  // Each line in the colour of the structure that its text names.
  std::vector<Colour> colours;
  for (const std::string& text : measurement.line_texts) {
    Colour colour(255, 255, 255);
    const std::string word = text.substr(0, text.find(' '));
    for (const Shown& one : shown) {
      const bool thorax = word == "thorax" && one.label->name.find("lung") != std::string::npos;
      if (one.label->name.find(word) != std::string::npos || thorax) colour = one.colour;
    }
    colours.push_back(colour);
  }
  draw_lines(canvas, measurement, colours, Canvas::TextPlace::kMiddle);
  add_scale(canvas, image);
  std::vector<LegendRow> legend;
  for (const Shown& one : shown) legend.push_back({one.colour, one.label->name, {}, true});
  legend.push_back({{}, measurement.name + " " + value_text(measurement), {}, false});
  return {"overlay-" + slug(measurement.name) + ".png", measurement.name + ": " + measurement.computed_from + ".", -1,
          canvas.finish(legend)};
}

Picture of_segmentation(const engine::StepResult& step, int index, const std::string& name, const image::Image& image,
                        const cv::Mat& picture) {
  const std::vector<const engine::StepResult*> one = {&step};
  const int slice = best_slice(one, image.depth);
  const std::vector<Shown> shown = shown_labels(one);
  Canvas canvas(image.is_volume() ? display_picture(image, slice) : picture, focus(one, image));
  draw_outlines(canvas, shown, slice);
  for (const engine::Measurement& measurement : step.measurements) {
    Colour colour(255, 255, 255);
    for (const Shown& label : shown) {
      if (label.label->name == measurement.structure) colour = label.colour;
    }
    draw_lines(canvas, measurement, {colour, colour}, Canvas::TextPlace::kEnd);
  }
  add_scale(canvas, image);
  std::string caption =
      step.outcome == "negative" ? "Nothing was outlined." : "Outline of the " + step.card.target + ".";
  if (image.is_volume()) caption += " Slice " + std::to_string(slice + 1) + " of " + std::to_string(image.depth) + ".";
  return {"overlay-" + name + ".png", caption, index, canvas.finish(legend_of(shown))};
}

Picture of_classification(const engine::StepResult& step, int index, const std::string& name, const image::Image& image,
                          const cv::Mat& picture) {
  const runtime::Classification& answer = *step.classification;
  Canvas canvas(picture, whole(image));
  canvas.heat(answer.saliency, answer.saliency_width, answer.saliency_height, image.width, image.height);
  std::string title = step.card.target + ": " + outcome_text(step);
  return {"overlay-" + name + ".png",
          "Where the network looked: the warmer, the more a place spoke for the finding. It is not an outline of it.",
          index,
          canvas.finish({{{}, title, {percent_text(answer.confidence)}, false},
                         {Colour(252, 165, 10), "spoke for the finding", {}, true}})};
}

}  // namespace

std::vector<std::string> step_names(const engine::StudyResult& result) {
  std::vector<std::string> names;
  std::map<std::string, int> count;
  // Names that the pictures of the whole study have.
  count["all"] = 1;
  for (const engine::Measurement& measurement : result.measurements) count[slug(measurement.name)] = 1;
  for (const engine::StepResult& step : result.steps) {
    const std::string base = slug(step.card.target.empty() ? step.step.weights : step.card.target);
    std::string name = base;
    for (int n = 2; count[name]++ > 0; ++n) name = base + "-" + std::to_string(n);
    names.push_back(name);
  }
  return names;
}

std::vector<Picture> draw_pictures(const engine::StudyResult& result, const image::Image& image) {
  std::vector<const engine::StepResult*> masks;
  for (const engine::StepResult& step : result.steps) {
    if (has_mask(step)) masks.push_back(&step);
  }
  const std::vector<std::string> names = step_names(result);
  const int slice = best_slice(masks, image.depth);
  const cv::Mat picture = display_picture(image, slice);

  std::vector<std::function<Picture()>> drawings;
  if (masks.size() > 1) drawings.emplace_back([&] { return everything(result, image, picture, masks, slice); });
  for (const engine::Measurement& measurement : result.measurements) {
    if (measurement.lines.empty() || image.is_volume()) continue;
    drawings.emplace_back([&] { return of_measurement(measurement, image, picture, masks, slice); });
  }
  for (std::size_t n = 0; n < result.steps.size(); ++n) {
    const engine::StepResult& step = result.steps[n];
    const int index = static_cast<int>(n);
    if (has_mask(step)) {
      drawings.emplace_back([&, index, n] { return of_segmentation(step, index, names[n], image, picture); });
    } else if (step.classification && !step.classification->saliency.empty() && !image.is_volume()) {
      drawings.emplace_back([&, index, n] { return of_classification(step, index, names[n], image, picture); });
    }
  }
  std::vector<Picture> pictures(drawings.size());
  parallel_for(drawings.size(), [&](std::size_t n) { pictures[n] = drawings[n](); });
  return pictures;
}

image::Image draw_mask(const image::Image& image, const image::LabelMap& mask, const std::vector<zoo::Label>& labels) {
  engine::StepResult step;
  step.card.labels = labels;
  step.segmentation = runtime::Segmentation{};
  step.segmentation->mask = mask;
  const std::vector<const engine::StepResult*> one = {&step};
  const int slice = best_slice(one, image.depth);
  const std::vector<Shown> shown = shown_labels(one);
  Canvas canvas(display_picture(image, slice), whole(image));
  draw_outlines(canvas, shown, slice);
  add_scale(canvas, image);
  return canvas.finish(legend_of(shown));
}

}  // namespace galen::report
