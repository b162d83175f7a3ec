#include "galen/plan/linker.h"

#include <algorithm>

namespace galen::plan {

using language::ConceptKind;
using language::Lexicon;
using language::Token;
using zoo::Task;

namespace {

bool is_family(const Lexicon& lexicon, int head) {
  const std::string& name = lexicon.concept_at(head).name;
  return name == "lesion" || name == "mass" || name == "tumour" || name == "cancer" || name == "metastasis";
}

}  // namespace

Linker::Linker(const zoo::Catalogue& catalogue, const Lexicon& lexicon) : catalogue_(catalogue), lexicon_(lexicon) {
  const CataloguePhrases none;
  const auto tokens_of = [&](const std::string& text) { return language::tokenise(text, 64); };
  const auto senses_of = [&](const std::vector<Token>& tokens) {
    std::vector<Sense> senses;
    const std::vector<Item> items = find_items(tokens, lexicon_, none);
    const Mentions mentions = find_mentions(items, lexicon_);
    for (const Mention& mention : mentions.all) {
      senses.insert(senses.end(), mention.senses.begin(), mention.senses.end());
      if (!mention.senses.empty()) break;
    }
    return senses;
  };
  for (std::size_t e = 0; e < catalogue.entries.size(); ++e) {
    const zoo::Entry& entry = catalogue.entries[e];
    std::vector<Sense> senses;
    std::vector<std::vector<int>> classes;
    const auto add = [&](const std::string& text) {
      const std::vector<Token> tokens = tokens_of(text);
      phrases_.targets.add(tokens, static_cast<int>(e));
      for (const Token& token : tokens) {
        if (token.kind == language::TokenKind::kWord && token.text.size() > 3) phrases_.words.push_back(token.text);
      }
      for (const Sense& sense : senses_of(tokens)) {
        if (std::find(senses.begin(), senses.end(), sense) == senses.end()) senses.push_back(sense);
      }
    };
    add(entry.target);
    target_senses_.push_back(static_cast<int>(senses.size()));
    if (senses.empty()) {
      senses.push_back({});
      target_senses_.back() = 0;
    }
    for (const std::string& label : entry.labels) add(label);
    for (const std::string& alias : entry.aliases) add(alias);
    senses_.push_back(senses);
    const std::vector<Sense> region = senses_of(tokens_of(entry.region));
    regions_.push_back(region.empty() ? -1 : region.front().head);
    for (const std::string& name : entry.classes) {
      std::vector<int> ids;
      const std::vector<Token> tokens = tokens_of(name);
      for (const Item& item : find_items(tokens, lexicon_, none)) {
        // "no tumour" is not what "tumour" names.
        if (!entry.normal[classes.size()]) ids.insert(ids.end(), item.concepts.begin(), item.concepts.end());
        if (item.quality >= 0) ids.push_back(item.quality);
      }
      classes.push_back(ids);
    }
    class_concepts_.push_back(std::move(classes));
  }
  for (const auto& [code, names] : catalogue.modalities) {
    std::set<int> concepts;
    std::vector<std::string> texts = names;
    texts.push_back(code);
    const int index = static_cast<int>(phrases_.codes.size());
    phrases_.codes.push_back(code);
    for (const std::string& text : texts) {
      const std::vector<Token> tokens = tokens_of(text);
      const auto match = lexicon.phrases().longest(tokens, 0);
      bool known = false;
      if (match.length == tokens.size() && match.length > 0) {
        for (const int value : *match.values) {
          if (lexicon.concept_at(value / 2).kind != ConceptKind::kModality) continue;
          concepts.insert(value / 2);
          known = true;
        }
      }
      // A name that the lexicon does not have belongs to this code alone.
      if (!known && code != "any") phrases_.modalities.add(tokens, index);
    }
    // "x-ray" among the names of "cxr" does not make every x-ray a chest film.
    std::set<int> specific = concepts;
    for (const int a : concepts) {
      for (const int b : concepts) {
        if (a != b && lexicon.is_a(a, b)) specific.erase(b);
      }
    }
    code_concepts_[code] = specific;
  }
}

std::set<std::string> Linker::codes_for(const Item& item) const {
  std::set<std::string> codes(item.codes.begin(), item.codes.end());
  for (const auto& [code, concepts] : code_concepts_) {
    for (const int mine : concepts) {
      for (const int theirs : item.modalities) {
        if (lexicon_.is_a(theirs, mine) || lexicon_.is_a(mine, theirs)) codes.insert(code);
      }
    }
  }
  return codes;
}

int Linker::site_of_entry(int entry) const {
  const Sense& target = sense(entry);
  if (target.site >= 0) return target.site;
  if (const int site = lexicon_.site_of(target.head); site >= 0) return site;
  return regions_[static_cast<std::size_t>(entry)];
}

bool Linker::is_binary(int index) const {
  const zoo::Entry& e = entry(index);
  if (e.task != Task::kClassify || e.classes.size() != 2 || about_modality(index)) return false;
  return e.normal[0] != e.normal[1];
}

bool Linker::about_modality(int index) const {
  const int facet = sense(index).facet;
  return facet >= 0 && lexicon_.concept_at(facet).name == "modality-kind";
}

int Linker::score(const Sense& meant, int index) const {
  const zoo::Entry& e = entry(index);
  const std::vector<Sense>& senses = senses_[static_cast<std::size_t>(index)];
  const int own = target_senses_[static_cast<std::size_t>(index)];
  int best = 0;
  for (std::size_t k = 0; k < senses.size(); ++k) {
    const Sense& has = senses[k];
    const bool primary = static_cast<int>(k) < own;
    int value = 0;
    if (meant.facet >= 0 && meant.head < 0) {
      value = has.facet == meant.facet ? (primary ? 2 : 1) : 0;
      // "malignant or benign?" is answered by whoever has such classes.
      if (value == 0 && lexicon_.concept_at(meant.facet).name == "malignancy" && e.task == Task::kClassify &&
          has.facet < 0 && has.head >= 0 && primary) {
        const int cancer = lexicon_.find("cancer"), melanoma = lexicon_.find("melanoma");
        if (lexicon_.is_a(has.head, cancer) || lexicon_.is_a(has.head, melanoma)) value = 2;
      }
      best = std::max(best, value);
      continue;
    }
    if (meant.head < 0 || has.head < 0) {
      if (meant.facet >= 0 && meant.facet == has.facet) best = std::max(best, 2);
      continue;
    }
    const language::Concept& head = lexicon_.concept_at(meant.head);
    const bool finding = head.kind == ConceptKind::kFinding;
    int has_site = has.site >= 0 ? has.site : lexicon_.site_of(has.head);
    if (has_site < 0 && finding) has_site = regions_[static_cast<std::size_t>(index)];
    const int meant_site = meant.site >= 0 ? meant.site : (finding ? lexicon_.site_of(meant.head) : -1);
    if (meant.facet != has.facet) {
      // "how bad is the retinopathy?": its grading answers.
      if (meant.facet < 0 && meant.head == has.head && e.task == Task::kClassify &&
          lexicon_.concept_at(has.facet).name == "grade")
        best = std::max(best, 2);
      if (meant.facet < 0 || has.facet >= 0 || e.task != Task::kClassify) continue;
      const std::string& facet = lexicon_.concept_at(meant.facet).name;
      const bool related =
          meant.head == has.head || lexicon_.is_a(has.head, meant.head) || lexicon_.is_a(meant.head, has.head);
      if (facet == "malignancy") {
        const int cancer = lexicon_.find("cancer"), melanoma = lexicon_.find("melanoma");
        const bool judges = lexicon_.is_a(has.head, cancer) || lexicon_.is_a(has.head, melanoma);
        const bool lesion = lexicon_.is_a(meant.head, lexicon_.find("lesion"));
        if (judges && lesion && sites_fit(lexicon_, has_site, meant_site)) best = std::max(best, primary ? 3 : 2);
      } else if (related && e.classes.size() > 2 && sites_fit(lexicon_, has_site, meant_site)) {
        const bool generic = is_generic(lexicon_, meant.head) && meant_site < 0;
        best = std::max(best, generic ? 1 : primary ? 3 : 2);
      }
      continue;
    }
    if (meant.head == has.head) {
      if (meant.site == has.site) value = 3;
      else if (finding && sites_fit(lexicon_, has_site, meant_site)) value = 3;
      else if (!finding && (meant.site < 0 || sites_fit(lexicon_, meant.site, has.head))) value = 3;
      if (value == 3 && is_generic(lexicon_, meant.head) && meant_site < 0) value = 1;
      else if (value == 3 && !primary) value = 3;
    } else if (finding) {
      if (!sites_fit(lexicon_, has_site, meant_site)) continue;
      if (lexicon_.is_a(meant.head, has.head) && primary) {
        value = is_generic(lexicon_, meant.head) && meant.site < 0 ? 1 : 2;
      } else if (lexicon_.is_a(has.head, meant.head) && (is_generic(lexicon_, meant.head) || primary)) {
        value = is_generic(lexicon_, meant.head) ? (meant_site >= 0 && meant_site == has_site ? 2 : 1)
                                                 : (meant.facet >= 0 ? 2 : 1);
      } else if (is_family(lexicon_, meant.head) && meant_site < 0 &&
                 lexicon_.is_a(has.head, lexicon_.find("lesion"))) {
        value = 1;
      }
    }
    best = std::max(best, value);
  }
  return best;
}

std::vector<Candidate> Linker::candidates(const Mention& mention) const {
  std::vector<Candidate> found;
  for (int index = 0; index < size(); ++index) {
    int best = 0;
    for (const Sense& sense : mention.senses) best = std::max(best, score(sense, index));
    if (std::find(mention.entries.begin(), mention.entries.end(), index) != mention.entries.end()) {
      const bool generic = std::any_of(mention.senses.begin(), mention.senses.end(), [&](const Sense& sense) {
        return is_generic(lexicon_, sense.head) && sense.site < 0;
      });
      best = std::max(best, generic ? 1 : 4);
    }
    if (best > 0) found.push_back({index, best});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return found;
}

std::vector<Candidate> Linker::fitting(const Mention& mention, Intent intent,
                                       const std::set<std::string>& modalities) const {
  std::vector<Candidate> found = candidates(mention);
  const auto in_modality = [&](const Candidate& c) {
    return modalities.empty() || modalities.contains(entry(c.entry).modality) || entry(c.entry).modality == "any";
  };
  const auto keep = [](std::vector<Candidate>& list, const auto& condition) {
    std::vector<Candidate> kept;
    std::copy_if(list.begin(), list.end(), std::back_inserter(kept), condition);
    if (!kept.empty()) list = std::move(kept);
  };
  const auto of_task = [&](const Candidate& c) {
    const Task task = entry(c.entry).task;
    if (intent == Intent::kSegment) return task == Task::kSegment;
    if (intent == Intent::kPrognose) return task == Task::kPrognose;
    return task != Task::kSegment;
  };
  const auto best_only = [&](std::vector<Candidate>& list) {
    int best = 0;
    for (const Candidate& c : list) best = std::max(best, c.score);
    keep(list, [&](const Candidate& c) { return c.score >= std::min(best, 3); });
  };
  // "lung cancer" is a tumour, but what outlines any tumour answers for it only on its own kind of image.
  std::erase_if(found, [&](const Candidate& c) {
    const Sense& about = sense(c.entry);
    const bool any_site = is_generic(lexicon_, about.head) && about.site < 0;
    const bool specific = std::none_of(mention.senses.begin(), mention.senses.end(),
                                       [&](const Sense& s) { return s.head == about.head && s.site < 0; });
    if (!any_site || !specific || c.score >= 3) return false;
    const bool generic = std::any_of(mention.senses.begin(), mention.senses.end(),
                                     [&](const Sense& s) { return is_generic(lexicon_, s.head) && s.site < 0; });
    return !generic &&
           (modalities.empty() ? intent != Intent::kSegment : !modalities.contains(entry(c.entry).modality));
  });
  // A generic noun means what this kind of image can show.
  if (!found.empty() && found.front().score <= 1) keep(found, in_modality);
  if (intent == Intent::kSegment) {
    std::vector<Candidate> masks;
    std::copy_if(found.begin(), found.end(), std::back_inserter(masks), of_task);
    // "outline the pneumonia": what it looks like on this kind of image.
    const bool here = std::any_of(masks.begin(), masks.end(), in_modality);
    if (!here && !found.empty()) {
      for (const Sense& sense : mention.senses) {
        if (sense.head < 0) continue;
        for (const int shown : lexicon_.concept_at(sense.head).shows) {
          Mention look;
          look.senses.push_back({-1, shown, -1});
          for (const Candidate& c : candidates(look)) {
            if (of_task(c) && in_modality(c) && c.score >= 2) masks.push_back(c);
          }
        }
      }
    }
    if (!masks.empty()) found = std::move(masks);
  } else if (intent == Intent::kUnknown) {
    // A structure is outlined, a disease is looked for; where both exist the better reading wins.
    best_only(found);
    const bool several = std::any_of(found.begin(), found.end(), of_task);
    if (several) keep(found, of_task);
  } else {
    // A mole is not a melanoma: what is narrower than the word asks for another thing.
    int top = 0;
    for (const Candidate& c : found) top = std::max(top, c.score);
    if (top >= 3) keep(found, [](const Candidate& c) { return c.score >= 2; });
    keep(found, of_task);
  }
  const int best =
      found.empty() ? 0 : std::max_element(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
                            return a.score < b.score;
                          })->score;
  if (best <= 1) keep(found, in_modality);
  best_only(found);
  keep(found, in_modality);
  return found;
}

std::vector<ClassName> Linker::classes_of(const Mention& mention) const {
  std::vector<ClassName> found;
  std::vector<int> ids = mention.qualities;
  for (const Sense& sense : mention.senses) {
    if (sense.head >= 0 && sense.facet < 0) ids.push_back(sense.head);
  }
  for (int index = 0; index < size(); ++index) {
    const auto& classes = class_concepts_[static_cast<std::size_t>(index)];
    for (std::size_t c = 0; c < classes.size(); ++c) {
      for (const int concept_id : classes[c]) {
        // The class that is the target itself ("tuberculosis") names no finer outcome.
        if (!entry(index).normal[c] && concept_id == sense(index).head && sense(index).facet < 0) continue;
        const bool kind = lexicon_.concept_at(concept_id).kind == ConceptKind::kFinding;
        const bool named = std::any_of(ids.begin(), ids.end(), [&](int id) {
          return id == concept_id || (kind && lexicon_.is_a(id, concept_id));
        });
        // "pituitary" for "pituitary tumour"
        const bool site = kind && std::any_of(ids.begin(), ids.end(), [&](int id) {
                            return lexicon_.concept_at(id).kind == ConceptKind::kStructure &&
                                   lexicon_.concept_at(concept_id).name.rfind(lexicon_.concept_at(id).name, 0) == 0;
                          });
        if (named || site) {
          found.push_back({index, static_cast<int>(c)});
          break;
        }
      }
    }
  }
  return found;
}

}  // namespace galen::plan
