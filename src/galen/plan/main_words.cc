#include "galen/plan/main_words.h"

#include <algorithm>

#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;

namespace {

bool is_verb_here(const RequestItems& items, const Clause& clause, std::size_t i) {
  return !(i > clause.first && is_article(items[i - 1])) && items.mention_at(i) < 0;
}

}  // namespace

Background describe_main(Clause& clause, const Sentence& sentence, const RequestItems& items) {
  // "exclude the heart from the masks"
  const bool from_mask = clause.mask.used && clause.mask.mention < 0 && items[clause.mask.first].word == "from";
  bool seen_target = false;
  bool draw = false, decide = false, estimate = false, measure = false, skip = false, skip_after = false, known = false,
       self = false, reason = false;
  bool patient = false, firmly_known = false, past_passive = false;
  int loose = 0;
  std::size_t known_at = clause.last, reason_at = clause.last, patient_at = clause.last;
  for (std::size_t i = clause.first; i < clause.last; ++i) {
    const Item& item = items[i];
    if (clause.mask.holds(i)) continue;
    if (items.mention_at(i) >= 0) {
      if (item.measure >= 0) measure = true;
      seen_target = true;
      continue;
    }
    if (item.measure >= 0) measure = true;
    if (item.has(Tag::kDraw) && is_verb_here(items, clause, i)) {
      draw = true;
      if (!seen_target) clause.verb_leads = true;
    }
    if (item.has(Tag::kDrawNoun)) draw = true;
    if (item.has(Tag::kDecide) && (is_verb_here(items, clause, i) || item.count > 1)) {
      decide = true;
      if (!seen_target) clause.verb_leads = true;
      if (item.has(Tag::kNegative)) clause.excludes = true;
    }
    if (item.has(Tag::kDecideNoun)) decide = true;
    if (item.has(Tag::kEstimate)) {
      estimate = true;
      if (!seen_target) clause.verb_leads = true;
    }
    if (item.has(Tag::kMeasureVerb)) {
      measure = true;
      if (!seen_target) clause.verb_leads = true;
    }
    if ((item.has(Tag::kDo) || (item.has(Tag::kAsk) && item.word != "you" && item.word != "u"))) {
      clause.request_words = true;
      if (!seen_target) clause.verb_leads = true;
    }
    if (item.has(Tag::kPolite)) clause.request_words = true;
    if (item.has(Tag::kSkipAfter) && seen_target) skip_after = true;
    if (item.has(Tag::kSkip)) {
      const bool plain_no = one_of(item.word, {"no", "not", "never", "nor", "neither"});
      // "after excluding TB" is a test, not an omission.
      if (clause.after && item.word == "excluding") clause.excludes = decide = true;
      else if (!(plain_no && (sentence.question || decide))) skip = true;
    }
    // "disc yes, cup no"
    if (seen_target && i + 1 == clause.last && item.word == "no" && !decide && !sentence.question) skip_after = true;
    if (seen_target && i + 1 == clause.last && item.word == "yes") clause.request_words = true;
    if (item.has(Tag::kOnly)) clause.only = true;
    if (item.has(Tag::kFirst)) clause.first_word = true;
    if (item.has(Tag::kBefore)) clause.before = true;
    if (item.has(Tag::kAfter)) clause.after = true;
    if (item.has(Tag::kRegardless)) clause.regardless = true;
    if (item.has(Tag::kEverything)) clause.everything = true;
    if (item.has(Tag::kEverythingStructures)) clause.everything_structures = true;
    if (item.has(Tag::kIt)) clause.has_it = true;
    if ((item.has(Tag::kKnown) || item.has(Tag::kHistory)) && !known) known = true, known_at = i;
    if (item.has(Tag::kKnown)) firmly_known = true;
    if (item.has(Tag::kSelf) || item.has(Tag::kFuture)) self = true;
    if (one_of(item.word,
               {"classify", "classifying", "characterise", "characterize", "categorise", "categorize", "subtype"}))
      clause.classifies = true;
    if (one_of(item.word, {"was", "were", "been"}) && seen_target && !clause.verb_leads && !sentence.question)
      past_passive = true;
    if (clause.excludes && item.word == "from" && seen_target) skip = true;
    if (item.has(Tag::kReason) && !reason) reason = true, reason_at = i;
    if (item.has(Tag::kPatient) && !patient) patient = true, patient_at = i;
    const bool neutral =
        is_filler(item) || item.names_modality() || item.has(Tag::kIn) || is_copula(item) || item.measure >= 0 ||
        item.tags.any() ||
        one_of(item.word, {"image", "picture", "scan", "film", "frame", "i", "me", "with", "as", "there", "here"});
    if (!neutral || item.has(Tag::kPatient) || item.word == "with") ++loose;
  }
  clause.impure = loose > 0;
  for (std::size_t i = clause.first; i < clause.last; ++i)
    decide = decide || (items[i].facet >= 0 && !clause.mask.holds(i) && !draw && !measure);
  clause.intent_said = draw || decide || estimate || measure;
  if (draw || measure) clause.intent = Intent::kSegment;
  else if (decide) clause.intent = Intent::kClassify;
  else if (estimate) clause.intent = Intent::kPrognose;
  const bool asks = clause.intent_said || clause.request_words || clause.only || clause.first_word ||
                    clause.everything || clause.everything_structures;
  if (asks) clause.status = Standing::kRequest;
  if (clause.excludes && from_mask) skip = true;
  Background background{reason_at, patient_at, reason};
  if (skip || skip_after) clause.status = Standing::kSkip;
  else if (self) clause.status = Standing::kKnown;
  else if (known) {
    // A question about what stands before ("pneumothorax post line insertion?") remains one.
    bool target_before = false;
    for (std::size_t i = clause.first; i < known_at; ++i) target_before = target_before || items.mention_at(i) >= 0;
    // "prostate contour for the biopsy list": the words of history only add to a request.
    const bool command = clause.intent_said && (clause.verb_leads || (target_before && !firmly_known && !past_passive));
    if (command || (sentence.question && target_before)) background.after = std::min(background.after, known_at);
    else clause.status = Standing::kKnown;
  }
  return background;
}

}  // namespace galen::plan
