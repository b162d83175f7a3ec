#include "galen/train/recipe.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "galen/base/files.h"

namespace galen::train {
namespace {

Json sample() {
  return Json::parse(R"({
    "name": "lung",
    "cards": [{"id": "segment/lung-cxr", "task": "segment", "target": "lung", "modality": "cxr", "region": "chest", "dims": 2,
               "labels": [{"value": 1, "name": "lung", "channels": [0]}],
               "input": {"channels": 3, "width": 64, "height": 64},
               "output": {"name": "segmentation", "activation": "sigmoid"},
               "intended_use": "Research.", "limits": "Few.", "licence": "CC0-1.0"}],
    "data": [{"cases": "set/cases.csv"}],
    "targets": [{"channel": 0, "values": [1]}],
    "network": {"architecture": "lite-unet"}
  })");
}

// The error of the sample with the value put at the pointer.
std::string error_with(const char* pointer, const Json& value) {
  Json document = sample();
  document[Json::json_pointer(pointer)] = value;
  const Result<Recipe> recipe = parse_recipe(document);
  return recipe ? "" : recipe.error().message;
}

TEST(RecipeTest, ReadsTheLeastThatIsNeeded) {
  const Result<Recipe> recipe = parse_recipe(sample());
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->segmentation_channels(), 1);
  EXPECT_FALSE(recipe->has_classification());
  EXPECT_EQ(recipe->document, sample());
}

TEST(RecipeTest, AnUnknownKeyIsNamedWithThoseThatAreKnown) {
  EXPECT_NE(error_with("/epoch", 3).find("epoch: unknown key (known here: about, augment"), std::string::npos);
  EXPECT_NE(error_with("/augment/flip", 0.5).find("augment.flip: unknown key"), std::string::npos);
  EXPECT_NE(error_with("/loss/segmentation/dize", 1).find("loss.segmentation.dize: unknown key"), std::string::npos);
  EXPECT_NE(error_with("/data/0/wher", "x").find("data[0].unknown key \"wher\""), std::string::npos);
  EXPECT_NE(error_with("/cards/0/labls", 1).find("labls"), std::string::npos);
}

TEST(RecipeTest, WrongTypesAndImpossibleValuesSayWhatIsExpected) {
  EXPECT_EQ(error_with("/epochs", 0), "epochs: a whole number from 1 to 100000 is expected");
  EXPECT_EQ(error_with("/epochs", "many"), "epochs: a whole number from 1 to 100000 is expected");
  EXPECT_EQ(error_with("/bfloat16", 1), "bfloat16: true or false is expected");
  EXPECT_EQ(error_with("/augment/scale", Json::array({2, 1})),
            "augment.scale: two numbers [low, high] from 0.1 to 10 are expected");
  EXPECT_EQ(error_with("/storage", "int4"), "storage: one of \"float32\", \"float16\", \"int8\" is expected");
  EXPECT_EQ(error_with("/freeze", "encoder"), "freeze: a list of texts is expected");
  EXPECT_NE(error_with("/network/from", "segment/x").find("exactly one of"), std::string::npos);
  EXPECT_NE(error_with("/name", "Big Name").find("name:"), std::string::npos);
  EXPECT_NE(error_with("/data", Json::array()).find("data: a list of at least one"), std::string::npos);
  EXPECT_NE(error_with("/batch", 1).find("batch: at least 2"), std::string::npos);
}

TEST(RecipeTest, PartsThatDoNotFitTogetherAreRefused) {
  EXPECT_NE(error_with("/cards/0/labels/0/channels", Json::array({2})).find("channel 2"), std::string::npos);
  EXPECT_NE(error_with("/cards/0/output/activation", "softmax").find("sigmoid"), std::string::npos);
  EXPECT_NE(error_with("/cards/0/figures", Json::object()).find("training fills this in"), std::string::npos);
  EXPECT_NE(error_with("/train_tile", 32).find("train_tile"), std::string::npos) << "the sample's input is not tiled";
  Json sided = sample();
  sided["targets"][0]["side"] = "image-left";
  sided["augment"]["flip_horizontal"] = 0.5;
  const Result<Recipe> recipe = parse_recipe(sided);
  ASSERT_FALSE(recipe);
  EXPECT_NE(recipe.error().message.find("swaps left and right"), std::string::npos);
}

TEST(RecipeTest, TextThatIsNoObjectIsRefused) {
  EXPECT_FALSE(parse_recipe(Json::array()));
  EXPECT_FALSE(parse_recipe(Json("x")));
}

TEST(RecipeTest, ALaterCardTakesTheFirstOnesInput) {
  Json document = sample();
  Json second = document["cards"][0];
  second["id"] = "segment/heart-cxr";
  second.erase("input");
  document["cards"].push_back(second);
  const Result<Recipe> recipe = parse_recipe(document);
  ASSERT_TRUE(recipe) << recipe.error().message;
  EXPECT_EQ(recipe->cards[1].input.width, 64);
  EXPECT_EQ(recipe->cards[1].network.entry, "segment/lung-cxr");

  document["cards"][1]["input"] = {{"channels", 3}, {"width", 32}, {"height", 64}};
  EXPECT_FALSE(parse_recipe(document));
}

TEST(RecipeTest, ExtendsAnotherRecipe) {
  std::string name = (std::filesystem::temp_directory_path() / "galen-recipe-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(name.data());
  Json base = sample();
  base["epochs"] = 20;
  ASSERT_TRUE(write_file_atomically(folder / "base.json", base.dump()));
  ASSERT_TRUE(
      write_file_atomically(folder / "longer.json", R"({"extends": "base.json", "epochs": 40, "augment": null})"));
  ASSERT_TRUE(write_file_atomically(folder / "circle.json", R"({"extends": "circle.json"})"));
  ASSERT_TRUE(write_file_atomically(folder / "lost.json", R"({"extends": "nowhere.json"})"));

  const Result<Json> document = read_recipe_document(folder / "longer.json");
  ASSERT_TRUE(document) << document.error().message;
  base["epochs"] = 40;
  base.erase("augment");
  EXPECT_EQ(*document, base);
  EXPECT_FALSE(read_recipe_document(folder / "circle.json"));
  EXPECT_FALSE(read_recipe_document(folder / "lost.json"));
  std::filesystem::remove_all(folder);
}

TEST(RecipeTest, EveryRecipeOfTheSourceTreeIsValid) {
  int count = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(std::filesystem::path(GALEN_SOURCE_DIR) / "recipes")) {
    if (entry.path().extension() != ".json") continue;
    const Result<Json> document = read_recipe_document(entry.path());
    ASSERT_TRUE(document) << document.error().message;
    const Result<Recipe> recipe = parse_recipe(*document);
    EXPECT_TRUE(recipe) << entry.path() << ": " << (recipe ? "" : recipe.error().message);
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace galen::train
