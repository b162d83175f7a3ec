// What words of one family share: British and American spellings, Latin and English plurals, English endings.
#pragma once

#include <string>
#include <string_view>

namespace galen::language {

// "metastases" and "metastasis", "tumours" and "tumor", "hippocampi" and "hippocampus" have the same stem. Words of up
// to three letters, and words with digits or with letters other than a-z, are their own stems.
std::string stem(std::string_view folded_word);

}  // namespace galen::language
