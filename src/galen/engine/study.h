// The image that a request is about, and what is known of it before planning.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "galen/engine/result.h"
#include "galen/engine/step_runner.h"
#include "galen/image/read.h"

namespace galen::engine {

// The zoo entry that tells modalities apart, where there is one. Its classes are modality codes or names of the
// catalogue's modalities; a class that is neither stands for "none of these".
inline constexpr const char* kModalityRecogniser = "classify/modality";

struct Study {
  image::Image image;
  std::string path;
  std::string sha256;         // Of the file
  std::string modality;       // Code; "" where it is not known
  std::string modality_from;  // As in StudyResult
  // The recogniser holds that the picture is none of the modalities that galen knows: nothing is to be run on it.
  bool none_of_these = false;
  std::optional<Recognition> recognition;
  // Which slice of the file the image is, and of how many; 0 of 0 where the image is the whole file's.
  int slice = 0, slices = 0;
  std::vector<std::string> warnings;
  double read_seconds = 0;
  double recognise_seconds = 0;
};

struct StudyOptions {
  std::string modality;       // What the person says that it is: a code or a name ("chest x-ray"); "" says nothing
  std::optional<long> slice;  // Of a volume, from 1: the study is of this slice alone
  bool recognise = true;      // Ask the recogniser where neither the file nor the person says
  image::ReadLimits limits;
};

// Reads the file and finds out its modality: the file's own statement, then the person's, then the recogniser's. Fails
// with a refusal where the person contradicts the file, and as a wrong use where the person's modality is not one that
// the zoo knows.
Result<Study> open_study(const std::filesystem::path& path, StepRunner& runner, const StudyOptions& options = {});

// The same for an image that is in memory already.
Result<Study> make_study(image::Image image, StepRunner& runner, const StudyOptions& options = {});

}  // namespace galen::engine
