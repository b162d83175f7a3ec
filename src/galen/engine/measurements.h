// Which measurements a result gets, and their values.
//
// Names that a card's `measures` and a plan's `measurements` may use; others are ignored in a card and reported as a
// warning in a plan:
//   in a card: area, share-of-image, share-of-field, diameters, vertical-diameter, horizontal-diameter, circumference,
//              count, holes, density, volume
//   in a plan: a person's words, such as cup-to-disc ratio, cardiothoracic ratio, share of field, diameter, vessel
//              density
#pragma once

#include <string>
#include <vector>

#include "galen/engine/result.h"
#include "galen/engine/study.h"

namespace galen::engine {

// Of one segmentation, label by label: what its card lists and what was asked for.
std::vector<Measurement> measure_step(const StepResult& step, const image::Image& image,
                                      const std::vector<std::string>& asked);

// Of several: vertical cup-to-disc ratio and cardiothoracic ratio wherever their structures were segmented, or where
// they were asked for (then without a value, saying why). Shares of another structure's region where one was asked for.
std::vector<Measurement> measure_across(const std::vector<StepResult>& steps, const image::Image& image,
                                        const std::vector<std::string>& asked);

// A sentence for what the plan asks for and no measurement is known by, and for a "ratio" (whichever the structures
// allow) where `across`, what measure_across gave, has none.
std::vector<std::string> measurement_warnings(const std::vector<std::string>& asked,
                                              const std::vector<Measurement>& across);

}  // namespace galen::engine
