#include "galen/plan/clauses.h"

#include "galen/plan/clause_targets.h"
#include "galen/plan/condition_words.h"
#include "galen/plan/main_words.h"
#include "galen/plan/mask_use.h"
#include "galen/plan/split_sentences.h"

namespace galen::plan {

std::vector<Sentence> find_sentences(const std::vector<Item>& items, const Mentions& mentions,
                                     const language::Lexicon& lexicon) {
  const RequestItems request(items, mentions);
  std::vector<Sentence> sentences = split_sentences(request);
  for (Sentence& sentence : sentences) {
    for (Clause& clause : sentence.clauses) {
      find_mask(clause, request);
      Background limits;
      if (clause.in_case) {
        describe_condition(clause, request, lexicon);
      } else {
        limits = describe_main(clause, sentence, request);
      }
      collect_targets(clause, request, lexicon, limits);
    }
  }
  return sentences;
}

}  // namespace galen::plan
