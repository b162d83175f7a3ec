// From the network's raw outputs to one probability map per label: activation, averaging of flips, blending of tiles,
// resampling into the image's grid.
#pragma once

#include <vector>

#include "galen/runtime/preprocess.h"
#include "galen/runtime/session.h"
#include "galen/zoo/card.h"

namespace galen::runtime {

// Probabilities of the card's labels, [labels][height][width], on a grid that lies in the image by `image_from_grid`.
struct ScoreMap {
  int width = 0;
  int height = 0;
  PixelMap image_from_grid;
  std::vector<std::vector<float>> probability;
};

// Mirrors the last axis (horizontal) or the last but one (vertical) of [.., H, W] values in place.
void mirror(std::vector<float>& values, int width, int height, bool horizontal, bool vertical);

// Probabilities of the labels from logits [1, K, H, W]: with sigmoid the largest of a label's channels, with softmax
// their sum. Fails where the output's shape does not hold the label's channels.
Result<std::vector<std::vector<float>>> label_probabilities(const zoo::Card& card, const TensorF& logits);

// Blends the tiles' probabilities ([tile][label][H*W]) with weights that fall linearly towards the tile's edge.
ScoreMap blend(const std::vector<PixelMap>& placements, const std::vector<std::vector<std::vector<float>>>& tiles,
               int width, int height);

// The logit of one label's probability at every pixel of an image of `width`, a row at a time, bilinear between grid
// points: logits are smoother than probabilities, so that edges fall between grid points. Far outside the grid it is
// that of probability 0.
class LogitsInImage {
 public:
  LogitsInImage(const ScoreMap& map, std::size_t label, int width);
  // Fills to[0, width) with the row of the image.
  void row(int y, float* to);

 private:
  struct Column {
    int left = 0;
    float part = 0;
    bool outside = false;
  };
  int grid_width_;
  int grid_height_;
  PixelMap grid_from_image_;
  std::vector<float> grid_;
  std::vector<Column> columns_;
  std::vector<float> between_;  // Of two rows of the grid
};

// Clamped to what float probabilities can tell apart from 0 and 1.
float logit(float probability);
float sigmoid(float value);

}  // namespace galen::runtime
