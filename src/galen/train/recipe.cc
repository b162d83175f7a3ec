#include "galen/train/recipe.h"

#include <algorithm>
#include <regex>

#include "galen/train/fields.h"

namespace galen::train {
namespace {

void read_network(Fields& fields, NetworkRecipe& network) {
  fields.text("architecture", network.architecture);
  fields.integer("seed", 0, 1LL << 53, network.seed);
  fields.text("from", network.from);
  fields.text("file", network.file);
  if (fields.has("options")) network.options = fields.raw("options");
  fields.object("pretrained", [&](Fields& inner) {
    inner.text("file", network.pretrained_file);
    inner.text("naming", network.pretrained_naming);
    if (network.pretrained_file.empty()) inner.fail("file", "the name of a safetensors file is needed");
    if (network.pretrained_naming.empty()) inner.fail("naming", "for example \"pytorch-efficientnet-lite0\" is needed");
  });
  const int ways = !network.architecture.empty() + !network.from.empty() + !network.file.empty();
  if (ways != 1) fields.fail("", "exactly one of \"architecture\", \"from\" and \"file\" is needed");
}

void read_augment(Fields& fields, AugmentRecipe& augment) {
  fields.number("flip_horizontal", 0, 1, augment.flip_horizontal);
  fields.number("flip_vertical", 0, 1, augment.flip_vertical);
  fields.number("rotate_degrees", 0, 180, augment.rotate_degrees);
  fields.range("scale", 0.1, 10, augment.scale);
  fields.number("stretch", 0, 1, augment.stretch);
  fields.number("translate", 0, 1, augment.translate);
  fields.object("elastic", [&](Fields& inner) {
    augment.elastic_probability = 1;
    inner.number("probability", 0, 1, augment.elastic_probability);
    inner.number("amplitude", 0, 100, augment.elastic_amplitude);
    inner.number("spacing", 4, 1000, augment.elastic_spacing);
  });
  fields.number("brightness", 0, 1, augment.brightness);
  fields.range("contrast", 0, 10, augment.contrast);
  fields.range("gamma", 0.1, 10, augment.gamma);
  fields.range("saturation", 0, 10, augment.saturation);
  fields.number("hue_degrees", 0, 180, augment.hue_degrees);
  fields.number("noise", 0, 1, augment.noise);
  fields.object("blur", [&](Fields& inner) {
    augment.blur_probability = 1;
    inner.number("probability", 0, 1, augment.blur_probability);
    inner.range("sigma", 0, 20, augment.blur_sigma);
  });
  fields.object("jpeg", [&](Fields& inner) {
    augment.jpeg_probability = 1;
    inner.number("probability", 0, 1, augment.jpeg_probability);
    inner.range("quality", 1, 100, augment.jpeg_quality);
  });
  fields.object("erase", [&](Fields& inner) {
    augment.erase_probability = 1;
    inner.number("probability", 0, 1, augment.erase_probability);
    inner.number("share", 0.01, 1, augment.erase_share);
  });
}

void read_loss(Fields& fields, LossRecipe& loss) {
  fields.object("segmentation", [&](Fields& inner) {
    inner.number("dice", 0, 1000, loss.dice);
    inner.number("bce", 0, 1000, loss.bce);
    inner.number("focal", 0, 1000, loss.focal);
    inner.number("focal_gamma", 0, 10, loss.focal_gamma);
    inner.number("positive_weight", 0.001, 1000, loss.positive_weight);
    inner.flag("dice_of_batch", loss.dice_of_batch);
  });
  fields.object("classification", [&](Fields& inner) {
    inner.number("cross_entropy", 0, 1000, loss.cross_entropy);
    inner.numbers("class_weights", loss.class_weights);
    inner.number("label_smoothing", 0, 0.5, loss.label_smoothing);
  });
}

void read_optimizer(Fields& fields, OptimizerRecipe& optimizer) {
  std::string name = "adamw";
  fields.choice("name", {"adamw", "sgd"}, name);
  optimizer.adamw = name == "adamw";
  fields.number("learning_rate", 0, 10, optimizer.learning_rate);
  fields.number("weight_decay", 0, 10, optimizer.weight_decay);
  fields.number("momentum", 0, 0.9999, optimizer.momentum);
  fields.number("encoder_factor", 0, 100, optimizer.encoder_factor);
  fields.number("clip_norm", 0, 1e6, optimizer.clip_norm);
}

// A card of the recipe lacks what training finds out; later cards take the first one's input and network.
Result<zoo::Card> read_card(Json document, const Json& first, std::size_t index) {
  const std::string place = "cards[" + std::to_string(index) + "]";
  if (!document.is_object()) return Error{place + ": an object is expected", ErrorKind::kUsage};
  for (const char* key : {"figures", "recipe", "network"}) {
    if (document.contains(key)) {
      return Error{place + "." + key + ": training fills this in; leave it out", ErrorKind::kUsage};
    }
  }
  if (index > 0 && !document.contains("input")) document["input"] = first.value("input", Json::object());
  document["network"] = {{"file", "network.onnx"}, {"sha256", std::string(64, '0')}};
  if (index > 0 && first.contains("id")) document["network"]["entry"] = first["id"];
  Result<zoo::Card> card = zoo::parse_card(document);
  if (!card) return Error{place + ": " + card.error().message, ErrorKind::kUsage};
  return card;
}

Status check_together(const Recipe& recipe) {
  const auto wrong = [](const std::string& message) { return Error{message, ErrorKind::kUsage}; };
  const Json input = zoo::to_json(recipe.cards.front())["input"];
  for (std::size_t i = 0; i < recipe.cards.size(); ++i) {
    const zoo::Card& card = recipe.cards[i];
    const std::string place = "cards[" + std::to_string(i) + "]";
    if (card.dims != 2) return wrong(place + ".dims: only 2-D networks are trained so far");
    if (zoo::to_json(card)["input"] != input) {
      return wrong(place + ".input: cards of one network need the same input as the first");
    }
    if (card.task == zoo::Task::kSegment) {
      if (card.output.activation != zoo::OutputRule::Activation::kSigmoid) {
        return wrong(place + ".output.activation: segmentation is trained with \"sigmoid\"");
      }
      for (const zoo::Label& label : card.labels) {
        for (const int channel : label.channels) {
          if (channel >= recipe.segmentation_channels()) {
            return wrong(place + ".labels: channel " + std::to_string(channel) + " of \"" + label.name +
                         "\" is not among the targets");
          }
        }
      }
    } else if (card.task != zoo::Task::kClassify) {
      return wrong(place + ".task: only segment and classify can be trained so far");
    } else if (card.classes.size() < 2) {
      return wrong(place + ".classes: at least two classes are needed");
    }
  }
  if (recipe.has_segmentation() && recipe.targets.empty()) return wrong("targets: segmentation cards need them");
  for (const evaluate::Target& target : recipe.targets) {
    if (!target.side.empty() && recipe.augment.flip_horizontal > 0) {
      return wrong(
          "augment.flip_horizontal: must be 0 where targets have a side; a mirrored image swaps left and right");
    }
  }
  if (const zoo::Card* card = recipe.find(zoo::Task::kClassify)) {
    const std::size_t classes = card->classes.size();
    if (!recipe.loss.class_weights.empty() && recipe.loss.class_weights.size() != classes) {
      return wrong("loss.classification.class_weights: " + std::to_string(classes) +
                   " numbers, one a class, are expected");
    }
    for (const evaluate::CaseSource& source : recipe.data) {
      if (source.constant_class >= static_cast<int>(classes)) return wrong("data.class: there is no such class");
      for (const auto& [value, index] : source.class_map) {
        if (index >= static_cast<int>(classes)) return wrong("data.class_map." + value + ": there is no such class");
      }
    }
  }
  if (recipe.train_tile > 0 && recipe.input().fit != zoo::InputRule::Fit::kTiles) {
    return wrong("train_tile: only an input that is cut into tiles (\"fit\": \"tiles\") has it");
  }
  if (recipe.batch < 2) return wrong("batch: at least 2 (statistics of a batch of one mean nothing)");
  return {};
}

}  // namespace

zoo::InputRule Recipe::training_input() const {
  zoo::InputRule rule = input();
  if (train_tile > 0) rule.width = rule.height = train_tile;
  return rule;
}

const zoo::Card* Recipe::find(zoo::Task task) const {
  for (const zoo::Card& card : cards) {
    if (card.task == task) return &card;
  }
  return nullptr;
}

Result<Json> read_recipe_document(const std::filesystem::path& path) {
  constexpr int kLongestChain = 8;
  std::vector<Json> patches;
  for (std::filesystem::path next = path; patches.size() < kLongestChain;) {
    Result<Json> document = read_json_file(next);
    if (!document) return document.error();
    const bool extends = document->is_object() && document->contains("extends");
    if (!extends) {
      while (!patches.empty()) {
        document->merge_patch(patches.back());
        patches.pop_back();
      }
      return document;
    }
    const Json base = (*document)["extends"];
    if (!base.is_string()) return Error{next.string() + ": extends: the name of a recipe is needed"};
    document->erase("extends");
    patches.push_back(std::move(*document));
    next = next.parent_path() / base.get<std::string>();
  }
  return Error{path.string() + ": extends: more than " + std::to_string(kLongestChain) +
               " recipes extend one another; do they form a circle?"};
}

Result<Recipe> parse_recipe(const Json& document) {
  Recipe recipe;
  recipe.document = document;
  Fields fields(document, "");
  if (!document.is_object()) return fields.finish().error();
  fields.text("name", recipe.name);
  if (!std::regex_match(recipe.name, std::regex("[a-z0-9][a-z0-9-]{0,63}"))) {
    fields.fail("name", "a name of small letters, digits and hyphens is needed");
  }
  std::string about;
  fields.text("about", about);
  fields.object("network", [&](Fields& inner) { read_network(inner, recipe.network); });
  if (!fields.has("network")) fields.fail("network", "it is needed");
  fields.texts("freeze", recipe.freeze);
  fields.object("augment", [&](Fields& inner) { read_augment(inner, recipe.augment); });
  fields.object("loss", [&](Fields& inner) { read_loss(inner, recipe.loss); });
  fields.object("optimizer", [&](Fields& inner) { read_optimizer(inner, recipe.optimizer); });
  fields.object("schedule", [&](Fields& inner) {
    inner.integer("warm_up_steps", 0, 1'000'000, recipe.optimizer.warm_up_steps);
    inner.number("final_factor", 0, 1, recipe.optimizer.final_factor);
  });
  fields.object("finish", [&](Fields& inner) {
    std::string threshold = "half";
    inner.choice("segmentation_threshold", {"half", "dice"}, threshold);
    recipe.finish.threshold_by_dice = threshold == "dice";
    inner.flag("calibrate", recipe.finish.calibrate);
    inner.choice("operating_point", {"f1", "youden", "half"}, recipe.finish.operating_point);
    inner.number("abstain_coverage", 0.1, 1, recipe.finish.abstain_coverage);
  });
  fields.number("ema", 0, 0.99999, recipe.ema);
  fields.integer("batch", 1, 1024, recipe.batch);
  fields.integer("epochs", 1, 100'000, recipe.epochs);
  fields.integer("train_tile", 0, 4096, recipe.train_tile);
  fields.integer("images_per_epoch", 0, 10'000'000, recipe.images_per_epoch);
  fields.integer("validate_every", 1, 100'000, recipe.validate_every);
  fields.integer("patience", 0, 100'000, recipe.patience);
  fields.integer("seed", 0, 1LL << 53, recipe.seed);
  fields.flag("bfloat16", recipe.bfloat16);
  fields.number("checkpoint_minutes", 0, 1e6, recipe.checkpoint_minutes);
  fields.choice("storage", {"float32", "float16", "int8"}, recipe.storage);
  for (const char* key : {"cards", "data"}) {
    if (!fields.has(key) || !fields.raw(key).is_array() || fields.raw(key).empty()) {
      fields.fail(key, "a list of at least one is needed");
    }
  }
  if (fields.has("targets")) (void)fields.raw("targets");
  if (Status status = fields.finish(); !status) return status.error();

  if (document.contains("targets")) {
    Result<std::vector<evaluate::Target>> targets = evaluate::parse_targets(document["targets"]);
    if (!targets) return Error{targets.error().message, ErrorKind::kUsage};
    recipe.targets = std::move(*targets);
  }
  for (std::size_t i = 0; i < document["data"].size(); ++i) {
    Result<evaluate::CaseSource> source = evaluate::parse_case_source(document["data"][i]);
    if (!source) return Error{"data[" + std::to_string(i) + "]." + source.error().message, ErrorKind::kUsage};
    recipe.data.push_back(std::move(*source));
  }
  for (std::size_t i = 0; i < document["cards"].size(); ++i) {
    Result<zoo::Card> card = read_card(document["cards"][i], document["cards"][0], i);
    if (!card) return card.error();
    recipe.cards.push_back(std::move(*card));
  }
  if (Status status = check_together(recipe); !status) return status.error();
  return recipe;
}

}  // namespace galen::train
