#include "galen/plan/standing.h"

#include <algorithm>

namespace galen::plan {

using language::ConceptKind;
using language::Tag;

namespace {

class Settler {
 public:
  Settler(std::vector<Sentence>& sentences, const std::vector<Item>& items, const Mentions& mentions,
          const Linker& linker)
      : sentences_(sentences), items_(items), mentions_(mentions), linker_(linker) {}

  void run() {
    Intent header = Intent::kUnknown;
    bool header_asks = false;
    for (Sentence& sentence : sentences_) {
      for (Clause& clause : sentence.clauses) {
        if (!clause.in_case) use_region_as_target(clause);
      }
      from_the_left(sentence);
      from_the_right(sentence);
      if (sentence.item && header_asks) {
        for (Clause& clause : sentence.clauses) {
          if (clause.in_case || clause.status != Standing::kNone || clause.mentions.empty()) continue;
          clause.status = Standing::kRequest;
          if (!clause.intent_said) clause.intent = header;
        }
      }
      bare_targets(sentence);
      from_the_left(sentence);
      from_the_right(sentence);
      if (!sentence.item) {
        header_asks = false;
        header = Intent::kUnknown;
        for (const Clause& clause : sentence.clauses) {
          if (clause.in_case || clause.status == Standing::kRequest) header_asks = true;
          if (clause.intent_said && clause.mentions.empty()) header = clause.intent;
        }
        if (sentence.closes_with_colon || sentence.question) header_asks = true;
      }
    }
  }

  void run_leniently() {
    for (Sentence& sentence : sentences_) {
      for (Clause& clause : sentence.clauses) {
        if (clause.in_case || clause.mentions.empty()) continue;
        if (clause.status == Standing::kNone || (clause.status == Standing::kKnown && only_suspected(clause)))
          clause.status = Standing::kRequest;
      }
    }
  }

 private:
  const Mention& mention(int index) const { return mentions_.all[static_cast<std::size_t>(index)]; }

  bool only_suspected(const Clause& clause) const {
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      if (items_[i].has(Tag::kKnown)) return false;
      if (items_[i].has(Tag::kSelf)) return false;
    }
    return true;
  }

  // "segment the brain": a region is a target where a drawing verb has no other.
  void use_region_as_target(Clause& clause) {
    if (!clause.mentions.empty() || clause.background.empty() || !clause.intent_said ||
        clause.intent != Intent::kSegment || clause.mask.used)
      return;
    if (clause.has_it || clause.everything || clause.everything_structures) return;
    for (const int index : clause.background) {
      const Mention& m = mention(index);
      if (!is_structure(linker_.lexicon(), mention(index))) continue;
      std::size_t k = m.first;
      while (k > clause.first && is_filler(items_[k - 1])) --k;
      const bool place =
          k > clause.first && items_[k - 1].has(Tag::kIn) && items_[k - 1].word != "of" && items_[k - 1].word != "for";
      if (place || (m.beside_modality && m.region_only)) continue;
      if (m.beside_modality && linker_.candidates(m).empty()) continue;
      clause.mentions.push_back(index);
      return;
    }
  }

  static bool lists(Join join) { return join == Join::kComma || join == Join::kAnd || join == Join::kOr; }

  void from_the_left(Sentence& sentence) {
    if (!sentence.clauses.empty()) {
      Clause& head = sentence.clauses.front();
      if (!head.in_case && head.opens_with_then && head.status == Standing::kNone && !head.mentions.empty())
        head.status = Standing::kRequest;
    }
    for (std::size_t i = 1; i < sentence.clauses.size(); ++i) {
      Clause& clause = sentence.clauses[i];
      if (clause.in_case) continue;
      // A mask by itself ("and, within them, the cup") stands in between.
      std::size_t b = i - 1;
      while (b > 0 && sentence.clauses[b].mentions.empty() && sentence.clauses[b].mask.used &&
             sentence.clauses[b].status == Standing::kNone && !sentence.clauses[b].in_case)
        --b;
      const Clause& before = sentence.clauses[b];
      if (clause.status == Standing::kNone && !clause.mentions.empty()) {
        if (clause.join == Join::kBut && before.everything) {
          clause.status = Standing::kSkip;
        } else if (before.in_case || (before.mask.used && before.mentions.empty() && clause.join == Join::kColon)) {
          clause.status = Standing::kRequest;
        } else if (before.status == Standing::kRequest) {
          const bool listed = clause.join == Join::kAnd || clause.join == Join::kOr || !clause.impure;
          if (listed && clause.join != Join::kBut) clause.status = Standing::kRequest;
        } else if (before.status == Standing::kSkip) {
          if (lists(clause.join)) clause.status = Standing::kSkip;
          else if (clause.join == Join::kBut) clause.status = Standing::kRequest;
        } else if (before.status == Standing::kKnown && (clause.join == Join::kAnd || clause.join == Join::kOr)) {
          clause.status = Standing::kKnown;
        }
        if (clause.opens_with_then && clause.status == Standing::kNone) clause.status = Standing::kRequest;
      }
      if (clause.status == Standing::kRequest && !clause.intent_said && before.status == Standing::kRequest &&
          clause.intent == Intent::kUnknown && !before.in_case) {
        const bool asks_anew = sentence.question && clause.join == Join::kComma && !clause.mentions.empty() &&
                               !is_structure(linker_.lexicon(), mention(clause.mentions.front()));
        clause.intent = asks_anew && before.intent == Intent::kSegment ? Intent::kClassify : before.intent;
      }
    }
  }

  void from_the_right(Sentence& sentence) {
    for (std::size_t n = sentence.clauses.size(); n > 0; --n) {
      Clause& clause = sentence.clauses[n - 1];
      if (clause.in_case) continue;
      const bool last = n == sentence.clauses.size();
      if (clause.status == Standing::kNone && !clause.mentions.empty() && sentence.question &&
          (last || rest_is_empty(sentence, n))) {
        clause.status = Standing::kRequest;
        if (!clause.intent_said && !is_structure(linker_.lexicon(), mention(clause.mentions.front())))
          clause.intent = Intent::kClassify;
      }
      if (last) continue;
      // Clauses that say nothing of a target stand in between ("TB and, unrelated to that, the heart").
      std::size_t k_next = n;
      while (k_next + 1 < sentence.clauses.size() && sentence.clauses[k_next].mentions.empty() &&
             !sentence.clauses[k_next].intent_said && !sentence.clauses[k_next].in_case &&
             !sentence.clauses[k_next].mask.used && sentence.clauses[k_next].status != Standing::kSkip) {
        ++k_next;
      }
      Clause& next = sentence.clauses[k_next];
      if (next.in_case || clause.mentions.empty()) continue;
      if (clause.status == Standing::kNone) {
        const bool refers =
            next.status == Standing::kRequest && next.mentions.empty() && next.intent_said && !next.mask.used;
        const bool trails = next.status == Standing::kRequest && !next.verb_leads && !clause.impure &&
                            (lists(next.join) || next.join == Join::kColon || next.join == Join::kArrow);
        if (refers) {
          clause.status = Standing::kRequest;
          clause.intent = next.intent;
        } else if (trails) {
          clause.status = Standing::kRequest;
          if (!clause.intent_said) clause.intent = next.intent;
        } else if (next.status == Standing::kSkip && lists(next.join) && skip_trails(next) && !clause.impure) {
          clause.status = Standing::kSkip;
        } else if (next.status == Standing::kKnown && (next.join == Join::kAnd || next.join == Join::kOr) &&
                   !next.mentions.empty()) {
          clause.status = Standing::kKnown;
        }
      }
      // "heart and lungs, delineate both"
      if (next.has_it && next.mentions.empty() && next.intent_said && clause.status == Standing::kRequest &&
          next.refers_to.empty()) {
        for (std::size_t k = 0; k < n; ++k) {
          const Clause& one = sentence.clauses[k];
          if (one.in_case || one.status != Standing::kRequest) continue;
          next.refers_to.insert(next.refers_to.end(), one.mentions.begin(), one.mentions.end());
        }
        if (next.refers_to.size() > 1 && !says_all(next)) next.refers_to = {next.refers_to.back()};
      }
    }
  }

  bool rest_is_empty(const Sentence& sentence, std::size_t from) const {
    for (std::size_t k = from; k < sentence.clauses.size(); ++k) {
      const Clause& clause = sentence.clauses[k];
      if (clause.in_case || !clause.mentions.empty() || clause.status == Standing::kRequest) return false;
    }
    return true;
  }

  bool says_all(const Clause& clause) const {
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      const std::string& word = items_[i].word;
      if (word == "both" || word == "them" || word == "these" || word == "those" || word == "all" || word == "each" ||
          word == "all three" || word == "all of them" || word == "each of them" || word == "all of these") {
        return true;
      }
    }
    return false;
  }

  bool skip_trails(const Clause& clause) const {
    if (clause.mentions.empty()) return false;
    for (std::size_t i = clause.first; i < clause.last; ++i) {
      if (mentions_.mention_of[i] >= 0) return true;
      if (items_[i].has(Tag::kSkip)) return false;
    }
    return true;
  }

  // "Lungs. Heart." beside a request: structures of the catalogue, standing alone, are asked for.
  void bare_targets(Sentence& sentence) {
    for (const Clause& clause : sentence.clauses) {
      if (clause.status != Standing::kNone || clause.impure || clause.in_case) return;
    }
    for (Clause& clause : sentence.clauses) {
      for (const int index : clause.mentions) {
        if (!is_drawable(sentence, index)) return;
      }
    }
    for (Clause& clause : sentence.clauses) {
      if (!clause.mentions.empty()) clause.status = Standing::kRequest;
    }
  }

  // A structure; a finding may only be told, unless it comes with a mask to look in.
  bool is_drawable(const Sentence& sentence, int index) const {
    const std::vector<Candidate> candidates = linker_.candidates(mention(index));
    if (candidates.empty()) return false;
    if (is_structure(linker_.lexicon(), mention(index))) return true;
    const bool masked = std::any_of(sentence.clauses.begin(), sentence.clauses.end(),
                                    [](const Clause& clause) { return clause.mask.used || clause.mask.whole; });
    // "tumour type", "prognosis": a question in itself.
    const bool asks = std::any_of(candidates.begin(), candidates.end(), [&](const Candidate& c) {
      return c.score >= 3 && linker_.sense(c.entry).facet >= 0;
    });
    return masked || asks;
  }

  std::vector<Sentence>& sentences_;
  const std::vector<Item>& items_;
  const Mentions& mentions_;
  const Linker& linker_;
};

}  // namespace

void settle_standing(std::vector<Sentence>& sentences, const std::vector<Item>& items, const Mentions& mentions,
                     const Linker& linker, bool lenient) {
  Settler settler(sentences, items, mentions, linker);
  if (lenient) settler.run_leniently();
  else settler.run();
}

}  // namespace galen::plan
