#include "galen/plan/mentions.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace galen::plan {

using language::ConceptKind;
using language::Lexicon;
using language::Tag;

bool is_structure(const language::Lexicon& lexicon, const Mention& mention) {
  return !mention.senses.empty() && mention.senses[0].head >= 0 &&
         lexicon.concept_at(mention.senses[0].head).kind == language::ConceptKind::kStructure;
}

bool is_filler(const Item& item) {
  static const std::unordered_set<std::string_view> words = {
      "the",       "a",           "an",       "my",         "his",        "her",      "their",      "this",
      "that",      "these",       "those",    "left",       "right",      "l",        "r",          "both",
      "all",       "bilateral",   "entire",   "whole",      "upper",      "lower",    "middle",     "anterior",
      "posterior", "medial",      "lateral",  "any",        "some",       "each",     "small",      "large",
      "big",       "tiny",        "focal",    "diffuse",    "suspected",  "possible", "same",       "said",
      "our",       "its",         "patient",  "patients",   "mid",        "central",  "peripheral", "superior",
      "inferior",  "bilaterally", "u",        "single",     "multiple",   "solitary", "new",        "main",
      "known",     "visible",     "palpable", "one",        "two",        "b",        "subtle",     "every",
      "patchy",    "such",        "primary",  "dominant",   "suspicious", "zone",     "lobe",       "side",
      "quadrant",  "pole",        "part",     "base",       "apex",       "border",   "human",      "adult",
      "normal",    "abnormal",    "residual", "individual", "various",    "present"};
  return item.count == 1 && item.mark.empty() && !item.word.empty() && words.contains(item.word) &&
         !item.names_target();
}

namespace {

class Composer {
 public:
  Composer(const std::vector<Item>& items, const Lexicon& lexicon) : items_(items), lexicon_(lexicon) {
    result_.mention_of.assign(items.size(), -1);
  }

  Mentions run() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      if (result_.mention_of[i] >= 0) continue;
      if (item.names_target() || item.facet >= 0 || item.quality >= 0 || names_structures(item)) i = read(i) - 1;
    }
    mark_regions();
    return std::move(result_);
  }

 private:
  bool names_structures(const Item& item) const {
    return item.measure >= 0 && !lexicon_.concept_at(item.measure).structures.empty();
  }
  bool is_of(std::size_t i) const { return i < items_.size() && items_[i].count == 1 && items_[i].word == "of"; }
  bool is_place_word(std::size_t i) const {
    if (i >= items_.size() || items_[i].count != 1) return false;
    const std::string& word = items_[i].word;
    return word == "in" || word == "on" || word == "at" || word == "of" || word == "from" || word == "over" ||
           word == "involving" || word == "affecting" || word == "throughout" || word == "across" || word == "to" ||
           word == "arising" || word == "near";
  }
  // The next item that is no filler, at most `reach` fillers on.
  std::size_t past_fillers(std::size_t i, int reach = 4) const {
    while (i < items_.size() && reach-- > 0 && is_filler(items_[i])) ++i;
    return i;
  }
  int structure_of(const Item& item) const {
    for (const int id : item.concepts) {
      if (lexicon_.concept_at(id).kind == ConceptKind::kStructure) return id;
    }
    return -1;
  }
  int finding_of(const Item& item) const {
    for (const int id : item.concepts) {
      if (lexicon_.concept_at(id).kind == ConceptKind::kFinding) return id;
    }
    return -1;
  }
  bool names_target(std::size_t i) const { return i < items_.size() && items_[i].names_target(); }
  // Whether what follows says that this is a mask used as input ("on the segmented lungs", "in the lung mask").
  bool is_masked_input(std::size_t preposition, std::size_t target) const {
    for (std::size_t k = preposition; k < target; ++k) {
      if (items_[k].has(Tag::kMasked)) return true;
    }
    return target + 1 < items_.size() && items_[target + 1].has(Tag::kMaskRegion);
  }

  std::size_t read(std::size_t begin) {
    Mention mention;
    mention.first = begin;
    std::size_t i = begin;
    const Item& item = items_[i];
    if (item.facet >= 0 && !item.names_target()) return read_facet(begin);
    if (item.quality >= 0 && !item.names_target()) {
      mention.qualities.push_back(item.quality);
      return finish(mention, begin + 1);
    }
    if (names_structures(item) && !item.names_target()) {
      mention.measure = item.measure;
      return finish(mention, begin + 1);
    }
    Parts parts{item.concepts, item.entries, -1};
    if (names_structures(item)) mention.measure = item.measure;
    i = grow(begin, parts);
    // "tumour type", "lesion malignant": a facet that follows its head.
    int facet = item.facet;
    std::size_t next = i;
    if (next < items_.size() && items_[next].facet >= 0 && !items_[next].names_target() && facet < 0) {
      facet = items_[next].facet;
      ++next;
    }
    for (const int id : parts.concepts) mention.senses.push_back(canonical(lexicon_, {facet, id, parts.site}));
    mention.entries = parts.entries;
    if (item.facet >= 0 && next == i) mention.senses.push_back({item.facet, -1, -1});
    if (facet >= 0 && item.facet < 0) mention.entries.clear();
    if (item.quality >= 0) mention.qualities.push_back(item.quality);
    return finish(mention, next);
  }

  struct Parts {
    std::vector<int> concepts;
    std::vector<int> entries;
    int site;
  };

  // Takes in what follows and belongs to the head: "liver" + "tumour", "tumour" + "in the liver".
  std::size_t grow(std::size_t begin, Parts& parts) const {
    std::size_t i = begin + 1;
    // "renal" + "calculus", "brain" + "vessels"
    while (names_target(i) && structure_of(items_[i - 1]) >= 0 &&
           (finding_of(items_[i]) >= 0 || structure_of(items_[i]) >= 0) && !items_[i].names_modality()) {
      const int before = structure_of(items_[i - 1]);
      const int finding = finding_of(items_[i]);
      const int head = finding >= 0 ? finding : structure_of(items_[i]);
      const int own = lexicon_.site_of(head);
      if (finding >= 0 && !sites_fit(lexicon_, own, before)) break;
      parts.concepts = items_[i].concepts;
      parts.entries = items_[i].entries;
      const bool redundant = own >= 0 && lexicon_.is_a(own, before);
      parts.site = redundant ? -1 : before;
      if (!redundant && !is_region(lexicon_, before)) parts.entries.clear();
      if (!redundant && finding >= 0) parts.entries.clear();
      ++i;
    }
    // "tumour" + "in the liver"
    const bool is_finding = std::any_of(parts.concepts.begin(), parts.concepts.end(),
                                        [&](int id) { return lexicon_.concept_at(id).kind == ConceptKind::kFinding; });
    if (!is_finding) {
      // "parenchyma of the liver", "head of the baby": the part stays the head.
      if (is_of(i)) {
        const std::size_t k = past_fillers(i + 1);
        if (names_target(k) && structure_of(items_[k]) >= 0 && !items_[k].names_modality() && !parts.concepts.empty()) {
          const int whole = structure_of(items_[k]);
          const int own = parts.concepts.front();
          if (lexicon_.is_a(own, whole)) return k + 1;
          if (is_region(lexicon_, own)) {
            parts.concepts = items_[k].concepts;
            parts.entries = items_[k].entries;
            return k + 1;
          }
        }
      }
      return i;
    }
    std::size_t k = i;
    if (is_place_word(k)) {
      std::size_t target = past_fillers(k + 1);
      if (names_target(target) && structure_of(items_[target]) >= 0 && finding_of(items_[target]) < 0 &&
          !is_masked_input(k, target) && !(target + 1 < items_.size() && items_[target + 1].names_modality())) {
        const int place = structure_of(items_[target]);
        int own = -1;
        for (const int id : parts.concepts) own = std::max(own, lexicon_.site_of(id));
        if (own < 0 || sites_fit(lexicon_, own, place)) {
          if (own < 0 || !lexicon_.is_a(own, place)) {
            if (parts.site < 0 && own < 0) {
              parts.site = place;
              parts.entries.clear();
            }
          }
          return target + 1;
        }
      }
    }
    return i;
  }

  // "type of the brain tumour", "kind of tumour", "Gleason grade", or the bare facet.
  std::size_t read_facet(std::size_t begin) {
    Mention mention;
    mention.first = begin;
    const int facet = items_[begin].facet;
    std::size_t k = begin + 1;
    if (is_of(k)) ++k;
    k = past_fillers(k);
    const std::string& name = lexicon_.concept_at(facet).name;
    const bool may_lead = name != "survival" && name != "modality-kind";
    if (may_lead && names_target(k) && !items_[k].names_modality() && (k > begin + 1 || finding_of(items_[k]) >= 0)) {
      Parts parts{items_[k].concepts, items_[k].entries, -1};
      const std::size_t end = grow(k, parts);
      for (const int id : parts.concepts) mention.senses.push_back(canonical(lexicon_, {facet, id, parts.site}));
      if (mention.senses.empty()) mention.entries = parts.entries;
      return finish(mention, end);
    }
    mention.senses.push_back({facet, -1, -1});
    return finish(mention, begin + 1);
  }

  std::size_t finish(Mention& mention, std::size_t end) {
    mention.last = end;
    for (std::size_t i = mention.first; i < end; ++i) result_.mention_of[i] = static_cast<int>(result_.all.size());
    result_.all.push_back(std::move(mention));
    return end;
  }

  // "brain MRI", "CT of the abdomen", "x-ray of the knee": what the picture shows.
  void mark_regions() {
    for (Mention& mention : result_.all) {
      if (mention.senses.empty() || mention.senses[0].head < 0) continue;
      const int head = mention.senses[0].head;
      if (lexicon_.concept_at(head).kind != ConceptKind::kStructure) continue;
      mention.region_only = is_region(lexicon_, head) && mention.entries.empty() && mention.senses[0].site < 0;
      const std::size_t next = mention.last;
      if (next < items_.size() && items_[next].names_modality() && !items_[next].hint) mention.beside_modality = true;
      std::size_t k = mention.first;
      while (k > 0 && is_filler(items_[k - 1])) --k;
      if (k > 0 && items_[k - 1].names_modality() && mention.region_only) mention.beside_modality = true;
      if (k > 1 && (items_[k - 1].word == "of" || items_[k - 1].word == "through")) {
        std::size_t m = k - 2;
        while (m > 0 && (items_[m].word == "scan" || items_[m].word == "image" || items_[m].word == "study" ||
                         items_[m].word == "series" || items_[m].word == "picture" || items_[m].word == "slice" ||
                         items_[m].word == "photo")) {
          --m;
        }
        if (items_[m].names_modality()) mention.beside_modality = true;
      }
    }
  }

  const std::vector<Item>& items_;
  const Lexicon& lexicon_;
  Mentions result_;
};

}  // namespace

Mentions find_mentions(const std::vector<Item>& items, const Lexicon& lexicon) {
  return Composer(items, lexicon).run();
}

}  // namespace galen::plan
