// galen segment TASK IMAGE… -o DIR
#include <algorithm>
#include <chrono>
#include <set>

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

// "-lung-probability": what the name of a label's probability map has after the image's.
std::string probability_suffix(const zoo::Card& card, const zoo::Label& label) {
  return (card.labels.size() == 1 ? "" : "-" + file_word(label.name)) + "-probability";
}

constexpr const char* kOverlaySuffix = "-overlay";

// Writes the mask and what else was asked for; returns their paths by the document's keys. Where one cannot be written,
// those of this image that were are removed again.
class ResultFiles {
 public:
  ResultFiles(fs::path folder, std::string name, const image::Image& image)
      : folder_(std::move(folder)), name_(std::move(name)), image_(image) {}

  Result<Json> write(const zoo::Card& card, const runtime::Segmentation& segmentation, bool overlay) {
    Status status = write_all(card, segmentation, overlay && !image_.is_volume());
    if (status) return files_;
    for (const fs::path& path : written_) {
      std::error_code code;
      fs::remove(path, code);
    }
    return status.error();
  }

 private:
  fs::path path_of(const std::string& suffix) {
    written_.push_back(folder_ / (name_ + suffix + (image_.is_volume() ? ".nii.gz" : ".png")));
    return written_.back();
  }

  Status write_all(const zoo::Card& card, const runtime::Segmentation& segmentation, bool overlay) {
    const fs::path mask = path_of("");
    files_["mask"] = mask.string();
    Status status = image_.is_volume() ? image::write_label_nifti(mask, segmentation.mask, image_.geometry)
                                       : image::write_label_png(mask, segmentation.mask);
    for (std::size_t i = 0; status && i < segmentation.probability.size(); ++i) {
      image::Image map = image::make_image(image_.width, image_.height, 1, image_.depth);
      std::transform(segmentation.probability[i].begin(), segmentation.probability[i].end(), map.samples.begin(),
                     [](float probability) { return 255 * probability; });
      map.geometry = image_.geometry;
      const fs::path path = path_of(probability_suffix(card, card.labels[i]));
      files_["probabilities"][card.labels[i].name] = path.string();
      status = image_.is_volume() ? image::write_nifti(path, map) : image::write_png(path, map);
    }
    if (status && overlay) {
      const fs::path path = path_of(kOverlaySuffix);
      files_["overlay"] = path.string();
      status = image::write_png(path, report::draw_mask(image_, segmentation.mask, card.labels));
    }
    return status;
  }

  const fs::path folder_;
  const std::string name_;
  const image::Image& image_;
  std::vector<fs::path> written_;
  Json files_ = Json::object();
};

// The names that the results of one image take must not be those of another's, nor that of the image itself.
Status check_names(const std::vector<fs::path>& images, const fs::path& folder,
                   const std::vector<std::string>& suffixes) {
  if (const Status distinct = refuse_same_names(images); !distinct) return distinct;
  std::set<std::string> names;
  for (const fs::path& image : images) names.insert(base_name(image));
  for (const fs::path& image : images) {
    const std::string name = base_name(image);
    for (const std::string& suffix : suffixes) {
      if (names.count(name + suffix) != 0) {
        return usage_error("One file of " + image.string() + " would have the name of the mask of another image, '" +
                           name + suffix + "'; run them into two folders.");
      }
    }
    std::error_code code;
    if (fs::equivalent(image, folder / (name + ".png"), code)) {
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
  const Result<runtime::Predictor*> predictor = open_predictor(arguments, images->size());
  if (!predictor) return predictor.error();
  const Result<zoo::Card> card = typed_task((*predictor)->zoo(), arguments.text("TASK"), zoo::Task::kSegment);
  if (!card) return card.error();
  std::vector<std::string> suffixes;
  if (arguments.has("overlay")) suffixes.emplace_back(kOverlaySuffix);
  if (arguments.has("probabilities")) {
    for (const zoo::Label& label : card->labels) suffixes.push_back(probability_suffix(*card, label));
  }
  if (const Status names = check_names(*images, folder, suffixes); !names) return names.error();
  if (const Status ready = (*predictor)->warm(card->id); !ready) return ready.error();
  if (const Status writable = make_writable_folder(folder); !writable) return writable.error();

  const auto answer = [&](const fs::path& path) -> Result<BatchAnswer> {
    const auto start = std::chrono::steady_clock::now();
    const Result<image::Image> image = open_image_of(path, card->modality, arguments);
    if (!image) return image.error();
    runtime::SegmentOptions options;
    options.probabilities = arguments.has("probabilities");
    const Result<runtime::Segmentation> segmentation = (*predictor)->segment(card->id, *image, options);
    if (!segmentation) return segmentation.error_in(path.string());
    const Result<Json> files =
        ResultFiles(folder, base_name(path), *image).write(*card, *segmentation, arguments.has("overlay"));
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
