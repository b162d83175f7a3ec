// Puts misspelt words right, but only those that are no words, and only where one word of the field is near enough.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "galen/language/lexicon.h"
#include "galen/language/tokens.h"

namespace galen::language {

// Insertions, deletions, substitutions and transpositions of neighbours (optimal string alignment); more than `limit`
// is given as limit + 1.
int edit_distance(std::string_view a, std::string_view b, int limit);

// Whether it is a common English word.
bool is_english(const std::string& stem);

// `own_words` are a catalogue's words (folded); they come first where several are equally near.
void correct_spelling(std::vector<Token>& tokens, const Lexicon& lexicon, const std::vector<std::string>& own_words);

}  // namespace galen::language
