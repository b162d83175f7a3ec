#include "galen/plan/image_modality.h"

#include <algorithm>
#include <string_view>

#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

namespace {

// "the CT last week", "awaiting MRI", "previous ultrasound": another image than this one.
bool is_another_image(const std::vector<Item>& items, std::size_t at, const Clause* clause) {
  const std::size_t begin = clause ? clause->first : 0, end = clause ? clause->last : items.size();
  bool other = false;
  for (std::size_t k = at > begin + 4 ? at - 4 : begin; k < at; ++k) {
    const std::string& word = items[k].word;
    if (one_of(word, {"this", "attached", "current", "these", "here", "uploaded", "enclosed"})) return false;
    if (one_of(word, {"previous", "prior",     "last",     "old",    "earlier",   "awaiting", "recent",  "outside",
                      "her",      "yesterday", "no",       "not",    "compared",  "versus",   "before",  "booked",
                      "planned",  "refused",   "declined", "cannot", "instead",   "after",    "pending", "next",
                      "without",  "had",       "future",   "follow", "follow up", "for the"})) {
      other = true;
    }
    if (items[k].has(Tag::kKnown) || items[k].has(Tag::kHistory) || items[k].has(Tag::kFuture) ||
        items[k].has(Tag::kSelf))
      other = true;
  }
  for (std::size_t k = at + 1; k < end && k < at + 5; ++k) {
    const std::string& word = items[k].word;
    if (items[k].has(Tag::kFuture) ||
        one_of(word, {"ago",      "tomorrow",        "yesterday",  "last week", "last month",  "last year",
                      "done",     "guided",          "showed",     "biopsy",    "report",      "said",
                      "negative", "booked",          "later",      "next week", "unavailable", "declined",
                      "refused",  "contraindicated", "afterwards", "already"})) {
      other = true;
    }
  }
  return other;
}

}  // namespace

ImageModality find_modality(const std::vector<Item>& items, const std::vector<Sentence>& sentences,
                            const Linker& linker, const std::string& given) {
  ImageModality result;
  const std::string& code = given;
  std::set<std::string> named, elsewhere;
  std::string named_as, elsewhere_as;
  bool agrees = false, any_named = false, unknown_named = false;
  for (const Sentence& sentence : sentences) {
    for (const Clause& clause : sentence.clauses) {
      for (std::size_t i = clause.first; i < clause.last; ++i) {
        const Item& item = items[i];
        if (!item.names_modality()) continue;
        const std::set<std::string> codes = linker.codes_for(item);
        if (item.hint) {
          // "for a teaching slide"
          const bool office = i > 0 && (one_of(items[i - 1].word,
                                               {"teaching", "powerpoint", "presentation", "lecture", "my", "title"}));
          if (office || codes.empty() || is_another_image(items, i, &clause)) continue;
          if (result.hints.empty()) result.hints = codes;
          continue;
        }
        const std::string words(item.word);
        if (is_another_image(items, i, &clause) || clause.status == Standing::kSkip) {
          if (elsewhere.empty()) elsewhere = codes, elsewhere_as = words;
          continue;
        }
        any_named = true;
        if (codes.contains(code)) agrees = true;
        if (named_as.empty()) named_as = words;
        if (codes.empty()) {
          unknown_named = true;
          continue;
        }
        if (named.empty()) {
          named = codes;
        } else {
          std::set<std::string> both;
          std::set_intersection(named.begin(), named.end(), codes.begin(), codes.end(),
                                std::inserter(both, both.end()));
          if (!both.empty()) named = both;
        }
      }
    }
  }
  if (!code.empty()) {
    result.known = true;
    result.codes = {code};
    result.named = given;
    result.conflict = any_named && !agrees && (!named.empty() || unknown_named);
    if (result.conflict) result.named = named_as;
    return result;
  }
  if (any_named) {
    result.known = true;
    result.codes = named;
    result.named = named_as;
    return result;
  }
  if (!elsewhere.empty() && result.hints.empty()) {
    result.hints = elsewhere;
    result.named = elsewhere_as;
  }
  return result;
}

}  // namespace galen::plan
