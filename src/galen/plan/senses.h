// What a phrase means: a structure or finding, where it sits, and which question is asked about it.
#pragma once

#include <vector>

#include "galen/language/lexicon.h"

namespace galen::plan {

// Ids of the lexicon's concepts; -1 where not said.
struct Sense {
  int facet = -1;  // "type", "cause", "grade" of the head
  int head = -1;   // The structure or finding
  int site = -1;   // The structure it sits in, where the request says so

  bool operator==(const Sense&) const = default;
};

// Heads that mean no target by themselves ("the lesion", "the tumour") but whatever the rest of the request singles
// out.
bool is_generic(const language::Lexicon& lexicon, int head);
// Structures that mostly say where something is or what the picture shows ("brain", "chest"), and are seldom a target.
bool is_region(const language::Lexicon& lexicon, int structure);

// A head and its site as the lexicon's own concept for the two ("tumour" at "liver" is "liver-tumour").
Sense canonical(const language::Lexicon& lexicon, Sense sense);

// Whether one of the two concepts is a kind or a part of the other.
bool either_is_a(const language::Lexicon& lexicon, int a, int b);

// Whether one of the two sites is part of the other; unknown sites fit everywhere.
bool sites_fit(const language::Lexicon& lexicon, int a, int b);

}  // namespace galen::plan
