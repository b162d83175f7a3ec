#include "galen/plan/mask_use.h"

#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

namespace {

bool is_step_word(const std::string& word) {
  return one_of(word, {"in", "on", "to", "at", "from", "using", "with", "of", "by", "into", "over", "for", "through",
                       "use", "via", "feed", "take", "onto", "input"});
}

bool is_only_phrase(const Item& item) { return item.has(Tag::kInside) && item.has(Tag::kOnly); }

bool names_structure(const RequestItems& items, int target) {
  return !items.mention(target).senses.empty() || !items.mention(target).entries.empty();
}

bool has_target_outside(const RequestItems& items, const Clause& clause) {
  for (std::size_t k = clause.first; k < clause.last; ++k) {
    if (items.mention_at(k) >= 0 && !clause.mask.holds(k)) return true;
  }
  return false;
}

}  // namespace

void find_mask(Clause& clause, const RequestItems& items) {
  bool restricts = false;
  for (std::size_t i = clause.first; i < clause.last; ++i) {
    const Item& item = items[i];
    if (item.has(Tag::kWhole)) {
      clause.mask.whole = true;
      continue;
    }
    if (items.mention_at(i) >= 0 && items.mention(items.mention_at(i)).first != i) continue;
    // "restrict the check to them"
    if (one_of(item.word, {"restrict", "limit", "confine", "constrain", "restricting", "limiting", "confining",
                           "narrow", "restricted", "limited", "confined"}))
      restricts = true;
    const bool strong = item.has(Tag::kInside) || (restricts && item.word == "to");
    const bool weak = !strong && item.count == 1 && is_step_word(item.word);
    if (!strong && !weak) continue;
    std::size_t k = i + 1;
    bool masked = false, pointed = false;
    int target = -1;
    std::size_t stop = k;
    bool region = false;
    bool strong_region = false;
    for (int steps = 0; k < clause.last && steps < 9; ++k, ++steps) {
      const Item& next = items[k];
      if (items.mention_at(k) >= 0) {
        if (target >= 0) {
          if (items.mention_at(k) == target) continue;
          break;
        }
        const Mention& m = items.mention(items.mention_at(k));
        if (m.senses.empty() && m.entries.empty()) break;
        target = items.mention_at(k);
        stop = k + 1;
        continue;
      }
      if (one_of(next.word,
                 {"that", "this", "same", "those", "these", "said", "resulting", "it", "there", "them", "its"})) {
        pointed = true;
        if (one_of(next.word, {"it", "there", "them", "those", "that"})) stop = k + 1;
        continue;
      }
      if (next.word == "within" || next.word == "inside" || next.word == "in") {
        if (target >= 0) break;
        continue;
      }
      if (next.has(Tag::kMaskRegion)) {
        // "in the masked area outline the opacity": the verb of what follows.
        if (next.has(Tag::kDraw) && (region || masked)) break;
        region = true;
        strong_region = strong_region || !one_of(next.word, {"region", "area", "zone", "shape", "border", "borders",
                                                             "boundary", "perimeter", "output"});
        if (next.has(Tag::kMasked)) masked = true;
        stop = k + 1;
        if (target >= 0) break;
        continue;
      }
      if (next.has(Tag::kMasked)) {
        masked = true;
        stop = k + 1;
        continue;
      }
      if (next.word == "result" && (item.word.starts_with("feed") || item.word == "use" || item.word == "using")) {
        region = strong_region = true;
        stop = k + 1;
        continue;
      }
      if (next.word == "of" && region && target < 0) continue;
      if (next.has(Tag::kIt) && !next.has(Tag::kMasked) && target < 0 && !region) {
        pointed = true;
        stop = k + 1;
        continue;
      }
      if (is_filler(next) || next.word == "only" || next.word == "just" || next.word == "part" ||
          next.word == "previous" || next.word == "obtained")
        continue;
      break;
    }
    const bool finding_only = target >= 0 && weak && !masked && !region;
    if (finding_only) continue;
    const bool ends = i + 1 == clause.last && (one_of(item.word, {"inside", "within", "inside only", "within only"}) ||
                                               item.word.find(" inside") != std::string::npos);
    bool used = false;
    if (strong && ends) used = true;
    else if (strong) used = target >= 0 || region || masked || (pointed && stop > i + 1);
    else
      used = (masked && (target >= 0 || region)) || (target >= 0 && strong_region) ||
             (region && target < 0 && (pointed || strong_region));
    if (weak && one_of(item.word, {"of", "for"}) && !masked)
      used = false;  // "outline of the lung mask": still the target
    if (weak && item.word == "for" && masked) used = false;
    if (weak && region && target < 0 && !masked && !pointed &&
        one_of(item.word, {"with", "of", "for", "to", "by", "take", "use"}) && item.word != "use")
      used = false;
    if (weak && region && target < 0 && !masked && !strong_region && !pointed) used = false;
    // "look for TB in there"
    if (weak && pointed && target < 0 && !region && i + 1 < clause.last &&
        one_of(items[i + 1].word, {"there", "it", "them", "that"}) && one_of(item.word, {"in", "on"}) &&
        stop == i + 2) {
      used = true;
    }
    if (!used) continue;
    if (strong && target >= 0 && !masked && !region && is_only_phrase(item) && !names_structure(items, target))
      continue;
    // "only on the chest film": what the picture is, not a mask.
    if (target >= 0 && (items.mention(target).beside_modality || items.mention(target).region_only) && !masked &&
        !region)
      continue;
    clause.mask.used = true;
    clause.mask.mention = target;
    clause.mask.first = i;
    clause.mask.last = stop;
    if (!has_target_outside(items, clause) && weak && !masked && target < 0 && !pointed && !strong_region)
      clause.mask.used = false;
    if (clause.mask.used) return;
  }
}

}  // namespace galen::plan
