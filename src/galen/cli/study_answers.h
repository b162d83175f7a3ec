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

// Ids of the entries that will likely be run over a study of the zoo's, guessed before the image is known.
using LikelyEntries = std::function<std::vector<std::string>(const zoo::Catalogue&)>;
using AnswerStudy = std::function<Result<engine::StudyResult>(const engine::Study&, engine::StepRunner&)>;

// The entries that a plan's steps name.
std::vector<std::string> weights_of(const plan::Plan& plan);

// Answers each image; meanwhile the recogniser and the `likely` entries are loaded in the background. With -o the files
// of one image go to DIR, those of several to folders of the images' names in it. Prints the summary of each, or with
// --json one document (a list where there are several images). Status: done; failed or refused where all of them are;
// partial where only some are.
Result<int> answer_studies(const Arguments& arguments, const LikelyEntries& likely, const AnswerStudy& answer,
                           Console& console);

}  // namespace galen::cli
