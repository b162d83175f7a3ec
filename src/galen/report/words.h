// Numbers, names and sentences of a result as people read them. Everything shown anywhere is made from a StudyResult.
#pragma once

#include <string>
#include <vector>

#include "galen/engine/result.h"

namespace galen::report {

// "0.43", "12.3 %", "1,234 pixels", "15.2 mm"; "not available" where there is no value.
std::string value_text(const engine::Measurement& measurement);

// Whether it says in pixels what another of `all` says in millimetres: the table has both, sentences and legends one.
bool is_restated(const engine::Measurement& measurement, const std::vector<engine::Measurement>& all);

std::string percent_text(double share);    // 0.973 -> "97.3 %"
std::string seconds_text(double seconds);  // "12 ms", "1.24 s"

// What a step that was done came to: "found", "not found"; "positive", "negative, benign", "uncertain"; a class's name.
std::string outcome_text(const engine::StepResult& step);

// "optic disc" -> "optic-disc": letters, digits and single dashes only, so that it is safe as a file name; never empty.
std::string slug(const std::string& text);

// What came out, one sentence for each step and measurement across steps, and for each declined part.
std::vector<std::string> answer_sentences(const engine::StudyResult& result);

// "1024 x 768 pixels, chest x-ray (recognised from the picture)".
std::string image_text(const engine::StudyResult& result);

}  // namespace galen::report
