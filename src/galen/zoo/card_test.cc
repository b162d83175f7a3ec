#include "galen/zoo/card.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "galen/base/files.h"

namespace galen::zoo {
namespace {

Json lung_card() {
  return *parse_json(R"({
    "id": "segment/lung-cxr", "task": "segment", "target": "lung", "aliases": ["lungs"], "modality": "cxr",
    "region": "chest", "dims": 2, "needs": [],
    "labels": [{"value": 1, "name": "right lung", "colour": "#00aaff", "channels": [0], "threshold": 0.5,
                "code": {"scheme": "SCT", "value": "3341006", "meaning": "Right lung"}},
               {"value": 2, "name": "left lung", "channels": [1]}],
    "network": {"file": "network.onnx", "entry": "segment/other",
                "sha256": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    "input": {"channels": 3, "width": 256, "height": 256, "fit": "stretch", "intensity": "percentile",
              "mean": [0.5, 0.5, 0.5], "deviation": [0.2, 0.2, 0.2]},
    "output": {"name": "segmentation", "activation": "softmax", "abstain": [0, 1], "saliency": "map"},
    "post": {"keep_largest": 1, "fill_holes": true, "inside": "left lung"},
    "chain": {"mode": "crop", "margin": 0.05},
    "flips": ["horizontal"], "measures": ["area"],
    "datasets": [{"name": "x"}], "recipe": {"epochs": 3}, "figures": {"dice": 0.97},
    "intended_use": "research", "limits": "adults only", "licence": "CC-BY-4.0"})");
}

Json classify_card() {
  Json card = lung_card();
  card["id"] = "classify/tuberculosis-cxr";
  card["task"] = "classify";
  card.erase("labels");
  card.erase("post");
  card["classes"] =
      Json::parse(R"([{"index": 0, "name": "normal", "normal": true}, {"index": 1, "name": "tuberculosis"}])");
  return card;
}

TEST(CardTest, WritingAndReadingGivesTheSameCard) {
  for (const Json& document : {lung_card(), classify_card()}) {
    const Result<Card> card = parse_card(document);
    ASSERT_TRUE(card) << card.error().message;
    const Json written = to_json(*card);
    const Result<Card> again = parse_card(written);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_json(*again), written);
    for (const auto& item : document.items()) {
      if (item.value().is_string() || item.key() == "recipe") {
        EXPECT_EQ(written.at(item.key()), item.value()) << item.key();
      }
    }
  }
}

TEST(CardTest, PercentilesHaveTheirOwnDefaults) {
  const Result<Card> card = parse_card(lung_card());
  ASSERT_TRUE(card);
  EXPECT_DOUBLE_EQ(card->input.low, 0.5);
  EXPECT_DOUBLE_EQ(card->input.high, 99.5);
}

struct Broken {
  const char* pointer;
  const char* value;  // "" removes the key
  const char* named;  // What the message must name
};

class BrokenCardTest : public testing::TestWithParam<Broken> {};

TEST_P(BrokenCardTest, IsRefusedNamingTheKey) {
  Json document = lung_card();
  const Json::json_pointer pointer(GetParam().pointer);
  if (*GetParam().value) {
    document[pointer] = Json::parse(GetParam().value);
  } else {
    document.at(pointer.parent_pointer()).erase(pointer.back());
  }
  const Result<Card> card = parse_card(document);
  ASSERT_FALSE(card) << GetParam().pointer;
  EXPECT_NE(card.error().message.find(GetParam().named), std::string::npos) << card.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BrokenCardTest,
    testing::Values(
        Broken{"/id", R"("lung")", "id"}, Broken{"/id", R"("segment/../../etc")", "id"},
        Broken{"/id", R"("Segment/Lung")", "id"}, Broken{"/id", R"("classify/lung-cxr")", "id"},
        Broken{"/id", "", "id"}, Broken{"/task", R"("destroy")", "task"}, Broken{"/target", "3", "target"},
        Broken{"/modality", "", "modality"}, Broken{"/dims", "4", "dims"}, Broken{"/dims", "2.5", "dims"},
        Broken{"/labels", "[]", "labels"}, Broken{"/labels/1/value", "1", "labels[1].value"},
        Broken{"/labels/0/value", "0", "labels[0].value"}, Broken{"/labels/0/value", "300", "labels[0].value"},
        Broken{"/labels/1/name", R"("right lung")", "labels[1].name"}, Broken{"/labels/0/colour", R"("red")", "colour"},
        Broken{"/labels/0/channels", "[-1]", "channels"}, Broken{"/labels/0/channels", "[]", "channels"},
        Broken{"/labels/0/color", R"("#000000")", "color"}, Broken{"/labels/0/code/value", "", "labels[0].code.value"},
        Broken{"/classes", R"([{"index": 0, "name": "a"}, {"index": 1, "name": "b"}])", "classes"},
        Broken{"/network/file", R"("../../etc/passwd")", "network.file"},
        Broken{"/network/file", R"("/etc/passwd")", "network.file"},
        Broken{"/network/file", R"("a/../../b")", "network.file"}, Broken{"/network/file", R"("")", "network.file"},
        Broken{"/network/file", R"("..")", "network.file"}, Broken{"/network/file", R"("a\\..\\b")", "network.file"},
        Broken{"/network/file", "\"a\\u0000b\"", "network.file"},
        Broken{"/network/entry", R"("../secret")", "network.entry"}, Broken{"/network/sha256", R"("abc")", "sha256"},
        Broken{"/network", "", "network"}, Broken{"/network", "[]", "network"}, Broken{"/input", "", "input"},
        Broken{"/input/channels", "2", "input.channels"}, Broken{"/input/width", "0", "input.width"},
        Broken{"/input/width", "1000000", "input.width"}, Broken{"/input/height", "1e300", "input.height"},
        Broken{"/input/mean", "[0.5]", "input.mean"}, Broken{"/input/deviation", "[1, 0, 1]", "input.deviation"},
        Broken{"/input/intensity", R"("window")", "input.low"}, Broken{"/input/low", "99.9", "input.low"},
        Broken{"/input/fit", "7", "input.fit"}, Broken{"/input/size", "7", "input.size"},
        Broken{"/output/abstain", "[0.6, 0.4]", "output.abstain"}, Broken{"/output/abstain", "[0.6]", "output.abstain"},
        Broken{"/output/abstain", "[0.1, 0.4]", "output.threshold between"},
        Broken{"/output/abstain", "[0.6, 0.9]", "output.threshold between"},
        Broken{"/output/temperature", "0", "output.temperature"}, Broken{"/post/inside", R"("heart")", "post"},
        Broken{"/flips", R"(["sideways"])", "flips"}, Broken{"/aliases", "[1]", "aliases"},
        Broken{"/recipe", "[]", "recipe"}, Broken{"/figure", "{}", "figure"}, Broken{"", "[]", "object"},
        Broken{"", "null", "object"}));

TEST(CardTest, RefusesAClassifierWhoseIndicesRepeatLeaveAGapOrAreOutOfOrder) {
  Json repeated = classify_card();
  repeated["classes"][1]["index"] = 0;
  EXPECT_FALSE(parse_card(repeated));
  Json beyond = classify_card();
  beyond["classes"][1]["index"] = 2;
  EXPECT_FALSE(parse_card(beyond));
  Json turned = classify_card();
  turned["classes"][0]["index"] = 1;
  turned["classes"][1]["index"] = 0;
  const Result<Card> refused = parse_card(turned);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "classes[0].index must be 0: classes are listed in the order of the network's output");
  Json lonely = classify_card();
  lonely["classes"].erase(1);
  EXPECT_FALSE(parse_card(lonely));
}

// Keys of a written card and of the schema, compared level by level.
void expect_same_keys(const Json& schema, const Json& value, const std::string& path) {
  if (value.is_array()) {
    for (const Json& item : value) expect_same_keys(schema.at("items"), item, path + "[]");
    return;
  }
  if (!value.is_object() || !schema.contains("properties")) return;
  for (const auto& item : value.items()) {
    ASSERT_TRUE(schema.at("properties").contains(item.key())) << path << "." << item.key();
    expect_same_keys(schema.at("properties").at(item.key()), item.value(), path + "." + item.key());
  }
  for (const auto& item : schema.at("properties").items()) {
    const std::set<std::string> by_task = {"labels", "classes"};
    if (path == "card" && by_task.count(item.key())) continue;
    if (path == "card.labels[]" && item.key() == "code") continue;
    if (path.substr(0, 14) == "card.classes[]") continue;
    EXPECT_TRUE(value.contains(item.key())) << path << "." << item.key();
  }
}

TEST(CardSchemaTest, NamesExactlyTheKeysOfACard) {
  const Json schema = *parse_json(card_schema());
  Json full = to_json(*parse_card(lung_card()));
  full["post"]["inside"] = "left lung";
  expect_same_keys(schema, full, "card");
  Json classes = to_json(*parse_card(classify_card()));
  classes["post"]["inside"] = "";
  expect_same_keys(schema, classes, "card");
}

TEST(CardSchemaTest, AllowsTheSameWordsAndLimitsAsTheReader) {
  const Json schema = *parse_json(card_schema());
  const std::function<void(const Json&, const std::string&)> visit = [&](const Json& part, const std::string& pointer) {
    for (const auto& item : part.at("properties").items()) {
      const std::string at = pointer + "/" + item.key();
      const Json& rule = item.value();
      if (rule.contains("properties")) visit(rule, at);
      Json document = lung_card();
      if (at.substr(0, 8) == "/classes" || at == "/task" || at == "/dims") continue;
      if (rule.contains("enum")) {
        for (const Json& word : rule["enum"]) {
          Json changed = document;
          changed[Json::json_pointer(at)] = word;
          if (at == "/input/channels") changed["input"]["mean"] = changed["input"]["deviation"] = Json::array();
          const Result<Card> card = parse_card(changed);
          const bool about_this = !card && card.error().message.find(item.key() + " must be one") != std::string::npos;
          EXPECT_FALSE(about_this) << at << ": " << word;
        }
        document[Json::json_pointer(at)] = "another word";
        EXPECT_FALSE(parse_card(document)) << at;
      }
      if (rule.contains("minimum") && item.key() != "low" && item.key() != "high") {
        Json least = document;
        least[Json::json_pointer(at)] = rule["minimum"];
        EXPECT_TRUE(parse_card(least)) << at;
        least[Json::json_pointer(at)] = rule["minimum"].get<double>() - 1;
        EXPECT_FALSE(parse_card(least)) << at;
        Json most = document;
        most[Json::json_pointer(at)] = rule["maximum"];
        EXPECT_TRUE(parse_card(most)) << at;
        most[Json::json_pointer(at)] = rule["maximum"].get<double>() + 1;
        EXPECT_FALSE(parse_card(most)) << at;
      }
    }
  };
  visit(schema, "");
}

}  // namespace
}  // namespace galen::zoo
