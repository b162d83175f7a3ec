#include <gtest/gtest.h>

#include "galen/language/lexicon.h"
#include "galen/language/spelling.h"
#include "galen/language/stem.h"
#include "galen/language/tokens.h"

namespace galen::language {
namespace {

std::string joined(std::string_view text) {
  std::string words;
  for (const Token& token : tokenise(text)) words += (words.empty() ? "" : " ") + token.text;
  return words;
}

TEST(TokensTest, OpensContractionsAndSplitsHyphens) {
  EXPECT_EQ(joined("It isn't a cup-to-disc ratio"), "it is not a cup to disc ratio");
  EXPECT_EQ(joined("Koch's w/o fever"), "koch without fever");
}

TEST(TokensTest, FoldsAccentsWidthsAndTypography) {
  EXPECT_EQ(joined("\xc5\x92"
                   "dème \xe2\x86\x92 ＣＴ “ok”"),
            "œdeme -> ct \" ok \"");
}

TEST(TokensTest, KeepsDecimalsAndFindsItemNumbers) {
  EXPECT_EQ(joined("was 1.4 last year"), "was 1.4 last year");
  EXPECT_EQ(joined("1) liver\n2) spleen"), "# liver \n # spleen");
}

TEST(TokensTest, GivesTheBytesOfTheOriginal) {
  const std::string text = "\xff\xc3\xa9 lung";
  const std::vector<Token> tokens = tokenise(text);
  ASSERT_EQ(tokens.size(), 2u);
  EXPECT_EQ(text.substr(tokens[1].begin, tokens[1].end - tokens[1].begin), "lung");
}

TEST(StemTest, JoinsSpellingsAndPlurals) {
  EXPECT_EQ(stem("tumours"), stem("tumor"));
  EXPECT_EQ(stem("oesophagus"), stem("esophagus"));
  EXPECT_EQ(stem("metastases"), stem("metastasis"));
  EXPECT_EQ(stem("hippocampi"), stem("hippocampus"));
  EXPECT_EQ(stem("vertebrae"), stem("vertebra"));
  EXPECT_EQ(stem("diseases"), stem("disease"));
  EXPECT_NE(stem("pancreatitis"), stem("pancreatic"));
}

TEST(SpellingTest, CountsATranspositionOnce) {
  EXPECT_EQ(edit_distance("spleen", "splene", 2), 1);
  EXPECT_EQ(edit_distance("liver", "kidney", 2), 3);
}

TEST(SpellingTest, CorrectsWordsOfTheFieldAndLeavesEnglishAlone) {
  std::vector<Token> tokens = tokenise("segmnt the splene, he lives in Chennai over there");
  correct_spelling(tokens, Lexicon::builtin(), {});
  EXPECT_EQ(tokens[0].text, "segment");
  EXPECT_EQ(tokens[2].text, "spleen");
  EXPECT_EQ(tokens[5].text, "lives");
  EXPECT_EQ(tokens[8].text, "over");
}

TEST(LexiconTest, KnowsKindsPartsAndSites) {
  const Lexicon& lexicon = Lexicon::builtin();
  EXPECT_TRUE(lexicon.is_a(lexicon.find("melanoma"), lexicon.find("skin-lesion")));
  EXPECT_FALSE(lexicon.is_a(lexicon.find("skin-lesion"), lexicon.find("melanoma")));
  EXPECT_EQ(lexicon.site_of(lexicon.find("glioma")), lexicon.find("brain"));
  EXPECT_EQ(lexicon.find("no such thing"), -1);
}

TEST(LexiconTest, NamesTheLineOfAnError) {
  const Result<Lexicon> bad = Lexicon::parse("[structure]\nlung: lung\nlung: lung again\n");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message.find("line 3"), std::string::npos);
  EXPECT_FALSE(Lexicon::parse("[structure]\nlung < nowhere: lung\n").ok());
  EXPECT_FALSE(Lexicon::parse("[words]\nnonsense: word\n").ok());
}

}  // namespace
}  // namespace galen::language
