// A training run described as a value: what is learnt from what, how. docs/recipes.md explains each key.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"
#include "galen/evaluate/cases.h"
#include "galen/zoo/card.h"

namespace galen::train {

struct NetworkRecipe {
  std::string architecture;  // One of network::architecture_names(),
  Json options = Json::object();
  std::uint64_t seed = 1;
  std::string from;             // or the zoo entry that training starts from,
  std::string file;             // or an ONNX file, relative to the recipe's folder
  std::string pretrained_file;  // safetensors in the dependencies' folder; "": none
  std::string pretrained_naming;
};

using Range = std::array<double, 2>;

// Random changes of a training image. A range is drawn from uniformly; zeros (and ranges of one value) do nothing.
struct AugmentRecipe {
  double flip_horizontal = 0;  // Probabilities
  double flip_vertical = 0;
  double rotate_degrees = 0;  // -x..x
  Range scale = {1, 1};
  double stretch = 0;    // Width against height by a factor of up to 1 + x
  double translate = 0;  // Share of the input's side, -x..x
  double elastic_probability = 0;
  double elastic_amplitude = 0;  // Pixels of the input: standard deviation of the displacement
  double elastic_spacing = 32;   // Pixels between the control points
  double brightness = 0;         // Added, -x..x, where black is 0 and white is 1
  Range contrast = {1, 1};
  Range gamma = {1, 1};
  Range saturation = {1, 1};
  double hue_degrees = 0;
  double noise = 0;  // Standard deviation 0..x
  double blur_probability = 0;
  Range blur_sigma = {0.3, 1.2};  // Pixels of the input
  double jpeg_probability = 0;
  Range jpeg_quality = {40, 95};
  double erase_probability = 0;  // A rectangle of up to `erase_share` of each side is set to one grey
  double erase_share = 0.25;
};

struct LossRecipe {
  double dice = 1, bce = 1, focal = 0;
  double focal_gamma = 2;
  double positive_weight = 1;  // Of foreground pixels in bce and focal
  bool dice_of_batch = false;  // One Dice for the whole batch instead of one an image (thin structures, tiles)
  double cross_entropy = 1;
  std::vector<double> class_weights;
  double label_smoothing = 0;
};

struct OptimizerRecipe {
  bool adamw = true;  // Else SGD with momentum
  double learning_rate = 1e-3;
  double weight_decay = 1e-2;  // Not on norms and biases
  double momentum = 0.9;
  double encoder_factor = 1;  // Of the learning rate for names that start with "encoder/"
  double clip_norm = 1;       // 0: gradients are not clipped
  int warm_up_steps = 50;
  double final_factor = 0.01;  // Of the learning rate at the end of the cosine
};

struct FinishRecipe {
  bool threshold_by_dice = false;  // Label thresholds that give the best Dice on val, else 0.5
  bool calibrate = true;
  std::string operating_point = "f1";  // "f1", "youden" or "half"
  double abstain_coverage = 1;         // Share of val that is answered; below 1 sets abstain_low_high
};

struct Recipe {
  std::string name;
  std::vector<zoo::Card> cards;  // Without figures; all of one network, input rules equal
  std::vector<evaluate::CaseSource> data;
  std::vector<evaluate::Target> targets;
  NetworkRecipe network;
  std::vector<std::string> freeze;
  AugmentRecipe augment;
  LossRecipe loss;
  OptimizerRecipe optimizer;
  FinishRecipe finish;
  double ema = 0.99;  // 0: none
  int batch = 8;
  int epochs = 20;
  int train_tile = 0;        // Side of the random tiles that are drawn; 0: the input's size
  int images_per_epoch = 0;  // 0: each training case once (times its repeat)
  int validate_every = 1;    // Epochs
  int patience = 0;          // Validations without a better one after which training ends; 0: never
  std::uint64_t seed = 1;
  bool bfloat16 = false;
  double checkpoint_minutes = 5;
  std::string storage = "int8";  // "float32", "float16", "int8"
  Json document;                 // As it was read; goes into the cards

  const zoo::InputRule& input() const { return cards.front().input; }
  // The input rule of what training draws; validation and answers use input().
  zoo::InputRule training_input() const;
  int segmentation_channels() const { return has_segmentation() ? evaluate::channel_count(targets) : 0; }
  bool has_segmentation() const { return find(zoo::Task::kSegment) != nullptr; }
  bool has_classification() const { return find(zoo::Task::kClassify) != nullptr; }
  // The first card of the task, or null.
  const zoo::Card* find(zoo::Task task) const;
};

// The document of the file. `"extends": "other.json"` (relative to the file's folder) starts from that recipe and
// changes in it what the file holds, as a JSON merge patch (RFC 7396): objects key by key, null removes, all else
// replaces. Fails where a file cannot be read and where recipes extend one another in a circle.
Result<Json> read_recipe_document(const std::filesystem::path& path);

// Fails naming the key and what is expected. Unknown keys are refused, so that a misspelt one is noticed.
Result<Recipe> parse_recipe(const Json& document);

}  // namespace galen::train
