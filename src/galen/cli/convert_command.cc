// galen convert IN OUT
#include <algorithm>

#include "galen/base/text.h"
#include "galen/cli/commands.h"
#include "galen/cli/input_image.h"
#include "galen/image/shown_range.h"
#include "galen/image/write.h"

namespace galen::cli {
namespace {

// The samples as 0-255, from the black and white that answers take too. `how` says what was done where something was.
image::Image for_display(image::Image image, std::string& how) {
  const auto [low, high] = image::shown_range(image);
  if (low == 0 && high == 255) return image;
  const double scale = 255 / (high - low);
  for (float& sample : image.samples) {
    sample = static_cast<float>(std::clamp((static_cast<double>(sample) - low) * scale, 0.0, 255.0));
  }
  how = std::string(image.window_low_high ? "the file's display window" : "black to white") + " (" + std::to_string(low) +
        " to " + std::to_string(high) + ")";
  return image;
}

}  // namespace

Result<int> run_convert(const Arguments& arguments, Console& console) {
  const std::string out = arguments.text("OUT");
  const std::string lower = lower_case(out);
  const bool png = lower.ends_with(".png");
  if (!png && !lower.ends_with(".nii") && !lower.ends_with(".nii.gz")) {
    return usage_error("OUT has to end in .png, .nii or .nii.gz, not " + out + ".");
  }
  Result<image::Image> image = open_image(arguments.text("IN"), arguments);
  if (!image) return image.error();
  if (!png) {
    if (const Status written = image::write_nifti(out, *image); !written) return written.error();
    if (image->spacing_kind == image::SpacingKind::kDetector) {
      console.say("The spacing is one on the detector, which NIfTI cannot say: lengths read from " + out +
                  " pass for lengths in the patient, which are smaller.");
    }
    return kExitDone;
  }
  if (image->is_volume()) {
    return usage_error(arguments.text("IN") + " is a volume of " + std::to_string(image->depth) +
                       " slices; write it to .nii.gz, or choose one with --slice.");
  }
  std::string how;
  const image::Image shown = for_display(std::move(*image), how);
  if (const Status written = image::write_png(out, shown); !written) return written.error();
  if (!how.empty()) console.say("The samples were scaled to 0-255 from " + how + ".");
  return kExitDone;
}

}  // namespace galen::cli
