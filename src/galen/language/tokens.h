// A request as tokens: words, numbers and marks, each with the bytes of the original text that it stands for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace galen::language {

enum class TokenKind { kWord, kNumber, kMark };

// Marks are one of . , ; : ? ! ( ) / + & | " - and
//   ->  any arrow            \n  the end of a line           #  an item's number or bullet ("1)", "(a)", "*")
struct Token {
  TokenKind kind = TokenKind::kWord;
  std::string text;       // Folded: compatibility forms, case and accents are gone; after correct(), well spelt
  std::string stem;       // What words of one family share ("kidneys", "kidney")
  std::size_t begin = 0;  // Bytes [begin, end) of the original
  std::size_t end = 0;
  bool space_before = false;
  bool capital = false;  // The original starts with a capital letter
  bool latin = true;     // Only of Latin letters, digits and marks

  bool is(std::string_view word) const { return text == word; }
};

// Any bytes are accepted: those that are not UTF-8 separate words. Contractions are opened ("isn't" -> "is not"),
// hyphened words are split, "w/o" and "?TB" are read as words. At most `limit` tokens are made.
std::vector<Token> tokenise(std::string_view text, std::size_t limit = 200'000);

}  // namespace galen::language
