#include "galen/language/lexicon.h"

#include <algorithm>
#include <array>

#include "galen/base/check.h"
#include "galen/language/embedded.h"

namespace galen::language {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(mark);
    if (const std::string_view part = trimmed(text.substr(0, at)); !part.empty()) parts.push_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

// In the order of Tag.
constexpr std::array<std::string_view, static_cast<std::size_t>(Tag::kCount)> kTagNames = {
    "draw",        "draw-noun",  "decide",
    "decide-noun", "estimate",   "measure-verb",
    "do",          "polite",     "ask",
    "if",          "unless",     "else",
    "so",          "first",      "before",
    "after",       "then",       "regardless",
    "also",        "positive",   "negative",
    "flip",        "skip",       "skip-after",
    "only",        "but",        "known",
    "history",     "self",       "future",
    "it",          "inside",     "mask-region",
    "masked",      "in",         "whole",
    "unmask",      "everything", "everything-structures",
    "chat",        "chat-noun",  "system",
    "greeting",    "help",       "foreign",
    "patient",     "reason"};

}  // namespace

// Reads in two passes, because an entry may name parents that follow it.
class LexiconReader {
 public:
  Result<Lexicon> read(std::string_view text) {
    // About what the built-in lexicon holds.
    lexicon_.vocabulary_.reserve(8192);
    lexicon_.stems_.reserve(8192);
    lexicon_.phrases_.reserve(16384);
    lexicon_.words_.reserve(8192);
    std::string section;
    int number = 0;
    for (const std::string_view raw : lines_of(text)) {
      ++number;
      const std::string_view line = trimmed(raw);
      if (line.empty() || line.front() == '#') continue;
      Status status;
      if (line.front() == '[') section = std::string(line.substr(1, line.size() - 2));
      else if (section == "words") status = read_words(line);
      else if (section == "typo") status = read_typo(line);
      else if (section == "clue") clue_lines_.push_back(line);
      else status = read_concept(section, line);
      if (!status) return status.error_in("lexicon, line " + std::to_string(number));
    }
    if (Status status = link(); !status) return status.error_in("lexicon");
    const auto sort_unique = [](std::vector<std::string>& words) {
      std::sort(words.begin(), words.end());
      words.erase(std::unique(words.begin(), words.end()), words.end());
    };
    sort_unique(lexicon_.field_words_);
    sort_unique(lexicon_.other_words_);
    std::erase_if(lexicon_.other_words_, [&](const std::string& word) {
      return std::binary_search(lexicon_.field_words_.begin(), lexicon_.field_words_.end(), word);
    });
    return std::move(lexicon_);
  }

 private:
  struct Head {
    int concept_id;
    std::string_view parents, site, shows, structures;
  };

  static std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
      const std::size_t at = text.find('\n');
      lines.push_back(text.substr(0, at));
      if (at == std::string_view::npos) break;
      text.remove_prefix(at + 1);
    }
    return lines;
  }

  void learn(const std::vector<Token>& phrase, bool field, bool candidate) {
    for (const Token& token : phrase) {
      if (token.kind != TokenKind::kWord) continue;
      if (!lexicon_.vocabulary_.insert(token.text).second) {
        if (!field || !candidate) continue;
      }
      lexicon_.stems_.insert(token.stem);
      const bool letters =
          std::all_of(token.text.begin(), token.text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
      if (!candidate || token.text.size() < 4 || !letters) continue;
      (field ? lexicon_.field_words_ : lexicon_.other_words_).push_back(token.text);
    }
  }

  Status read_words(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Error{"expected \"tag: words\""};
    const auto tag = std::find(kTagNames.begin(), kTagNames.end(), trimmed(line.substr(0, colon)));
    if (tag == kTagNames.end()) return Error{"unknown tag '" + std::string(line.substr(0, colon)) + "'"};
    const int number = static_cast<int>(tag - kTagNames.begin());
    for (const std::string_view phrase : split(line.substr(colon + 1), ',')) {
      const std::vector<Token> tokens = tokenise(phrase);
      learn(tokens, false, number != static_cast<int>(Tag::kForeign));
      lexicon_.words_.add(tokens, number);
    }
    return {};
  }

  Status read_typo(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Error{"expected \"word: slips\""};
    for (const std::string_view slip : split(line.substr(colon + 1), ',')) {
      lexicon_.typos_.emplace(slip, trimmed(line.substr(0, colon)));
    }
    return {};
  }

  Status read_concept(const std::string& section, std::string_view line) {
    static const std::map<std::string, ConceptKind> kinds = {
        {"modality", ConceptKind::kModality}, {"structure", ConceptKind::kStructure},
        {"finding", ConceptKind::kFinding},   {"facet", ConceptKind::kFacet},
        {"quality", ConceptKind::kQuality},   {"measure", ConceptKind::kMeasure}};
    const auto kind = kinds.find(section);
    if (kind == kinds.end()) return Error{"an entry outside of a known section ('" + section + "')"};
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return Error{"expected \"name: phrases\""};
    Head head{static_cast<int>(lexicon_.concepts_.size()), {}, {}, {}, {}};
    std::string_view rest = line.substr(0, colon);
    // The marks stand in a fixed order, so each takes what is right of it.
    const auto take = [&rest](char mark) {
      const std::size_t at = rest.find(mark);
      if (at == std::string_view::npos) return std::string_view{};
      const std::string_view part = trimmed(rest.substr(at + 1));
      rest = rest.substr(0, at);
      return part;
    };
    head.structures = take('=');
    head.shows = take('>');
    head.site = take('@');
    head.parents = take('<');
    const std::string name(trimmed(rest));
    if (name.empty()) return Error{"an entry without a name"};
    if (!lexicon_.by_name_.emplace(name, head.concept_id).second) return Error{"'" + name + "' is there twice"};
    Concept made;
    made.name = name;
    made.kind = kind->second;
    lexicon_.concepts_.push_back(std::move(made));
    heads_.push_back(head);
    for (std::string_view phrase : split(line.substr(colon + 1), ',')) {
      const bool hint = phrase.front() == '~';
      if (hint) phrase.remove_prefix(1);
      const std::vector<Token> tokens = tokenise(phrase);
      learn(tokens, true, true);
      Phrases& phrases = kind->second == ConceptKind::kFacet ? lexicon_.exact_phrases_ : lexicon_.phrases_;
      phrases.add(tokens, head.concept_id * 2 + (hint ? 1 : 0));
    }
    return {};
  }

  Status link() {
    const auto resolve = [this](std::string_view names, std::vector<int>& ids) -> Status {
      for (const std::string_view name : split(names, ' ')) {
        const int id = lexicon_.find(name);
        if (id < 0) return Error{"'" + std::string(name) + "' is named but has no entry"};
        ids.push_back(id);
      }
      return {};
    };
    for (const Head& head : heads_) {
      Concept& made = lexicon_.concepts_[static_cast<std::size_t>(head.concept_id)];
      std::vector<int> site;
      for (Status status : {resolve(head.parents, made.parents), resolve(head.site, site),
                            resolve(head.shows, made.shows), resolve(head.structures, made.structures)}) {
        if (!status) return status.error_in(made.name);
      }
      if (!site.empty()) made.site = site.front();
    }
    for (const std::string_view line : clue_lines_) {
      const std::size_t colon = line.find(':');
      const int id = lexicon_.find(trimmed(line.substr(0, colon)));
      if (colon == std::string_view::npos || id < 0) return Error{"a clue for an unknown entry: " + std::string(line)};
      for (const std::string_view words : split(line.substr(colon + 1), '|')) {
        Clue clue;
        clue.concept_id = id;
        const std::vector<Token> tokens = tokenise(words);
        learn(tokens, false, true);
        for (const Token& token : tokens) clue.stems.push_back(token.stem);
        std::sort(clue.stems.begin(), clue.stems.end());
        clue.stems.erase(std::unique(clue.stems.begin(), clue.stems.end()), clue.stems.end());
        for (const std::string& stem : clue.stems) lexicon_.clues_[stem].push_back(clue);
      }
    }
    return {};
  }

  Lexicon lexicon_;
  std::vector<Head> heads_;
  std::vector<std::string_view> clue_lines_;
};

Result<Lexicon> Lexicon::parse(std::string_view text) { return LexiconReader().read(text); }

const Lexicon& Lexicon::builtin() {
  // Never destroyed: taking it apart at the end of a process costs as much as a request.
  static const Lexicon& lexicon = *[] {
    Result<Lexicon> read = parse(kLexiconText);
    GALEN_CHECK(read.ok(), read.ok() ? "" : read.error().message);
    return new Lexicon(std::move(read).value());
  }();
  return lexicon;
}

int Lexicon::find(std::string_view name) const {
  const auto at = by_name_.find(std::string(name));
  return at == by_name_.end() ? -1 : at->second;
}

bool Lexicon::is_a(int id, int ancestor) const {
  if (id == ancestor) return true;
  if (id < 0 || ancestor < 0) return false;
  for (const int parent : concept_at(id).parents) {
    if (is_a(parent, ancestor)) return true;
  }
  return false;
}

int Lexicon::site_of(int id) const {
  if (id < 0) return -1;
  const Concept& concept_ = concept_at(id);
  if (concept_.kind == ConceptKind::kStructure) return id;
  if (concept_.site >= 0) return concept_.site;
  for (const int parent : concept_.parents) {
    if (const int site = site_of(parent); site >= 0) return site;
  }
  return -1;
}

const std::vector<Clue>& Lexicon::clues_for(const std::string& stem) const {
  static const std::vector<Clue> none;
  const auto at = clues_.find(stem);
  return at == clues_.end() ? none : at->second;
}

}  // namespace galen::language
