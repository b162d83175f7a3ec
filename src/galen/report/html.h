// The report as one HTML page: opens offline, without scripts, and prints well.
#pragma once

#include <string>
#include <vector>

#include "galen/engine/result.h"

namespace galen::report {

// A picture as a PNG file's bytes.
struct EmbeddedPicture {
  std::string caption;
  int step = -1;  // As in Picture
  std::string png;
};

std::string report_html(const engine::StudyResult& result, const std::vector<EmbeddedPicture>& pictures);

// `text` with &, <, >, " and ' as entities, and bytes that are not UTF-8 or are control characters replaced.
std::string escaped(const std::string& text);

}  // namespace galen::report
