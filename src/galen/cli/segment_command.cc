// galen segment TASK IMAGE… -o DIR
#include <algorithm>
#include <chrono>

#include "galen/base/files.h"
#include "galen/cli/batch.h"
#include "galen/cli/commands.h"
#include "galen/cli/input_image.h"
#include "galen/cli/inputs.h"
#include "galen/cli/open_predictor.h"
#include "galen/image/write.h"
#include "galen/measure/shape.h"
#include "galen/report/overlay.h"

namespace galen::cli {
namespace {

namespace fs = std::filesystem;

std::string file_word(const std::string& label) {
  std::string word = label;
  std::replace_if(
      word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '-');
  return word;
}

// Writes the mask and what else was asked for; returns their names as the document's keys.
Result<Json> write_results(const fs::path& folder, const std::string& name, const image::Image& image,
                           const zoo::Card& card, const runtime::Segmentation& segmentation, bool overlay) {
  Json files = Json::object();
  const fs::path mask = folder / (name + (image.is_volume() ? ".nii.gz" : ".png"));
  const Status written = image.is_volume() ? image::write_label_nifti(mask, segmentation.mask, image.geometry)
                                           : image::write_label_png(mask, segmentation.mask);
  if (!written) return written.error();
  files["mask"] = mask.string();
  for (std::size_t i = 0; i < segmentation.probability.size(); ++i) {
    image::Image map = image::make_image(image.width, image.height, 1, image.depth);
    std::transform(segmentation.probability[i].begin(), segmentation.probability[i].end(), map.samples.begin(),
                   [](float probability) { return 255 * probability; });
    map.geometry = image.geometry;
    const std::string part = segmentation.probability.size() == 1 ? "" : "-" + file_word(card.labels[i].name);
    const fs::path path = folder / (name + part + "-probability" + (image.is_volume() ? ".nii.gz" : ".png"));
    const Status status = image.is_volume() ? image::write_nifti(path, map) : image::write_png(path, map);
    if (!status) return status.error();
    files["probabilities"][card.labels[i].name] = path.string();
  }
  if (overlay && !image.is_volume()) {
    const fs::path path = folder / (name + "-overlay.png");
    const Status status = image::write_png(path, report::draw_mask(image, segmentation.mask, card.labels));
    if (!status) return status.error();
    files["overlay"] = path.string();
  }
  return files;
}

// The names that the results of one image may take must not be those of another's, nor the images themselves.
Status check_names(const std::vector<fs::path>& images, const fs::path& folder) {
  if (const Status distinct = refuse_same_names(images); !distinct) return distinct;
  for (const fs::path& image : images) {
    std::error_code code;
    const fs::path mask = folder / (base_name(image) + ".png");
    if (fs::equivalent(image, mask, code)) {
      return usage_error("The mask of " + image.string() +
                         " would replace the image itself; choose another folder with -o.");
    }
  }
  return {};
}

}  // namespace

Result<int> run_segment(const Arguments& arguments, Console& console) {
  const Result<std::vector<fs::path>> images = expand_inputs(arguments.list("IMAGE"));
  if (!images) return images.error();
  const fs::path folder = arguments.text("output");
  if (const Status names = check_names(*images, folder); !names) return names.error();
  const Result<std::unique_ptr<runtime::Predictor>> predictor = open_predictor(arguments);
  if (!predictor) return predictor.error();
  const Result<zoo::Card> card = typed_task((*predictor)->zoo(), arguments.text("TASK"), zoo::Task::kSegment);
  if (!card) return card.error();
  if (const Status ready = (*predictor)->warm(card->id); !ready) return ready.error();
  if (const Status writable = make_writable_folder(folder); !writable) return writable.error();

  const auto answer = [&](const fs::path& path) -> Result<BatchAnswer> {
    const auto start = std::chrono::steady_clock::now();
    const Result<image::Image> image = open_image_of(path, card->modality);
    if (!image) return image.error();
    runtime::SegmentOptions options;
    options.probabilities = arguments.has("probabilities");
    const Result<runtime::Segmentation> segmentation = (*predictor)->segment(card->id, *image, options);
    if (!segmentation) return segmentation.error_in(path.string());
    const Result<Json> files =
        write_results(folder, base_name(path), *image, *card, *segmentation, arguments.has("overlay"));
    if (!files) return files.error();

    BatchAnswer given;
    given.document = {{"image", path.string()}, {"task", card->id}};
    given.document.update(*files);
    Json pixels = Json::object();
    std::string sizes;
    for (const zoo::Label& label : card->labels) {
      const std::size_t count = measure::count_voxels(segmentation->mask, label.value);
      pixels[label.name] = count;
      sizes += (sizes.empty() ? "" : ", ") + label.name + " " + std::to_string(count) + " pixels";
    }
    given.document["pixels"] = pixels;
    given.document["confidence"] = segmentation->confidence;
    given.document["seconds"] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    given.line = path.string() + " -> " + (*files)["mask"].get<std::string>() + "  (" + sizes + ")";
    return given;
  };
  const BatchForm form = arguments.has("json")    ? BatchForm::kJsonArray
                         : arguments.has("jsonl") ? BatchForm::kJsonLines
                                                  : BatchForm::kLines;
  return run_batch(*images, card->id, form, answer, console);
}

}  // namespace galen::cli
