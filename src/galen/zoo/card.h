// A card says all that galen needs to know of one weights file: what it answers, on what, how its input is made, how
// its output is read, how good it is and under which terms it may be used. A zoo entry is a folder with a card.json.
// The JSON form is described by card.schema.json; docs/card.md explains each key.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "galen/base/json.h"
#include "galen/base/result.h"

namespace galen::zoo {

enum class Task { kSegment, kClassify, kPrognose };
std::string to_string(Task task);

struct Code {
  std::string scheme;  // "SCT", "RadLex"
  std::string value;
  std::string meaning;
};

// A structure that a segmentation outlines. A voxel's probability of the label is read from the output channels: with
// sigmoid the largest of theirs, with softmax their sum.
struct Label {
  int value = 1;  // In the mask; starts at 1.
  std::string name;
  std::string colour = "#ffb000";
  std::vector<int> channels = {0};
  double threshold = 0.5;
  std::optional<Code> code;
};

struct Class {
  int index = 0;  // In the network's output, and in the card's list.
  std::string name;
  bool normal = false;
  std::optional<Code> code;
};

struct NetworkFile {
  std::string file = "network.onnx";  // Inside the entry's folder, or inside that of `entry`.
  std::string entry;  // Id of the entry that holds the file, where two cards share one network; else empty.
  std::string sha256;
};

// How an image becomes the network's input. Executed by runtime/preprocess.h, for training and for inference alike.
struct InputRule {
  enum class Fit {
    kStretch,    // The image is resized to width x height.
    kLetterbox,  // Resized with its proportions kept and padded.
    kTiles,      // Cut into overlapping tiles of width x height, which are blended.
  };
  enum class Crop { kNone, kFieldOfView };
  enum class Intensity {
    kRange,       // low..high between black and white (image/shown_range.h) -> 0..1, clipped
    kPercentile,  // low..high percentiles of the image -> 0..1, clipped
    kWindow,      // low..high in sample units -> 0..1, clipped
    kZScore,      // (x - mean) / standard deviation of the image
  };
  int channels = 3;  // 1: converted to grey; 3: grey repeated
  int width = 256;
  int height = 256;
  Fit fit = Fit::kStretch;
  // Largest side of the image, in pixels, that the scale of kTiles aims at; 0 keeps the image's own scale.
  int tile_image_side = 0;
  double tile_overlap = 0.25;
  Crop crop =
      Crop::kNone;  // kFieldOfView: to the bounding box of the illuminated disc of a fundus or endoscopy picture
  Intensity intensity = Intensity::kRange;
  double low = 0;
  double high = 1;                       // kRange: fractions of the way from black to white
  std::vector<double> mean = {0, 0, 0};  // After scaling to 0..1, per channel
  std::vector<double> deviation = {1, 1, 1};
};

struct OutputRule {
  enum class Activation { kNone, kSigmoid, kSoftmax };
  std::string name = "segmentation";  // The graph's output
  Activation activation = Activation::kSigmoid;
  double temperature = 1;  // Logits are divided by it (Guo et al. 2017)
  double bias = 0;         // Added to the positive class's logit (or logit difference) after the temperature
  // Classification: positive at or above `threshold`; where the two abstain_low_high are
  // given, the step abstains between them.
  double threshold = 0.5;
  std::optional<std::array<double, 2>> abstain_low_high;
  // Classification: a linear head of the graph that gives class-activation maps; empty where there is none.
  std::string saliency;
};

struct PostRule {
  int keep_largest = 0;  // Connected components kept per label; 0 keeps all
  bool fill_holes = false;
  double minimum_area_share = 0;  // Components smaller than this share of the image are removed
  bool inside_field_of_view = false;
  std::string inside;  // Name of the label of this card that must contain the others; empty where none must
};

// What a step whose input is another step's mask sees.
struct ChainRule {
  enum class Mode { kCrop, kBlank };
  Mode mode = Mode::kBlank;
  double margin = 0.1;  // Of the mask's bounding box, on each side (kCrop)
};

struct Card {
  std::string id;  // "segment/lung-cxr": also the entry's folder below the zoo
  Task task = Task::kSegment;
  std::string target;
  std::vector<std::string> aliases;
  std::string modality;
  std::string region;
  int dims = 2;
  std::vector<std::string> needs;
  std::vector<Label> labels;   // kSegment
  std::vector<Class> classes;  // kClassify
  NetworkFile network;
  InputRule input;
  OutputRule output;
  PostRule post;
  ChainRule chain;
  std::vector<std::string> flips;     // Test-time: "horizontal", "vertical"
  std::vector<std::string> measures;  // "area", "share-of-image", "share-of-field", "diameters", "density", …
  Json datasets = Json::array();      // {name, licence, source, split, images}
  Json recipe = Json::object();       // The whole training recipe
  Json figures = Json::object();      // On `val`, with intervals
  std::string intended_use;
  std::string limits;
  std::string licence;

  std::filesystem::path folder;  // Where it was read from; not in the JSON.
};

// Fails naming the key and what is expected. Unknown keys are refused, so that a misspelt one is noticed.
Result<Card> parse_card(const Json& document);
Json to_json(const Card& card);

// The parts that training recipes share with cards.
Result<InputRule> parse_input_rule(const Json& document);
Json to_json(const InputRule& rule);

// JSON Schema (draft 7) of a card. It says the same as parse_card, but for what a schema cannot say (unique label
// values, one mean a channel).
const std::string& card_schema();

// Fails with a sentence where the card asks for what galen cannot run yet: volumes, or more than an image.
Status check_supported(const Card& card);

// "segment/lung-cxr": a task, a slash, and lower-case letters, digits and hyphens.
bool is_entry_id(const std::string& id);

}  // namespace galen::zoo
