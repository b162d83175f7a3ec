#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "galen/base/files.h"
#include "galen/engine/fake_runner.h"
#include "galen/image/read.h"
#include "galen/measure/drawn_mask.h"
#include "galen/report/base64.h"
#include "galen/report/html.h"
#include "galen/report/output.h"
#include "galen/report/overlay.h"
#include "galen/report/summary.h"
#include "galen/report/words.h"

namespace galen::report {
namespace {

namespace fs = std::filesystem;

// A grey square with a bright disc that was segmented, and a classification with a saliency map.
struct Example {
  image::Image image = image::make_image(120, 100);
  engine::StudyResult result;

  Example() {
    for (float& sample : image.samples) sample = 60;
    result.request = "Outline the lesion <script>alert(1)</script> & \"more\"";
    result.image_path = "lesion & co.png";
    result.image_width = 120;
    result.image_height = 100;
    result.modality_name = "dermoscopy";
    result.modality_from = "person";
    engine::StepResult segment;
    segment.step.weights = "segment/lesion";
    segment.card = engine::segment_card("segment/lesion", "skin lesion", "dermoscopy");
    segment.card.labels[0].colour = "#00ff00";
    segment.outcome = "positive";
    segment.segmentation = runtime::Segmentation{};
    segment.segmentation->mask = measure::disc(120, 100, 60, 50, 30);
    engine::Measurement diameter;
    diameter.name = "longest diameter";
    diameter.structure = "skin lesion";
    diameter.value = 61.0;
    diameter.unit = "pixels";
    diameter.lines = {{{29.5, 50}, {90.5, 50}}};
    diameter.line_texts = {"61 px"};
    segment.measurements = {diameter};
    engine::StepResult classify;
    classify.step.task = zoo::Task::kClassify;
    classify.step.weights = "classify/melanoma";
    classify.card =
        engine::classify_card("classify/melanoma", "melanoma", "dermoscopy", {{"benign", true}, {"melanoma", false}});
    classify.outcome = "positive";
    classify.reported_class = "melanoma";
    classify.classification = engine::answer_of({0.2, 0.8}, true);
    classify.classification->saliency = {0, 0, 0, 1};
    classify.classification->saliency_width = classify.classification->saliency_height = 2;
    result.steps = {segment, classify};
    plan::Decline decline;
    decline.reason = plan::DeclineReason::kNoWeights;
    decline.text = "brain tumour";
    decline.explanation = "There are no weights for it.";
    result.plan.declined = {decline};
  }
};

fs::path temporary_folder(const std::string& name) {
  const fs::path folder = fs::temp_directory_path() / ("galen-report-" + name + "-" + std::to_string(::getpid()));
  fs::remove_all(folder);
  return folder;
}

TEST(ReportTest, WritesEveryFileThatTheResultNames) {
  Example example;
  const fs::path folder = temporary_folder("files");
  ASSERT_TRUE(write_output(example.result, example.image, folder));
  const Json document = *read_json_file(folder / "result.json");
  std::vector<std::string> named = document["files"].get<std::vector<std::string>>();
  for (const Json& step : document["steps"]) {
    for (const Json& file : step["files"]) named.push_back(file.get<std::string>());
  }
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path().filename().string());
  std::sort(named.begin(), named.end());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(named, found);
  EXPECT_EQ(named, (std::vector<std::string>{"overlay-melanoma.png", "overlay-skin-lesion.png", "report.html",
                                             "result.json", "skin-lesion.png", "summary.txt"}));
  const image::LabelMap mask = *image::read_label_map(folder / "skin-lesion.png");
  EXPECT_EQ(mask.labels, example.result.steps[0].segmentation->mask.labels);
  fs::remove_all(folder);
}

TEST(ReportTest, AFolderThatCannotBeWrittenIsAnErrorAndLeavesNothing) {
  Example example;
  EXPECT_FALSE(write_output(example.result, example.image, "/proc/galen"));
}

TEST(ReportTest, AnEarlierAnswersFilesLeaveTheFolderAndThePersonsOwnStay) {
  Example example;
  const fs::path folder = temporary_folder("again");
  ASSERT_TRUE(write_output(example.result, example.image, folder));
  ASSERT_TRUE(write_file_atomically(folder / "notes.txt", "mine"));
  ASSERT_TRUE(write_file_atomically(folder.parent_path() / "galen-report-outside", "mine"));
  Json document = *read_json_file(folder / "result.json");
  document["files"].push_back("../galen-report-outside");
  ASSERT_TRUE(write_json_file(folder / "result.json", document));
  Example other;
  other.result.steps.clear();
  ASSERT_TRUE(write_output(other.result, other.image, folder));
  EXPECT_FALSE(fs::exists(folder / "skin-lesion.png"));
  EXPECT_FALSE(fs::exists(folder / "overlay-melanoma.png"));
  EXPECT_TRUE(fs::exists(folder / "report.html"));
  EXPECT_TRUE(fs::exists(folder / "notes.txt"));
  EXPECT_TRUE(fs::exists(folder.parent_path() / "galen-report-outside"));
  fs::remove(folder.parent_path() / "galen-report-outside");
  fs::remove_all(folder);
}

TEST(ReportTest, NothingIsWrittenOverTheImageItself) {
  Example example;
  const fs::path folder = temporary_folder("image");
  fs::create_directories(folder);
  const fs::path image = folder / "skin-lesion.png";
  ASSERT_TRUE(write_file_atomically(image, "the image"));
  example.result.image_path = image.string();
  const Status status = write_output(example.result, example.image, folder);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find("'skin-lesion.png' would replace the image"), std::string::npos);
  EXPECT_EQ(*read_text_file(image), "the image");
  EXPECT_FALSE(fs::exists(folder / "report.html"));
  fs::remove_all(folder);
}

TEST(ReportTest, RequestTextCannotBecomeMarkup) {
  Example example;
  const std::string html = report_html(example.result, {});
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;"), std::string::npos);
}

TEST(ReportTest, ThePageNeedsNothingFromElsewhere) {
  Example example;
  const std::string html = report_html(example.result, {{"caption", 0, "bytes"}});
  EXPECT_EQ(html.find("http://"), std::string::npos);
  EXPECT_EQ(html.find("https://"), std::string::npos);
  EXPECT_NE(html.find("src=\"data:image/png;base64,Ynl0ZXM=\""), std::string::npos);
}

TEST(ReportTest, EscapingReplacesControlCodesAndBrokenText) {
  EXPECT_EQ(escaped("a<b>'\""), "a&lt;b&gt;&#39;&quot;");
  EXPECT_EQ(escaped(std::string("x\x1b\xff\xc3", 4)), "x\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(escaped("Größe, 肺\n"), "Größe, 肺\n");
}

TEST(ReportTest, TheReportShowsWhatTheResultHolds) {
  Example example;
  const std::string html = report_html(example.result, {});
  for (const char* text :
       {"segment/lesion", "61 pixels", "80.0 %", "brain tumour", "no-weights", "CC0-1.0", "dermoscopy"}) {
    EXPECT_NE(html.find(text), std::string::npos) << text;
  }
}

TEST(ReportTest, TheOverlayHasTheLabelsColourOnItsOutlineAndLeavesTheRestAlone) {
  Example example;
  const auto pictures = draw_pictures(example.result, example.image);
  ASSERT_EQ(pictures.size(), 2u);
  const image::Image& overlay = pictures[0].image;
  const double scale = 640.0 / 120;
  // On the outline (60 + 30, 50) away from the measurement line: at 45 degrees.
  int green = 0;
  for (int d = -6; d <= 6; ++d) {
    const int x = static_cast<int>((60 + 21.2) * scale) + d;
    const int y = static_cast<int>((50 + 21.2) * scale) + d;
    if (overlay.at(x, y, 0, 1) > 200 && overlay.at(x, y, 0, 0) < 80) ++green;
  }
  EXPECT_GT(green, 0);
  EXPECT_EQ(overlay.at(5, 5, 0, 0), overlay.at(5, 5, 0, 1));
}

TEST(ReportTest, StepsOfTheSameTargetGetNamesOfTheirOwn) {
  Example example;
  example.result.steps.push_back(example.result.steps[0]);
  EXPECT_EQ(step_names(example.result), (std::vector<std::string>{"skin-lesion", "melanoma", "skin-lesion-2"}));
}

TEST(ReportTest, TargetsCannotLeaveTheFolder) {
  EXPECT_EQ(slug("../../etc/Passwd"), "etc-passwd");
  EXPECT_EQ(slug("Optic Disc"), "optic-disc");
  EXPECT_EQ(slug("///"), "step");
}

TEST(ReportTest, NumbersReadWell) {
  engine::Measurement m;
  EXPECT_EQ(value_text(m), "not available");
  m.value = 0.4285;
  EXPECT_EQ(value_text(m), "0.43");
  m.unit = "pixels";
  m.value = 1234567;
  EXPECT_EQ(value_text(m), "1,234,567 pixels");
  m.unit = "%";
  m.value = 12.345;
  EXPECT_EQ(value_text(m), "12.3 %");
  EXPECT_EQ(percent_text(0.99999), "> 99.9 %");
  EXPECT_EQ(percent_text(1e-6), "< 0.1 %");
}

TEST(ReportTest, TheSummaryIsPlainTextWithoutControlCodes) {
  Example example;
  example.result.request = "line\x1b[31m one\nline two";
  const std::string text = summary_text(example.result);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("Skin lesion outlined: longest diameter 61 pixels."), std::string::npos);
  EXPECT_NE(text.find("Melanoma: positive (benign 20.0 %, melanoma 80.0 %)."), std::string::npos);
}

TEST(ReportTest, ANegativeAnswerNamesItsClassWhereThatSaysMore) {
  Example example;
  engine::StepResult step = example.result.steps[1];
  EXPECT_EQ(outcome_text(step), "positive");
  step.outcome = "negative";
  step.reported_class = "benign";
  EXPECT_EQ(outcome_text(step), "negative, benign");
  step.reported_class = "normal";
  EXPECT_EQ(outcome_text(step), "negative");
  step.outcome = "uncertain";
  step.reported_class.clear();
  EXPECT_EQ(outcome_text(step), "uncertain");
  step.outcome = step.reported_class = "glioma";
  EXPECT_EQ(outcome_text(step), "glioma");
  EXPECT_EQ(outcome_text(example.result.steps[0]), "found");
}

TEST(ReportTest, Base64IsThatOfTheStandard) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace galen::report
