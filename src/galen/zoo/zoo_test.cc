#include "galen/zoo/zoo.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "galen/base/files.h"
#include "galen/base/hash.h"
#include "galen/network/architecture.h"

namespace galen::zoo {
namespace {

namespace fs = std::filesystem;

class ZooTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("galen-zoo-test-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  Json card(const std::string& id, const std::string& sha256) {
    return {{"id", id},
            {"task", "segment"},
            {"target", "lung"},
            {"modality", "cxr"},
            {"labels", Json::array({{{"value", 1}, {"name", "lung"}}})},
            {"network", {{"sha256", sha256}}},
            {"input", {{"channels", 1}, {"width", 32}, {"height", 32}}}};
  }

  void add(const std::string& id, const std::string& network, const Json& card_json) {
    fs::create_directories(folder_ / id);
    ASSERT_TRUE(write_json_file(folder_ / id / "card.json", card_json));
    if (network.empty()) return;
    ASSERT_TRUE(write_file_atomically(folder_ / id / "network.onnx", network));
  }

  static std::string tiny_network(int channels, int segmentation_channels) {
    network::ArchitectureOptions options;
    options.name = "unet";
    options.input_channels = channels;
    options.segmentation_channels = segmentation_channels;
    options.options = {{"base_channels", 4}};
    const auto graph = network::build_architecture(options);
    EXPECT_TRUE(graph) << graph.error().message;
    return network::to_onnx(*graph);
  }

  fs::path folder_;
};

TEST_F(ZooTest, ABrokenCardDoesNotHideTheOthers) {
  add("segment/good", "bytes", card("segment/good", sha256("bytes")));
  add("segment/misnamed", "bytes", card("segment/other", sha256("bytes")));
  fs::create_directories(folder_ / "segment/garbage");
  ASSERT_TRUE(write_file_atomically(folder_ / "segment/garbage/card.json", "{not json"));
  const Result<Zoo> zoo = Zoo::open(folder_);
  ASSERT_TRUE(zoo);
  ASSERT_EQ(zoo->cards().size(), 1u);
  EXPECT_EQ(zoo->cards()[0].id, "segment/good");
  EXPECT_EQ(zoo->broken().size(), 2u);
  const auto broken = zoo->card("segment/garbage");
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().message.find("broken"), std::string::npos);
}

TEST_F(ZooTest, AMissingFolderIsAnErrorThatSaysHowToNameOne) {
  const Result<Zoo> zoo = Zoo::open(folder_ / "nowhere");
  ASSERT_FALSE(zoo);
  EXPECT_NE(zoo.error().message.find("GALEN_ZOO"), std::string::npos);
}

TEST_F(ZooTest, AnUnknownIdIsAnsweredWithTheNearestOnes) {
  for (const char* id :
       {"segment/lung-cxr", "segment/heart-cxr", "segment/polyp-endoscopy", "segment/optic-cup-fundus"}) {
    add(id, "bytes", card(id, sha256("bytes")));
  }
  const Result<Zoo> zoo = Zoo::open(folder_);
  for (const auto& [typed, meant] : {std::pair{"segment/lnug-cxr", "segment/lung-cxr"},
                                     {"polyp", "segment/polyp-endoscopy"},
                                     {"segment/cup-fundus", "segment/optic-cup-fundus"}}) {
    const auto missing = zoo->card(typed);
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().message.find("near it: " + std::string(meant)), std::string::npos)
        << missing.error().message;
    EXPECT_EQ(missing.error().kind, ErrorKind::kUsage);
  }
}

TEST_F(ZooTest, ANetworkWhoseHashDiffersIsRefused) {
  add("segment/lung-cxr", "changed bytes", card("segment/lung-cxr", sha256("bytes")));
  const Result<Zoo> zoo = Zoo::open(folder_);
  const auto bytes = zoo->network_bytes(zoo->cards()[0]);
  ASSERT_FALSE(bytes);
  EXPECT_NE(bytes.error().message.find("SHA-256"), std::string::npos);
  EXPECT_FALSE(zoo->verify(zoo->cards()[0]));
}

TEST_F(ZooTest, ASymbolicLinkOutOfTheFolderIsRefused) {
  const fs::path secret = folder_ / "secret";
  ASSERT_TRUE(write_file_atomically(secret, "bytes"));
  add("segment/lung-cxr", "", card("segment/lung-cxr", sha256("bytes")));
  fs::create_symlink(secret, folder_ / "segment/lung-cxr/network.onnx");
  const Result<Zoo> zoo = Zoo::open(folder_);
  const auto path = zoo->network_path(zoo->cards()[0]);
  ASSERT_FALSE(path);
  EXPECT_NE(path.error().message.find("leads out"), std::string::npos);
}

TEST_F(ZooTest, AMissingNetworkAndAMissingHolderAreNamed) {
  add("segment/alone", "", card("segment/alone", sha256("bytes")));
  Json sharing = card("segment/sharing", sha256("bytes"));
  sharing["network"]["entry"] = "segment/absent";
  add("segment/sharing", "", sharing);
  const Result<Zoo> zoo = Zoo::open(folder_);
  EXPECT_NE(zoo->network_bytes(*zoo->card("segment/alone")).error().message.find("missing"), std::string::npos);
  EXPECT_NE(zoo->network_bytes(*zoo->card("segment/sharing")).error().message.find("segment/absent"),
            std::string::npos);
}

TEST_F(ZooTest, VerifyComparesTheNetworkWithTheCard) {
  const std::string network = tiny_network(1, 1);
  add("segment/fits", network, card("segment/fits", sha256(network)));
  Json shared = card("segment/shared", sha256(network));
  shared["network"]["entry"] = "segment/fits";
  add("segment/shared", "", shared);
  Json other_output = card("segment/other-output", sha256(network));
  other_output["output"] = {{"name", "logits"}};
  add("segment/other-output", network, other_output);
  Json other_channel = card("segment/other-channel", sha256(network));
  other_channel["labels"][0]["channels"] = {1};
  add("segment/other-channel", network, other_channel);
  Json colour = card("segment/colour", sha256(network));
  colour["input"]["channels"] = 3;
  add("segment/colour", network, colour);
  add("segment/not-onnx", "hello", card("segment/not-onnx", sha256("hello")));

  const Result<Zoo> zoo = Zoo::open(folder_);
  EXPECT_TRUE(zoo->verify(*zoo->card("segment/fits"))) << zoo->verify(*zoo->card("segment/fits")).error().message;
  EXPECT_TRUE(zoo->verify(*zoo->card("segment/shared")));
  for (const char* id : {"segment/other-output", "segment/other-channel", "segment/colour", "segment/not-onnx"}) {
    EXPECT_FALSE(zoo->verify(*zoo->card(id))) << id;
  }
}

TEST_F(ZooTest, AnEntryThatCannotBeRunYetIsNotVerified) {
  const std::string network = tiny_network(1, 1);
  Json volumes = card("segment/volumes", sha256(network));
  volumes["dims"] = 3;
  add("segment/volumes", network, volumes);
  Json records = card("segment/records", sha256(network));
  records["needs"] = {"record"};
  add("segment/records", network, records);
  const Result<Zoo> zoo = Zoo::open(folder_);
  for (const auto& [id, named] : {std::pair{"segment/volumes", "volumes"}, {"segment/records", "\"record\""}}) {
    const Status status = zoo->verify(*zoo->card(id));
    ASSERT_FALSE(status) << id;
    EXPECT_NE(status.error().message.find(named), std::string::npos) << status.error().message;
    EXPECT_NE(status.error().message.find("not supported yet"), std::string::npos) << status.error().message;
  }
}

TEST_F(ZooTest, TheCatalogueListsTheNormalClassFirst) {
  Json classifier = card("classify/tb", sha256("bytes"));
  classifier["task"] = "classify";
  classifier.erase("labels");
  classifier["classes"] =
      Json::parse(R"([{"index": 0, "name": "tuberculosis"}, {"index": 1, "name": "normal", "normal": true}])");
  add("classify/tb", "bytes", classifier);
  add("segment/lung-cxr", "bytes", card("segment/lung-cxr", sha256("bytes")));
  const Catalogue catalogue = Zoo::open(folder_)->catalogue();
  ASSERT_EQ(catalogue.entries.size(), 2u);
  EXPECT_EQ(catalogue.entries[0].classes, (std::vector<std::string>{"normal", "tuberculosis"}));
  EXPECT_TRUE(catalogue.entries[0].normal[0]);
  EXPECT_EQ(catalogue.entries[1].labels, std::vector<std::string>{"lung"});
  EXPECT_TRUE(catalogue.modalities.count("cxr"));
}

TEST(DefaultZooTest, TheEnvironmentComesFirstAndTheSourceTreeLast) {
  ::setenv("GALEN_ZOO", "/somewhere/zoo", 1);
  EXPECT_EQ(default_zoo_folder(), "/somewhere/zoo");
  ::unsetenv("GALEN_ZOO");
  EXPECT_EQ(default_zoo_folder(), fs::path(GALEN_SOURCE_DIR) / "zoo");
}

}  // namespace
}  // namespace galen::zoo
