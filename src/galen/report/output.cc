#include "galen/report/output.h"

#include <functional>
#include <vector>

#include "galen/base/files.h"
#include "galen/base/json.h"
#include "galen/base/threads.h"
#include "galen/engine/result_json.h"
#include "galen/image/write.h"
#include "galen/report/html.h"
#include "galen/report/overlay.h"
#include "galen/report/summary.h"

namespace galen::report {

namespace {

namespace fs = std::filesystem;

void remove_file(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

// Names of all files of the answer, inside its folder.
std::vector<std::string> all_files(const engine::StudyResult& result) {
  std::vector<std::string> files = result.files;
  for (const engine::StepResult& step : result.steps) files.insert(files.end(), step.files.begin(), step.files.end());
  return files;
}

// The files that an earlier answer left in the folder are its result.json's to name; another study's masks beside this
// one's would be taken for its own. The image that is asked about stays.
void remove_earlier_answer(const fs::path& folder, const std::string& image_path) {
  const Result<Json> earlier = read_json_file(folder / "result.json");
  remove_file(folder / "result.json");
  if (!earlier || !earlier->is_object()) return;
  const auto remove_named = [&](const Json& holder) {
    if (!holder.is_object() || !holder.contains("files") || !holder["files"].is_array()) return;
    for (const Json& file : holder["files"]) {
      if (!file.is_string()) continue;
      const fs::path name = file.get<std::string>();
      std::error_code ignored;
      const bool plain = name.has_filename() && name == name.filename() && name != "." && name != "..";
      if (plain && !fs::equivalent(folder / name, image_path, ignored)) remove_file(folder / name);
    }
  };
  remove_named(*earlier);
  if (!earlier->contains("steps") || !(*earlier)["steps"].is_array()) return;
  for (const Json& step : (*earlier)["steps"]) remove_named(step);
}

Status write_files(engine::StudyResult& result, const image::Image& image, const fs::path& folder) {
  const std::vector<std::string> names = step_names(result);
  const std::vector<Picture> pictures = draw_pictures(result, image);
  result.files.clear();
  for (engine::StepResult& step : result.steps) step.files.clear();

  std::vector<std::function<Status()>> writes;
  for (std::size_t n = 0; n < result.steps.size(); ++n) {
    engine::StepResult& step = result.steps[n];
    if (!step.segmentation) continue;
    const std::string file = names[n] + (image.is_volume() ? ".nii.gz" : ".png");
    step.files.push_back(file);
    writes.emplace_back([&step, &image, path = folder / file] {
      return image.is_volume() ? image::write_label_nifti(path, step.segmentation->mask, image.geometry)
                               : image::write_label_png(path, step.segmentation->mask);
    });
  }
  std::vector<EmbeddedPicture> embedded(pictures.size());
  for (std::size_t n = 0; n < pictures.size(); ++n) {
    const Picture& picture = pictures[n];
    embedded[n] = {picture.caption, picture.step, ""};
    (picture.step < 0 ? result.files : result.steps[static_cast<std::size_t>(picture.step)].files)
        .push_back(picture.file);
    writes.emplace_back([&picture, &embedded, n, path = folder / picture.file]() -> Status {
      Result<std::string> png = image::encode_png(picture.image);
      if (!png) return png.error();
      embedded[n].png = std::move(*png);
      return write_file_atomically(path, embedded[n].png);
    });
  }
  result.files.insert(result.files.end(), {"report.html", "summary.txt", "result.json"});
  for (const std::string& file : all_files(result)) {
    std::error_code ignored;
    if (fs::equivalent(folder / file, result.image_path, ignored)) {
      result.files.clear();
      for (engine::StepResult& step : result.steps) step.files.clear();
      return usage_error("The answer's file '" + file +
                         "' would replace the image itself; choose another folder with -o.");
    }
  }

  std::vector<Status> statuses(writes.size());
  parallel_for(writes.size(), [&](std::size_t n) { statuses[n] = writes[n](); });
  for (const Status& status : statuses) {
    if (!status) return status;
  }

  if (Status status = write_file_atomically(folder / "report.html", report_html(result, embedded)); !status)
    return status;
  if (Status status = write_file_atomically(folder / "summary.txt", summary_text(result)); !status) return status;
  return write_json_file(folder / "result.json", engine::to_json(result));
}

}  // namespace

Status write_output(engine::StudyResult& result, const image::Image& image, const fs::path& folder) {
  if (Status status = make_writable_folder(folder); !status) return status;
  remove_earlier_answer(folder, result.image_path);
  Status status = write_files(result, image, folder);
  if (status) return status;
  // An answer that is not whole is none.
  for (const std::string& file : all_files(result)) remove_file(folder / file);
  return status;
}

}  // namespace galen::report
