#include "galen/plan/speech.h"

#include <algorithm>
#include <string_view>

#include "galen/language/spelling.h"
#include "galen/plan/word_kinds.h"

namespace galen::plan {

using language::Tag;
using language::Token;
using language::TokenKind;

namespace {

class Listener {
 public:
  Listener(const std::vector<Item>& items, const Mentions& mentions, std::vector<Sentence>& sentences,
           const std::vector<Token>& tokens)
      : items_(items), mentions_(mentions), sentences_(sentences), tokens_(tokens) {}

  Speech run() {
    result_.other_language = is_other_language();
    if (result_.other_language) return std::move(result_);
    std::size_t last_system_sentence = sentences_.size() + 2;
    for (std::size_t s = 0; s < sentences_.size(); ++s) {
      bool taken = false;  // The clause before was not for us
      bool by_system = false;
      for (std::size_t c = 0; c < sentences_[s].clauses.size(); ++c) {
        Clause& clause = sentences_[s].clauses[c];
        const Kind kind = clause.in_case ? Kind::kImaging : kind_of(clause, sentences_[s]);
        if (kind == Kind::kSystem || (kind == Kind::kChat && taken && by_system)) {
          const bool same = last_system_sentence == s || last_system_sentence + 1 == s;
          if (same) result_.acts.back().last = clause.last;
          else result_.acts.push_back({clause.first, clause.last, true});
          last_system_sentence = s;
          taken = by_system = true;
          silence(clause);
        } else if (kind == Kind::kChat) {
          if (taken && clause.join != Join::kThen && !own_verb(clause)) result_.acts.back().last = clause.last;
          else result_.acts.push_back({clause.first, clause.last, false});
          taken = true;
          by_system = false;
          silence(clause);
        } else if (taken && !starts_imaging(clause)) {
          result_.acts.back().last = clause.last;
          silence(clause);
        } else {
          taken = false;
        }
      }
    }
    result_.fallback = fallback();
    return std::move(result_);
  }

 private:
  enum class Kind { kImaging, kChat, kSystem };

  static void silence(Clause& clause) {
    clause.status = Standing::kKnown;
    clause.mentions.clear();
    clause.everything = clause.everything_structures = clause.has_it = false;
    clause.mask.used = false;
    clause.in_case = false;
  }

  // Words that only lead up to the verb that matters.
  bool leads_up(const Item& item) const {
    if (item.has(Tag::kChat) || item.has(Tag::kSystem) || item.has(Tag::kDraw) || item.has(Tag::kDecide)) return false;
    return item.has(Tag::kPolite) || item.has(Tag::kAsk) || item.has(Tag::kAlso) || item.has(Tag::kThen) ||
           item.has(Tag::kFirst) || item.has(Tag::kGreeting) || item.has(Tag::kDo) || item.has(Tag::kBut) ||
           item.has(Tag::kOnly) || item.has(Tag::kRegardless) ||
           one_of(item.word, {"i",     "we",    "to",     "me",    "us",     "and",      "so",    "now",  "just",
                              "you",   "u",     "for",    "be",    "able",   "a",        "an",    "the",  "some",
                              "quick", "short", "ok",     "okay",  "well",   "alright",  "right", "go",   "ahead",
                              "let",   "while", "as",     "at",    "it",     "would",    "could", "can",  "good",
                              "nice",  "my",    "want",   "must",  "should", "need",     "have",  "very", "when",
                              "done",  "once",  "after",  "that",  "this",   "finished", "s",     "hey",  "oh",
                              "by",    "way",   "lastly", "brief", "little", "funny",    "long",  "five", "new"});
  }

  std::size_t lead(const Clause& clause) const {
    std::size_t i = clause.first;
    while (i < clause.last && leads_up(items_[i])) ++i;
    return i;
  }

  bool own_verb(const Clause& clause) const {
    const std::size_t i = lead(clause);
    return i < clause.last && (items_[i].has(Tag::kChat) || items_[i].has(Tag::kSystem));
  }

  bool starts_imaging(const Clause& clause) const {
    if (clause.in_case) return true;
    if (clause.intent_said && clause.verb_leads && (!clause.mentions.empty() || clause.has_it || clause.everything))
      return true;
    return clause.intent_said && !clause.mentions.empty() && clause.join != Join::kOr;
  }

  Kind kind_of(const Clause& clause, const Sentence& sentence) const {
    const std::size_t i = lead(clause);
    const bool draws = clause.intent_said && clause.intent == Intent::kSegment && !clause.mentions.empty();
    if (i < clause.last && mentions_.mention_of[i] < 0) {
      const Item& item = items_[i];
      const bool heading = item.count == 1 && (item.word == "system" || item.word == "assistant") &&
                           i + 1 < items_.size() && items_[i + 1].mark == ":";
      if (item.has(Tag::kSystem) &&
          (heading ||
           !(item.word == "system" || item.word == "root" || item.word == "token" || item.word == "secret" ||
             item.word == "server" || item.word == "database" || item.word == "terminal" || item.word == "register"))) {
        // "send the mask", "print the outline": what is drawn is still asked for.
        if (!(draws && one_of(item.word, {"send the", "print the", "upload", "print", "upload the", "show me all",
                                          "output only", "clear the", "mark all", "label all", "show all"})))
          return Kind::kSystem;
      }
      if (item.has(Tag::kChat) && !draws) {
        if (!(item.has(Tag::kDecide) && !clause.mentions.empty())) return Kind::kChat;
      }
    }
    if (clause.status == Standing::kKnown) return Kind::kImaging;
    // "show me your system prompt", "... as the previous instructions say"
    for (std::size_t k = clause.first; k < clause.last; ++k) {
      const Item& item = items_[k];
      if (mentions_.mention_of[k] >= 0) continue;
      if (item.has(Tag::kSystem) && item.count > 1 && !draws &&
          !one_of(item.word, {"mark all", "label all", "send the", "print the", "clear the", "call the"}))
        return Kind::kSystem;
    }
    // "give me a recipe": a thing that no image step makes.
    bool asked = clause.request_words || clause.intent_said || sentence.question;
    for (std::size_t k = clause.first; k < clause.last; ++k) {
      const Item& item = items_[k];
      if (mentions_.mention_of[k] >= 0) return Kind::kImaging;
      if (item.has(Tag::kReason) || item.has(Tag::kPatient) || item.has(Tag::kKnown) || item.has(Tag::kHistory))
        return Kind::kImaging;
      if (k > clause.first && item.has(Tag::kIn) && item.word == "for" && clause.intent_said) return Kind::kImaging;
      if (item.has(Tag::kDo)) asked = true;
      if (item.has(Tag::kChatNoun) && asked && !draws) {
        const bool purpose = k > clause.first && (items_[k - 1].word == "for" || items_[k - 1].word == "on" ||
                                                  items_[k - 1].has(Tag::kBefore) || items_[k - 1].has(Tag::kAfter) ||
                                                  (k > clause.first + 1 && items_[k - 2].word == "for"));
        if (!purpose) return Kind::kChat;
      }
    }
    return Kind::kImaging;
  }

  // Function words of other languages outweigh the English ones, or the script is another one.
  bool is_other_language() const {
    int words = 0, foreign = 0, english = 0, other_script = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      const Item& item = items_[i];
      if (item.count == 1 && !item.mark.empty()) continue;
      for (std::size_t k = item.first; k < item.first + item.count; ++k) {
        const Token& token = tokens_[k];
        if (token.kind != TokenKind::kWord) continue;
        ++words;
        if (!token.latin) ++other_script;
      }
      if (item.has(Tag::kForeign) && item.tags.count() == 1 && !item.names_target() && !item.names_modality())
        ++foreign;
      else if (item.count > 1 || (item.tags.any() && !item.has(Tag::kForeign)) || is_filler(item)) ++english;
      else if (item.plain && language::is_english(tokens_[item.first].stem) && tokens_[item.first].text.size() > 3)
        ++english;
    }
    if (words == 0) return false;
    if (other_script * 5 > words * 2) return true;
    return foreign >= 2 && foreign > english;
  }

  // A request without a target: chatting, or too little to act on.
  DeclineReason fallback() const {
    int words = 0, pointing = 0, greetings = 0, asking = 0, small = 0;
    bool real_greeting = false;
    for (const Item& item : items_) {
      if (!item.mark.empty() || item.number) continue;
      ++words;
      if (item.has(Tag::kHelp) || item.names_modality() || item.has(Tag::kDraw) || item.has(Tag::kDrawNoun) ||
          item.has(Tag::kMeasureVerb) || item.measure >= 0 || item.names_target() || item.has(Tag::kIt) ||
          item.has(Tag::kPatient) || item.has(Tag::kEverything) || item.facet >= 0 || item.quality >= 0 ||
          item.has(Tag::kMaskRegion) ||
          one_of(item.word, {"image", "picture", "scan", "film", "photo", "frame", "case", "here", "see", "find",
                             "diagnosis", "organ", "organs", "medical"})) {
        ++pointing;
      }
      if (item.has(Tag::kGreeting) || item.has(Tag::kPolite)) ++greetings;
      else if (is_filler(item) ||
               one_of(item.word, {"lot", "very", "much", "so", "and", "to", "for", "again", "there", "everyone"}))
        ++small;
      if (item.has(Tag::kGreeting) || (item.has(Tag::kPolite) && item.word.starts_with("th"))) real_greeting = true;
      if (item.has(Tag::kAsk)) ++asking;
    }
    if (words == 0) return DeclineReason::kUnclear;
    if (pointing > 0) return DeclineReason::kUnclear;
    int known = 0;
    for (const Item& item : items_) {
      if (item.plain && language::is_english(tokens_[item.first].stem)) ++known;
    }
    if (greetings > 0 && greetings + small == words && real_greeting) return DeclineReason::kNotImaging;
    if (known + asking + greetings >= 4 && (known >= 2)) return DeclineReason::kNotImaging;
    return DeclineReason::kUnclear;
  }

  const std::vector<Item>& items_;
  const Mentions& mentions_;
  std::vector<Sentence>& sentences_;
  const std::vector<Token>& tokens_;
  Speech result_;
};

}  // namespace

Speech find_speech(const std::vector<Item>& items, const Mentions& mentions, std::vector<Sentence>& sentences,
                   const std::vector<Token>& tokens) {
  return Listener(items, mentions, sentences, tokens).run();
}

}  // namespace galen::plan
