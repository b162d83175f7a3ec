// Data files that the build puts into the program.
#pragma once

#include <string_view>

namespace galen::language {

extern const std::string_view kLexiconText;       // lexicon.txt
extern const std::string_view kEnglishStemsText;  // english_stems.txt

}  // namespace galen::language
