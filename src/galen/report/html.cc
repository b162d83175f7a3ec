#include "galen/report/html.h"

#include <algorithm>
#include <cstdio>

#include "galen/report/base64.h"
#include "galen/report/html_style.h"
#include "galen/report/words.h"

namespace galen::report {
namespace {

using engine::Measurement;
using engine::StepResult;
using engine::StepState;
using engine::StudyResult;

// Length of the valid UTF-8 sequence at `at`, 0 where there is none.
std::size_t utf8_length(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t n) { return static_cast<unsigned char>(text[n]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t n = 1; n < length; ++n) {
    if ((byte(at + n) & 0xc0) != 0x80) return 0;
  }
  if (first == 0xe0 && byte(at + 1) < 0xa0) return 0;
  if (first == 0xed && byte(at + 1) > 0x9f) return 0;
  if (first == 0xf0 && byte(at + 1) < 0x90) return 0;
  if (first == 0xf4 && byte(at + 1) > 0x8f) return 0;
  return length;
}

std::string element(const std::string& name, const std::string& text, const std::string& attributes = "") {
  return "<" + name + (attributes.empty() ? "" : " " + attributes) + ">" + escaped(text) + "</" + name + ">";
}

std::string row(const std::vector<std::string>& cells, const std::string& tag = "td", int number_column = -1) {
  std::string html = "<tr>";
  for (std::size_t n = 0; n < cells.size(); ++n) {
    html += element(tag, cells[n], static_cast<int>(n) == number_column ? "class=\"number\"" : "");
  }
  return html + "</tr>\n";
}

std::string figure(const EmbeddedPicture& picture) {
  return "<figure><img alt=\"" + escaped(picture.caption) + "\" src=\"data:image/png;base64," + base64(picture.png) +
         "\"><figcaption>" + escaped(picture.caption) + "</figcaption></figure>\n";
}

std::string bars(const StepResult& step) {
  std::string html;
  const runtime::Classification& answer = *step.classification;
  for (std::size_t c = 0; c < step.card.classes.size() && c < answer.probabilities.size(); ++c) {
    const std::string& name = step.card.classes[c].name;
    char width[48];
    std::snprintf(width, sizeof width, "width:%.1f%%", 100 * std::clamp(answer.probabilities[c], 0.0, 1.0));
    html += std::string("<div class=\"bar") + (name == step.reported_class ? " reported" : "") + "\">" +
            element("span", name, "class=\"name\"") + "<span class=\"track\"><div class=\"fill\" style=\"" + width +
            "\"></div></span>" + element("span", percent_text(answer.probabilities[c]), "class=\"value\"") + "</div>\n";
  }
  std::string rule = "Positive at or above " + percent_text(step.card.output.threshold) + ".";
  if (step.card.output.abstain_low_high) {
    const auto& [low, high] = *step.card.output.abstain_low_high;
    rule = "Negative at or below " + percent_text(low) + ", positive at or above " + percent_text(high) +
           ", uncertain between them.";
  }
  return html + element("p", rule, "class=\"soft\"");
}

std::string measurement_table(const std::vector<const Measurement*>& measurements) {
  std::string html = "<div class=\"table\"><table><thead>" +
                     row({"Structure", "Measurement", "Value", "Computed from"}, "th") + "</thead><tbody>\n";
  for (const Measurement* one : measurements) {
    html += row({one->structure, one->name, value_text(*one), one->computed_from}, "td", 2);
  }
  return html + "</tbody></table></div>\n";
}

std::string state_badge(const StepResult& step) {
  if (step.state != StepState::kDone) {
    const std::string state = engine::to_string(step.state);
    return element("span", state, "class=\"state " + state + "\"");
  }
  std::string kind;
  if (step.classification) kind = step.outcome == "negative" || step.outcome == "uncertain" ? step.outcome : "positive";
  return element("span", outcome_text(step), "class=\"state " + kind + "\"");
}

std::string step_card(const StudyResult& result, std::size_t index, const std::vector<EmbeddedPicture>& pictures) {
  const StepResult& step = result.steps[index];
  const std::string target = step.card.target.empty() ? step.step.weights : step.card.target;
  std::string html = "<section class=\"card\"><h3>" + std::to_string(index + 1) + ". " + escaped(target) +
                     state_badge(step) + "</h3>\n";
  std::string how = zoo::to_string(step.step.task) + " with " + step.step.weights;
  if (step.step.input) how += ", inside the mask of step " + std::to_string(*step.step.input + 1);
  if (step.step.when) {
    how += ", if step " + std::to_string(step.step.when->step + 1) + " is " + step.step.when->outcome;
  }
  if (step.state == StepState::kDone) how += "; " + seconds_text(step.seconds);
  html += element("p", how, "class=\"soft\"");
  if (!step.why.empty()) {
    html += element("p", (step.state == StepState::kSkipped ? "Not run: " : "Failed: ") + step.why + ".");
  }
  if (step.classification) html += bars(step);
  for (const EmbeddedPicture& picture : pictures) {
    if (picture.step == static_cast<int>(index)) html += figure(picture);
  }
  if (!step.files.empty()) {
    std::string files;
    for (const std::string& file : step.files) files += (files.empty() ? "Files: " : ", ") + file;
    html += element("p", files, "class=\"soft\"");
  }
  return html + "</section>\n";
}

// A figure of a card: a number, an interval {"mean"/"estimate"/"value", "low", "high"}, or anything else as JSON.
std::string figure_text(const Json& value) {
  char text[96];
  if (value.is_number_integer()) return std::to_string(value.get<long long>());
  if (value.is_number()) {
    std::snprintf(text, sizeof text, "%.3f", value.get<double>());
    return text;
  }
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) {
    const auto number = [&value](const char* key) -> std::optional<double> {
      const auto found = value.find(key);
      if (found == value.end() || !found->is_number()) return std::nullopt;
      return found->get<double>();
    };
    for (const char* key : {"mean", "estimate", "value"}) {
      const auto middle = number(key);
      if (!middle) continue;
      const auto low = number("low");
      const auto high = number("high");
      if (low && high) std::snprintf(text, sizeof text, "%.3f (95 %%: %.3f to %.3f)", *middle, *low, *high);
      else std::snprintf(text, sizeof text, "%.3f", *middle);
      return text;
    }
  }
  std::string compact = to_text(value);
  if (compact.size() > 300) compact = "see the card";
  return compact;
}

void add_figures(const Json& figures, const std::string& prefix, bool by_label, std::string& html, int depth = 0) {
  if (!figures.is_object()) return;
  for (const auto& [key, value] : figures.items()) {
    if (key == "task" || (key == "labels" && !by_label)) continue;
    const bool leaf =
        !value.is_object() || value.contains("mean") || value.contains("estimate") || value.contains("value");
    if (!leaf && depth < 3) {
      add_figures(value, key == "labels" ? prefix : prefix + key + " ", by_label, html, depth + 1);
    } else if (!value.is_array()) {
      html += element("dt", prefix + key) + element("dd", figure_text(value));
    }
  }
}

std::string dataset_text(const Json& datasets) {
  std::string text;
  if (!datasets.is_array()) return text;
  for (const Json& one : datasets) {
    std::string name = one.is_string() ? one.get<std::string>() : "";
    if (one.is_object()) {
      const auto part = [&one](const char* key) {
        const auto found = one.find(key);
        return found != one.end() && found->is_string() ? found->get<std::string>() : std::string();
      };
      name = part("name");
      if (const std::string licence = part("licence"); !licence.empty()) name += " (" + licence + ")";
    }
    if (!name.empty()) text += (text.empty() ? "" : "; ") + name;
  }
  return text;
}

std::string weights_section(const StudyResult& result) {
  std::string html;
  std::vector<std::string> shown;
  for (const StepResult& step : result.steps) {
    if (std::find(shown.begin(), shown.end(), step.step.weights) != shown.end()) continue;
    shown.push_back(step.step.weights);
    html += "<section class=\"card\">" + element("h3", step.step.weights) + "<dl>\n";
    const auto item = [&html](const std::string& name, const std::string& text) {
      if (!text.empty()) html += element("dt", name) + element("dd", text) + "\n";
    };
    html += "<dt>SHA-256</dt><dd><code>" + escaped(step.weights_sha256) + "</code></dd>\n";
    item("Learned from", dataset_text(step.card.datasets));
    item("Licence", step.card.licence);
    item("Meant for", step.card.intended_use);
    item("Limits", step.card.limits);
    html += "</dl>";
    std::string figures;
    add_figures(step.card.figures, "", step.card.labels.size() > 1, figures);
    if (!figures.empty()) html += "<p class=\"soft\">Figures on the validation split</p><dl>" + figures + "</dl>";
    html += "</section>\n";
  }
  return html;
}

std::string declined_section(const StudyResult& result) {
  if (result.plan.declined.empty()) return "";
  std::string html = "<h2>Declined</h2><div class=\"table\"><table><thead>" +
                     row({"What was asked", "Reason", "Why", "Nearest that galen can do"}, "th") + "</thead><tbody>\n";
  for (const plan::Decline& decline : result.plan.declined) {
    html += row({decline.text, plan::to_string(decline.reason), decline.explanation, decline.nearest});
  }
  return html + "</tbody></table></div>\n";
}

std::string times_section(const StudyResult& result) {
  std::string html = "<h2>Times</h2><div class=\"table\"><table><thead>" +
                     row({"Part", "Load", "Preprocess", "Network", "Postprocess", "Whole"}, "th") + "</thead><tbody>\n";
  html += row({"read image", "", "", "", "", seconds_text(result.read_seconds)});
  if (result.recognition) html += row({"recognise modality", "", "", "", "", seconds_text(result.recognise_seconds)});
  html += row({"plan", "", "", "", "", seconds_text(result.plan_seconds)});
  for (const StepResult& step : result.steps) {
    if (step.state != StepState::kDone) continue;
    html += row({step.step.weights, seconds_text(step.times.load_seconds), seconds_text(step.times.preprocess_seconds),
                 seconds_text(step.times.network_seconds), seconds_text(step.times.postprocess_seconds),
                 seconds_text(step.seconds)});
  }
  html += row({"all", "", "", "", "", seconds_text(result.total_seconds)});
  html += "</tbody></table></div>\n";
  std::string versions = "galen " + result.galen_version;
  if (!result.runtime_version.empty()) versions += ", " + result.runtime_version;
  if (!result.processor.empty()) versions += ", " + result.processor;
  return html + element("p", versions + ".", "class=\"soft\"");
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string html;
  html.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) {
      html += "\xef\xbf\xbd";
      ++at;
      continue;
    }
    const char c = text[at];
    if (length > 1) html.append(text, at, length);
    else if (c == '&') html += "&amp;";
    else if (c == '<') html += "&lt;";
    else if (c == '>') html += "&gt;";
    else if (c == '"') html += "&quot;";
    else if (c == '\'') html += "&#39;";
    else if ((static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\t') || c == 127) html += "\xef\xbf\xbd";
    else html += c;
    at += length;
  }
  return html;
}

std::string report_html(const StudyResult& result, const std::vector<EmbeddedPicture>& pictures) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
      "style-src 'unsafe-inline'\">\n<title>galen report</title>\n<style>";
  html += kReportStyle;
  html += "</style></head><body>\n<header><h1>Report</h1>";
  html +=
      element("p", (result.image_path.empty() ? "" : result.image_path + ": ") + image_text(result), "class=\"soft\"");
  html += "</header>\n";
  if (!result.request.empty()) html += "<h2>Request</h2>" + element("blockquote", result.request) + "\n";

  std::string answer;
  for (const std::string& sentence : answer_sentences(result)) answer += (answer.empty() ? "" : " ") + sentence;
  html += "<h2>Answer</h2>" + element("p", answer, "class=\"answer\"") + "\n";
  for (const EmbeddedPicture& picture : pictures) {
    if (picture.step < 0) html += figure(picture);
  }
  if (!result.warnings.empty()) {
    html += "<h2>Warnings</h2><ul>";
    for (const std::string& warning : result.warnings) html += element("li", warning);
    html += "</ul>\n";
  }

  std::vector<const Measurement*> measurements;
  for (const Measurement& one : result.measurements) measurements.push_back(&one);
  for (const StepResult& step : result.steps) {
    for (const Measurement& one : step.measurements) measurements.push_back(&one);
  }
  if (!measurements.empty()) html += "<h2>Measurements</h2>" + measurement_table(measurements);
  html += declined_section(result);
  if (!result.steps.empty()) {
    html += "<h2>Steps</h2>\n";
    for (std::size_t n = 0; n < result.steps.size(); ++n) html += step_card(result, n, pictures);
    html += "<h2>Weights</h2>\n" + weights_section(result);
  }
  return html + times_section(result) + "</body></html>\n";
}

}  // namespace galen::report
