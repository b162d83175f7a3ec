#include "galen/plan/word_kinds.h"

namespace galen::plan {

bool is_article(const Item& item) {
  return item.count == 1 && one_of(item.word, {"the", "a", "an", "this", "that", "my", "your", "his", "her", "its",
                                               "their", "our", "any", "no", "another", "each", "same"});
}

bool is_copula(const Item& item) {
  return (item.count == 1 &&
          one_of(item.word, {"is",    "are",   "was",     "were",  "be",     "been",    "being",  "has",
                             "have",  "comes", "come",    "came",  "turns",  "turn",    "turned", "gets",
                             "looks", "shows", "returns", "reads", "proves", "remains", "should", "would",
                             "could", "can",   "will",    "may",   "might",  "does",    "do",     "did"})) ||
         one_of(item.word, {"comes back", "come back", "came back", "coming back", "comes back as"});
}

}  // namespace galen::plan
