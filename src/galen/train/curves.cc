#include <algorithm>
#include <cmath>
#include <cstdio>

#include "galen/train/log.h"

namespace galen::train {
namespace {

struct Curve {
  std::string name;
  std::string colour;
  std::vector<std::pair<double, double>> points;
};

std::string text(const char* format, auto... values) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, format, values...);
  return buffer;
}

// Steps at which axis ticks are nice numbers.
double tick_step(double span) {
  const double raw = span / 4;
  const double power = std::pow(10, std::floor(std::log10(std::max(raw, 1e-12))));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

constexpr double kLeft = 60, kWidth = 660, kHeight = 200;

std::string panel(const std::string& title, const std::vector<Curve>& curves, double top, double last_step) {
  double low = 1e300, high = -1e300;
  for (const Curve& curve : curves) {
    for (const auto& [x, y] : curve.points) {
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  if (high < low) return "";
  if (high - low < 1e-9) high = low + 1e-3;
  const auto px = [&](double x) { return kLeft + kWidth * x / std::max(1.0, last_step); };
  const auto py = [&](double y) { return top + kHeight * (high - y) / (high - low); };
  std::string svg = text("<text x='%g' y='%g' font-weight='bold'>", kLeft, top - 8) + title + "</text>\n";
  svg += text("<rect x='%g' y='%g' width='%g' height='%g' fill='none' stroke='#999'/>\n", kLeft, top, kWidth, kHeight);
  const double step = tick_step(high - low);
  for (double y = std::ceil(low / step) * step; y <= high + 1e-12; y += step) {
    svg += text("<line x1='%g' x2='%g' y1='%.1f' y2='%.1f' stroke='#ddd'/>", kLeft, kLeft + kWidth, py(y), py(y));
    svg += text("<text x='%g' y='%.1f' text-anchor='end'>%.4g</text>\n", kLeft - 6, py(y) + 4, y);
  }
  double legend = kLeft + kWidth - 8;
  for (const Curve& curve : curves) {
    svg += "<polyline fill='none' stroke-width='1.5' stroke='" + curve.colour + "' points='";
    for (const auto& [x, y] : curve.points) svg += text("%.1f,%.1f ", px(x), py(y));
    svg += "'/>\n";
    svg += text("<text x='%g' y='%g' text-anchor='end' fill='%s'>", legend, top - 8, curve.colour.c_str()) +
           curve.name + "</text>\n";
    legend -= 14 + 7 * static_cast<double>(curve.name.size());
  }
  return svg;
}

}  // namespace

std::string curves_svg(const std::vector<Json>& rows, const std::string& title) {
  static const char* kColours[] = {"#0a6cff", "#d1432b", "#2a9d4a", "#9b51c9",
                                   "#b07d00", "#00879b", "#666666", "#c2418f"};
  Curve loss{"loss", kColours[0], {}}, rate{"learning rate", kColours[4], {}};
  std::vector<Curve> figures;
  const auto add = [&](const std::string& name, double step, const Json& value) {
    if (!value.is_number()) return;
    auto curve = std::find_if(figures.begin(), figures.end(), [&](const Curve& one) { return one.name == name; });
    if (curve == figures.end()) curve = figures.insert(figures.end(), {name, kColours[figures.size() % 8], {}});
    curve->points.emplace_back(step, value.get<double>());
  };
  double last = 1;
  for (const Json& row : rows) {
    const double step = row.value("step", 0.0);
    last = std::max(last, step);
    if (row.contains("loss") && row["loss"].is_number()) loss.points.emplace_back(step, row["loss"].get<double>());
    if (row.contains("learning_rate")) rate.points.emplace_back(step, row["learning_rate"].get<double>());
    if (row.contains("dice")) {
      for (std::size_t c = 0; c < row["dice"].size(); ++c) add("Dice " + std::to_string(c), step, row["dice"][c]);
    }
    if (row.contains("auc")) add("AUC", step, row["auc"]);
    if (row.contains("accuracy")) add("accuracy", step, row["accuracy"]);
  }
  std::string svg =
      "<svg xmlns='http://www.w3.org/2000/svg' width='760' height='840' font-family='sans-serif' font-size='12'>\n";
  svg += "<rect width='760' height='840' fill='white'/>\n<text x='60' y='26' font-size='16'>" + title + "</text>\n";
  svg += panel("training loss", {loss}, 66, last);
  svg += panel("val", figures, 320, last);
  svg += panel("learning rate", {rate}, 574, last);
  svg += text("<text x='%g' y='800' text-anchor='end'>%.0f steps</text>\n</svg>\n", kLeft + kWidth, last);
  return svg;
}

}  // namespace galen::train
