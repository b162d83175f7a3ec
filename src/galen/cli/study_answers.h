// What `ask` and `run` share: a study an image, its files, its summary, and one exit status for all.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "galen/cli/command.h"
#include "galen/engine/step_runner.h"
#include "galen/engine/study.h"

namespace galen::cli {

// What --modality and --slice say of the images.
engine::StudyOptions study_options(const Arguments& arguments);

using AnswerStudy = std::function<Result<engine::StudyResult>(const engine::Study&, engine::StepRunner&)>;

// Answers each image. With -o the files of one image go to DIR, those of several to folders of the images' names in it.
// Prints the summary of each, or with --json one document (a list where there are several images).
// Status: done; failed or refused where all of them are; partial where only some are.
Result<int> answer_studies(const Arguments& arguments, const AnswerStudy& answer, Console& console);

}  // namespace galen::cli
