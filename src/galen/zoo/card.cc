#include "galen/zoo/card.h"

#include <algorithm>
#include <set>

#include "galen/zoo/card_schema_text.h"
#include "galen/zoo/fields.h"

namespace galen::zoo {
namespace {

const std::vector<std::string> kTasks = {"segment", "classify", "prognose"};
const std::vector<std::string> kFits = {"stretch", "letterbox", "tiles"};
const std::vector<std::string> kCrops = {"none", "field-of-view"};
const std::vector<std::string> kIntensities = {"range", "percentile", "window", "z-score"};
const std::vector<std::string> kActivations = {"none", "sigmoid", "softmax"};
const std::vector<std::string> kChainModes = {"crop", "blank"};
const std::vector<std::string> kFlips = {"horizontal", "vertical"};

constexpr double kAnyNumber = 1e9;

template <typename Enum>
void read_choice(Fields& fields, const std::string& key, Enum& value, const std::vector<std::string>& names,
                 bool required = false) {
  int index = static_cast<int>(value);
  fields.choice(key, index, names, required);
  value = static_cast<Enum>(index);
}

template <typename Enum>
const std::string& name_of(Enum value, const std::vector<std::string>& names) {
  return names.at(static_cast<std::size_t>(value));
}

bool is_hexadecimal(const std::string& text, std::size_t from) {
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// A relative path that stays below the folder that it is joined to (symbolic links are looked at when it is opened).
bool stays_inside(const std::string& file) {
  const std::filesystem::path path(file);
  if (file.empty() || path.is_absolute() || file.find('\\') != std::string::npos || !path.has_filename()) return false;
  return std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".." || part == "."; });
}

void read_code(Fields& parent, const std::string& name, std::optional<Code>& code, std::string* problem) {
  const Json* part = parent.part("code", "object");
  if (!part) return;
  Fields fields(*part, name + ".code", problem);
  code.emplace();
  fields.text("scheme", code->scheme, true);
  fields.text("value", code->value, true);
  fields.text("meaning", code->meaning, true);
  fields.finish();
}

void read_labels(const Json& list, Card& card, std::string* problem) {
  std::set<int> values;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size() && problem->empty(); ++i) {
    const std::string path = "labels[" + std::to_string(i) + "]";
    Fields fields(list[i], path, problem);
    Label label;
    fields.integer("value", label.value, 1, 254, true);
    fields.text("name", label.name, true);
    fields.text("colour", label.colour);
    fields.integers("channels", label.channels, 0, 1023);
    fields.number("threshold", label.threshold, 0.001, 0.999);
    read_code(fields, path, label.code, problem);
    if (label.colour.size() != 7 || label.colour[0] != '#' || !is_hexadecimal(label.colour, 1)) {
      fields.fail("colour", "a colour such as \"#ffb000\"");
    }
    if (label.channels.empty()) fields.fail("channels", "a list of at least one output channel");
    if (!values.insert(label.value).second) fields.fail("value", "different from those of the other labels");
    if (!names.insert(label.name).second) fields.fail("name", "different from those of the other labels");
    fields.finish();
    card.labels.push_back(std::move(label));
  }
}

void read_classes(const Json& list, Card& card, std::string* problem) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.size() && problem->empty(); ++i) {
    const std::string path = "classes[" + std::to_string(i) + "]";
    Fields fields(list[i], path, problem);
    Class entry;
    fields.integer("index", entry.index, 0, static_cast<int>(list.size()) - 1, true);
    fields.text("name", entry.name, true);
    fields.boolean("normal", entry.normal);
    read_code(fields, path, entry.code, problem);
    // The class numbers of tables and predictions are places in this list and the network's outputs, both.
    if (entry.index != static_cast<int>(i)) {
      fields.fail("index", std::to_string(i) + ": classes are listed in the order of the network's output");
    }
    if (!names.insert(entry.name).second) fields.fail("name", "different from those of the other classes");
    fields.finish();
    card.classes.push_back(std::move(entry));
  }
}

void read_network(const Json& part, NetworkFile& network, std::string* problem) {
  Fields fields(part, "network", problem);
  fields.text("file", network.file);
  fields.text("entry", network.entry);
  fields.text("sha256", network.sha256, true);
  if (!stays_inside(network.file)) fields.fail("file", "the name of a file inside the entry's folder");
  if (!network.entry.empty() && !is_entry_id(network.entry)) {
    fields.fail("entry", "the id of the entry whose network is shared, such as \"segment/optic-disc-fundus\"");
  }
  if (network.sha256.size() != 64 || !is_hexadecimal(network.sha256, 0)) {
    fields.fail("sha256", "64 lower-case hexadecimal digits");
  }
  fields.finish();
}

void read_input(const Json& part, InputRule& rule, std::string* problem) {
  Fields fields(part, "input", problem);
  fields.integer("channels", rule.channels, 1, 3);
  fields.integer("width", rule.width, 8, 4096);
  fields.integer("height", rule.height, 8, 4096);
  read_choice(fields, "fit", rule.fit, kFits);
  fields.integer("tile_image_side", rule.tile_image_side, 0, 32768);
  fields.number("tile_overlap", rule.tile_overlap, 0, 0.9);
  read_choice(fields, "crop", rule.crop, kCrops);
  read_choice(fields, "intensity", rule.intensity, kIntensities);
  if (rule.intensity == InputRule::Intensity::kPercentile) {
    rule.low = 0.5;
    rule.high = 99.5;
  }
  const bool fraction = rule.intensity == InputRule::Intensity::kRange;
  const bool percent = rule.intensity == InputRule::Intensity::kPercentile;
  const double least = fraction || percent ? 0 : -kAnyNumber;
  const double most = fraction ? 1 : percent ? 100 : kAnyNumber;
  fields.number("low", rule.low, least, most);
  fields.number("high", rule.high, least, most);
  if (rule.intensity == InputRule::Intensity::kWindow && !(fields.has("low") && fields.has("high"))) {
    fields.fail("low", "given together with input.high for the intensity rule \"window\"");
  }
  if (!(rule.low < rule.high)) fields.fail("low", "less than input.high");
  if (rule.channels == 2) fields.fail("channels", "1 (grey) or 3 (colour)");
  const std::size_t channels = static_cast<std::size_t>(rule.channels);
  rule.mean.assign(channels, 0);
  rule.deviation.assign(channels, 1);
  fields.numbers("mean", rule.mean, -kAnyNumber, kAnyNumber);
  fields.numbers("deviation", rule.deviation, 1e-6, kAnyNumber);
  if (rule.mean.size() != channels) fields.fail("mean", "a list of one number for each channel");
  if (rule.deviation.size() != channels) fields.fail("deviation", "a list of one number for each channel");
  fields.finish();
}

void read_output(const Json& part, OutputRule& rule, std::string* problem) {
  Fields fields(part, "output", problem);
  fields.text("name", rule.name, false);
  read_choice(fields, "activation", rule.activation, kActivations);
  fields.number("temperature", rule.temperature, 0.01, 100);
  fields.number("bias", rule.bias, -100, 100);
  fields.number("threshold", rule.threshold, 0, 1);
  fields.text("saliency", rule.saliency);
  if (fields.has("abstain")) {
    std::vector<double> band;
    fields.numbers("abstain", band, 0, 1);
    constexpr double kRounding = 1e-6;  // Of a band that was computed from the threshold
    if (band.size() != 2 || band[0] > band[1]) {
      fields.fail("abstain", "a list of two probabilities, the lower first");
    } else if (band[0] > rule.threshold + kRounding || band[1] < rule.threshold - kRounding) {
      fields.fail("abstain", "two probabilities with output.threshold between them");
    } else {
      rule.abstain_low_high = {band[0], band[1]};
    }
  }
  if (rule.name.empty()) fields.fail("name", "the name of an output of the network");
  fields.finish();
}

void read_post(const Json& part, PostRule& rule, std::string* problem) {
  Fields fields(part, "post", problem);
  fields.integer("keep_largest", rule.keep_largest, 0, 1000);
  fields.boolean("fill_holes", rule.fill_holes);
  fields.number("minimum_area_share", rule.minimum_area_share, 0, 1);
  fields.boolean("inside_field_of_view", rule.inside_field_of_view);
  fields.text("inside", rule.inside);
  fields.finish();
}

void read_chain(const Json& part, ChainRule& rule, std::string* problem) {
  Fields fields(part, "chain", problem);
  read_choice(fields, "mode", rule.mode, kChainModes);
  fields.number("margin", rule.margin, 0, 10);
  fields.finish();
}

// What depends on several keys.
void check_whole(Fields& fields, const Card& card) {
  if (!is_entry_id(card.id)) {
    return fields.fail("id",
                       "a task and a name of lower-case letters, digits and hyphens, such as \"segment/lung-cxr\"");
  }
  if (card.id.substr(0, card.id.find('/')) != to_string(card.task))
    fields.fail("id", "one that starts with the card's task");
  if (card.task == Task::kSegment && card.labels.empty()) fields.fail("labels", "a list of at least one label");
  if (card.task == Task::kClassify && card.classes.size() < 2) fields.fail("classes", "a list of at least two classes");
  if (card.task != Task::kSegment && !card.labels.empty()) fields.fail("labels", "left out: the task does not segment");
  if (card.task != Task::kClassify && !card.classes.empty())
    fields.fail("classes", "left out: the task does not classify");
  if (!card.post.inside.empty() && std::none_of(card.labels.begin(), card.labels.end(),
                                                [&](const Label& label) { return label.name == card.post.inside; })) {
    fields.fail("post", "one whose \"inside\" is the name of a label of this card");
  }
  for (const std::string& flip : card.flips) {
    if (std::find(kFlips.begin(), kFlips.end(), flip) == kFlips.end()) {
      fields.fail("flips", "a list of \"horizontal\" and \"vertical\"");
    }
  }
}

Json code_json(const Code& code) { return {{"scheme", code.scheme}, {"value", code.value}, {"meaning", code.meaning}}; }

}  // namespace

std::string to_string(Task task) { return name_of(task, kTasks); }

bool is_entry_id(const std::string& id) {
  const std::size_t slash = id.find('/');
  if (slash == std::string::npos || id.size() > 100) return false;
  if (std::find(kTasks.begin(), kTasks.end(), id.substr(0, slash)) == kTasks.end()) return false;
  const std::string name = id.substr(slash + 1);
  return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Result<InputRule> parse_input_rule(const Json& document) {
  std::string problem;
  InputRule rule;
  read_input(document, rule, &problem);
  if (!problem.empty()) return Error{problem};
  return rule;
}

Result<Card> parse_card(const Json& document) {
  std::string problem;
  Card card;
  Fields fields(document, "", &problem);
  fields.text("id", card.id, true);
  read_choice(fields, "task", card.task, kTasks, true);
  fields.text("target", card.target, true);
  fields.texts("aliases", card.aliases);
  fields.text("modality", card.modality, true);
  fields.text("region", card.region);
  fields.integer("dims", card.dims, 2, 3);
  fields.texts("needs", card.needs);
  if (const Json* part = fields.part("labels", "array")) read_labels(*part, card, &problem);
  if (const Json* part = fields.part("classes", "array")) read_classes(*part, card, &problem);
  if (const Json* part = fields.part("network", "object", true)) read_network(*part, card.network, &problem);
  if (const Json* part = fields.part("input", "object", true)) read_input(*part, card.input, &problem);
  if (card.task != Task::kSegment) {
    card.output.name = "classification";
    card.output.activation = OutputRule::Activation::kSoftmax;
  }
  if (const Json* part = fields.part("output", "object")) read_output(*part, card.output, &problem);
  if (const Json* part = fields.part("post", "object")) read_post(*part, card.post, &problem);
  if (const Json* part = fields.part("chain", "object")) read_chain(*part, card.chain, &problem);
  fields.texts("flips", card.flips);
  fields.texts("measures", card.measures);
  if (const Json* part = fields.part("datasets", "array")) card.datasets = *part;
  if (const Json* part = fields.part("recipe", "object")) card.recipe = *part;
  if (const Json* part = fields.part("figures", "object")) card.figures = *part;
  fields.text("intended_use", card.intended_use);
  fields.text("limits", card.limits);
  fields.text("licence", card.licence);
  fields.finish();
  if (problem.empty()) check_whole(fields, card);
  if (!problem.empty()) return Error{problem};
  return card;
}

Status check_supported(const Card& card) {
  if (card.dims != 2) return Error{card.id + " works on volumes, which are not supported yet; it cannot be run"};
  if (!card.needs.empty()) {
    return Error{card.id + " needs \"" + card.needs.front() +
                 "\" besides the image, which is not supported yet; it cannot be run"};
  }
  return {};
}

Json to_json(const InputRule& rule) {
  return {{"channels", rule.channels},
          {"width", rule.width},
          {"height", rule.height},
          {"fit", name_of(rule.fit, kFits)},
          {"tile_image_side", rule.tile_image_side},
          {"tile_overlap", rule.tile_overlap},
          {"crop", name_of(rule.crop, kCrops)},
          {"intensity", name_of(rule.intensity, kIntensities)},
          {"low", rule.low},
          {"high", rule.high},
          {"mean", rule.mean},
          {"deviation", rule.deviation}};
}

Json to_json(const Card& card) {
  Json labels = Json::array();
  for (const Label& label : card.labels) {
    Json item = {{"value", label.value},
                 {"name", label.name},
                 {"colour", label.colour},
                 {"channels", label.channels},
                 {"threshold", label.threshold}};
    if (label.code) item["code"] = code_json(*label.code);
    labels.push_back(std::move(item));
  }
  Json classes = Json::array();
  for (const Class& entry : card.classes) {
    Json item = {{"index", entry.index}, {"name", entry.name}, {"normal", entry.normal}};
    if (entry.code) item["code"] = code_json(*entry.code);
    classes.push_back(std::move(item));
  }
  Json document = {{"id", card.id},           {"task", to_string(card.task)}, {"target", card.target},
                   {"aliases", card.aliases}, {"modality", card.modality},    {"region", card.region},
                   {"dims", card.dims},       {"needs", card.needs}};
  if (card.task == Task::kSegment) document["labels"] = std::move(labels);
  if (card.task == Task::kClassify) document["classes"] = std::move(classes);
  document["network"] = {{"file", card.network.file}};
  if (!card.network.entry.empty()) document["network"]["entry"] = card.network.entry;
  document["network"]["sha256"] = card.network.sha256;
  document["input"] = to_json(card.input);
  document["output"] = {{"name", card.output.name},
                        {"activation", name_of(card.output.activation, kActivations)},
                        {"temperature", card.output.temperature},
                        {"bias", card.output.bias},
                        {"threshold", card.output.threshold}};
  if (card.output.abstain_low_high) document["output"]["abstain"] = *card.output.abstain_low_high;
  if (!card.output.saliency.empty()) document["output"]["saliency"] = card.output.saliency;
  document["post"] = {{"keep_largest", card.post.keep_largest},
                      {"fill_holes", card.post.fill_holes},
                      {"minimum_area_share", card.post.minimum_area_share},
                      {"inside_field_of_view", card.post.inside_field_of_view}};
  if (!card.post.inside.empty()) document["post"]["inside"] = card.post.inside;
  document["chain"] = {{"mode", name_of(card.chain.mode, kChainModes)}, {"margin", card.chain.margin}};
  document["flips"] = card.flips;
  document["measures"] = card.measures;
  document["datasets"] = card.datasets;
  document["recipe"] = card.recipe;
  document["figures"] = card.figures;
  document["intended_use"] = card.intended_use;
  document["limits"] = card.limits;
  document["licence"] = card.licence;
  return document;
}

const std::string& card_schema() {
  static const std::string text = kCardSchemaText;
  return text;
}

}  // namespace galen::zoo
