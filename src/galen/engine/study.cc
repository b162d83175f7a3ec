#include "galen/engine/study.h"

#include <chrono>

#include "galen/base/hash.h"
#include "galen/dicom/open_image.h"
#include "galen/engine/clock.h"
#include "galen/image/slice.h"

namespace galen::engine {
namespace {

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100 + 0.5)) + " %"; }

// Asks the recogniser and keeps what it says. A recogniser that fails leaves the modality unknown, with a warning.
void recognise(Study& study, StepRunner& runner, const zoo::Catalogue& catalogue) {
  const Stopwatch watch;
  const Result<zoo::Card> card = runner.card(kModalityRecogniser);
  if (!card) return;
  const Result<runtime::Classification> answer = runner.classify(kModalityRecogniser, study.image, nullptr, nullptr);
  study.recognise_seconds = watch.seconds();
  if (!answer) {
    study.warnings.push_back("the modality could not be recognised: " + answer.error().message);
    return;
  }
  Recognition recognition;
  recognition.weights = kModalityRecogniser;
  for (std::size_t c = 0; c < card->classes.size() && c < answer->probabilities.size(); ++c) {
    recognition.probabilities.emplace_back(card->classes[c].name, answer->probabilities[c]);
  }
  const auto best = static_cast<std::size_t>(answer->best);
  if (best >= recognition.probabilities.size()) return;
  recognition.certain = !answer->abstained && recognition.probabilities[best].second >= 0.5;
  const auto& [name, probability] = recognition.probabilities[best];
  const std::string code = zoo::modality_code(catalogue, name);
  if (!recognition.certain) {
    study.warnings.push_back("the modality was not recognised with certainty (most likely " + name + ", " +
                             percent(probability) + "); say what the image is with --modality");
  } else if (code.empty()) {
    study.none_of_these = true;
  } else {
    study.modality = code;
    study.modality_from = "recognised";
  }
  study.recognition = std::move(recognition);
}

}  // namespace

Result<Study> make_study(image::Image image, StepRunner& runner, const StudyOptions& options) {
  const zoo::Catalogue catalogue = runner.catalogue();
  Study study;
  if (options.slice) {
    Result<image::Image> slice = image::take_slice(image, *options.slice);
    if (!slice) return slice.error();
    study.slice = static_cast<int>(*options.slice);
    study.slices = image.depth;
    image = *std::move(slice);
  }
  study.image = std::move(image);

  const Result<std::string> stated = zoo::modality_said(catalogue, options.modality);
  if (!stated) return stated.error();
  const std::string& said = *stated;
  if (!study.image.modality.empty()) {
    if (!said.empty() && said != study.image.modality) {
      return refusal("the file says that it is " + zoo::modality_name(catalogue, study.image.modality) + ", not " +
                     zoo::modality_name(catalogue, said) + "; nothing was run");
    }
    study.modality = study.image.modality;
    study.modality_from = "file";
    return study;
  }
  const bool can_recognise = catalogue.find(kModalityRecogniser) != nullptr && !study.image.is_volume();
  if (options.recognise && can_recognise) recognise(study, runner, catalogue);
  if (!said.empty()) {
    if (study.none_of_these || (!study.modality.empty() && study.modality != said)) {
      const std::string looks = study.none_of_these ? "none of the modalities that galen knows"
                                                    : zoo::modality_name(catalogue, study.modality);
      study.warnings.push_back("the image looks like " + looks + ", but was said to be " +
                               zoo::modality_name(catalogue, said) + " and is treated as that");
    }
    study.none_of_these = false;
    study.modality = said;
    study.modality_from = "person";
  } else if (options.recognise && !can_recognise) {
    study.warnings.push_back(
        "the file does not say its modality and it was not recognised: make sure that the image is of the kind asked "
        "about");
  }
  return study;
}

Result<Study> open_study(const std::filesystem::path& path, StepRunner& runner, const StudyOptions& options) {
  const Stopwatch watch;
  Result<image::Image> image = dicom::open_image(path, options.limits);
  if (!image) return image.error();
  const Result<std::string> hash = sha256_of_file(path);
  if (!hash) return hash.error();
  const double seconds = watch.seconds();
  Result<Study> study = make_study(std::move(*image), runner, options);
  if (!study) return study.error_in(path.string());
  study->path = path.string();
  study->sha256 = *hash;
  study->read_seconds = seconds;
  return study;
}

}  // namespace galen::engine
