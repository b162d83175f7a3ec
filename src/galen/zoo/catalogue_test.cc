#include "galen/zoo/catalogue.h"

#include <gtest/gtest.h>

namespace galen::zoo {
namespace {

TEST(CatalogueTest, FindsAModalityByCodeOrNameInAnyCase) {
  Catalogue catalogue;
  catalogue.modalities = {{"cxr", {"chest x-ray", "CXR"}}, {"any", {}}};
  Entry entry;
  entry.modality = "OCT";  // Named by no list of the catalogue
  catalogue.entries = {entry};
  EXPECT_EQ(modality_code(catalogue, "Chest X-ray"), "cxr");
  EXPECT_EQ(modality_code(catalogue, "oct"), "OCT");
  EXPECT_EQ(modality_code(catalogue, "any"), "");
  EXPECT_EQ(modality_code(catalogue, ""), "");
  EXPECT_EQ(modality_name(catalogue, "cxr"), "chest x-ray");
  EXPECT_EQ(modality_name(catalogue, "OCT"), "OCT");
  const Result<std::string> unknown = modality_said(catalogue, "smell");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::kUsage);
  EXPECT_NE(unknown.error().message.find("OCT, cxr"), std::string::npos) << unknown.error().message;
}

}  // namespace
}  // namespace galen::zoo
