#include "galen/language/stem.h"

#include <libstemmer.h>

#include <algorithm>
#include <array>
#include <memory>

namespace galen::language {
namespace {

bool ends_with(const std::string& word, std::string_view ending) {
  return word.size() >= ending.size() && word.compare(word.size() - ending.size(), ending.size(), ending) == 0;
}

void replace_ending(std::string& word, std::size_t size, std::string_view by) {
  word.resize(word.size() - size);
  word += by;
}

// Latin and Greek plurals that English rules would not undo.
void to_singular(std::string& word) {
  static constexpr std::array<std::string_view, 14> english = {
      "diseases", "increases", "decreases", "releases",  "purposes",  "doses",   "databases",
      "phases",   "cases",     "bases",     "responses", "diagnoses", "exposes", "chooses"};
  if (word.size() >= 5 && ends_with(word, "ae")) return replace_ending(word, 2, "a");
  if (word.size() >= 6 && ends_with(word, "omata")) return replace_ending(word, 2, "");
  if (word.size() >= 7 && (ends_with(word, "ases") || ends_with(word, "oses") || ends_with(word, "yses")) &&
      std::find(english.begin(), english.end(), word) == english.end()) {
    return replace_ending(word, 2, "is");
  }
  if (word == "diagnoses") return replace_ending(word, 2, "is");
  if (word.size() >= 5 && ends_with(word, "i") && !ends_with(word, "ii")) return replace_ending(word, 1, "us");
  if (word.size() >= 7 && (ends_with(word, "tices") || ends_with(word, "rices"))) return replace_ending(word, 4, "ex");
}

// American forms: "tumour" -> "tumor", "oesophagus" -> "esophagus", "visualise" -> "visualize".
void to_american(std::string& word) {
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    if ((word[i] == 'a' || word[i] == 'o') && word[i + 1] == 'e' && word.size() > 4 && i + 2 < word.size())
      word.erase(i, 1);
  }
  for (const std::string_view ending : {"our", "ours"}) {
    if (word.size() > 5 && ends_with(word, ending)) {
      word.erase(word.size() - ending.size() + 1, 1);
      break;
    }
  }
  const std::size_t at = word.rfind("is");
  if (at != std::string::npos && at >= 4) {
    const std::string_view rest = std::string_view(word).substr(at + 2);
    for (const std::string_view ending : {"e", "es", "ed", "ing", "ation", "ations", "er", "ers"}) {
      if (rest == ending) {
        word[at + 1] = 'z';
        break;
      }
    }
  }
}

struct StemmerCloser {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};

}  // namespace

std::string stem(std::string_view folded_word) {
  std::string word(folded_word);
  if (word.size() <= 3 || !std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; }))
    return word;
  // An inflammation is not the organ's adjective ("pancreatitis", "pancreatic").
  if (word.size() > 64 || ends_with(word, "itis")) return word;
  to_singular(word);
  to_american(word);
  // A Snowball stemmer has a buffer of its own, so each thread has one.
  static thread_local const std::unique_ptr<sb_stemmer, StemmerCloser> stemmer(sb_stemmer_new("english", "UTF_8"));
  if (!stemmer) return word;
  const sb_symbol* stemmed =
      sb_stemmer_stem(stemmer.get(), reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
  if (!stemmed) return word;
  return {reinterpret_cast<const char*>(stemmed), static_cast<std::size_t>(sb_stemmer_length(stemmer.get()))};
}

}  // namespace galen::language
