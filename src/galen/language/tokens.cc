#include "galen/language/tokens.h"

#include <utf8proc.h>

#include <array>
#include <map>
#include <optional>

#include "galen/language/stem.h"

namespace galen::language {
namespace {

// One character, folded. `text` is empty for what is dropped (accents, zero-width characters).
struct Character {
  enum class Kind { kLetter, kDigit, kSpace, kLine, kMark, kNothing } kind = Kind::kNothing;
  std::string text;
  bool capital = false;
  bool latin = true;
  std::size_t begin = 0, end = 0;
};

using Kind = Character::Kind;

bool is_latin(utf8proc_int32_t c) { return c < 0x250 || (c >= 0x1e00 && c < 0x1f00); }

// Typographic characters that mean a plain mark.
std::string plain_mark(utf8proc_int32_t c) {
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x02bc:
    case 0x60:
    case 0xb4:
      return "'";
    case 0x201c:
    case 0x201d:
    case 0xab:
    case 0xbb:
    case 0x2039:
    case 0x203a:
      return "\"";
    case 0x2010:
    case 0x2011:
      return "-";
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
      return "\xe2\x80\x94";
    case 0x2190:
    case 0x2192:
    case 0x21d2:
    case 0x279c:
    case 0x2794:
    case 0x27a1:
    case 0x21e8:
    case 0x2b95:
    case 0x21a6:
    case 0x25b6:
    case 0x2ba9:
      return "->";
    case 0x2022:
    case 0x25cf:
    case 0x25aa:
    case 0x2023:
    case 0x25e6:
    case 0xb7:
      return "*";
    case 0x61f:
    case 0x37e:
    case 0xff1f:
    case 0xbf:
      return "?";
    case 0x60c:
    case 0x3001:
      return ",";
    case 0x3002:
    case 0x2026:
      return ".";
    case 0x2713:
    case 0x2714:
      return "";
    default:
      return c < 0x80 ? std::string(1, static_cast<char>(c)) : "";
  }
}

Character fold(utf8proc_int32_t c) {
  Character result;
  if (c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x0b || c == 0x0c) {
    result.kind = Kind::kLine;
    return result;
  }
  if (const std::string mark = plain_mark(c);
      c < 0x80 ? !std::isalnum(static_cast<int>(c)) && c > 0x20 && c != 0x7f : !mark.empty()) {
    result.kind = Kind::kMark;
    result.text = mark;
    return result;
  }
  const utf8proc_category_t category = utf8proc_category(c);
  if (c < 0x21 || category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_CC) {
    result.kind = Kind::kSpace;
    return result;
  }
  if (category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME) {
    return result;
  }
  result.capital = category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
  if (c < 0x80) {
    result.kind = std::isdigit(static_cast<int>(c)) ? Kind::kDigit : Kind::kLetter;
    result.text = static_cast<char>(std::tolower(static_cast<int>(c)));
    return result;
  }
  // Compatibility decomposition without accents, then case folding.
  std::array<utf8proc_int32_t, 16> parts{};
  const utf8proc_ssize_t count =
      utf8proc_decompose_char(c, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
                              static_cast<utf8proc_option_t>(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                                                             UTF8PROC_STRIPMARK | UTF8PROC_IGNORE),
                              nullptr);
  bool letter = false, digit = count > 0;
  for (utf8proc_ssize_t i = 0; i < count && i < static_cast<utf8proc_ssize_t>(parts.size()); ++i) {
    std::array<utf8proc_uint8_t, 4> bytes{};
    const utf8proc_int32_t part = parts[static_cast<std::size_t>(i)];
    const utf8proc_ssize_t size = utf8proc_encode_char(part, bytes.data());
    const utf8proc_category_t kind = utf8proc_category(part);
    letter = letter || (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO);
    digit = digit && kind == UTF8PROC_CATEGORY_ND;
    result.latin = result.latin && is_latin(part);
    for (utf8proc_ssize_t b = 0; b < size; ++b) result.text += static_cast<char>(bytes[static_cast<std::size_t>(b)]);
  }
  result.kind = letter ? Kind::kLetter : digit ? Kind::kDigit : Kind::kSpace;
  if (result.kind == Kind::kSpace) result.text.clear();
  return result;
}

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  characters.reserve(text.size());
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    utf8proc_int32_t c = -1;
    utf8proc_ssize_t size = utf8proc_iterate(bytes + i, static_cast<utf8proc_ssize_t>(text.size() - i), &c);
    Character character;
    if (size <= 0) {
      size = 1;
      character.kind = Kind::kSpace;
    } else {
      character = fold(c);
    }
    character.begin = i;
    character.end = i + static_cast<std::size_t>(size);
    i = character.end;
    if (character.kind != Kind::kNothing) characters.push_back(std::move(character));
  }
  return characters;
}

// What is written as one word and meant as two, with or without the apostrophe.
const std::map<std::string, std::pair<std::string, std::string>, std::less<>>& contractions() {
  static const std::map<std::string, std::pair<std::string, std::string>, std::less<>> table = {
      {"dont", {"do", "not"}},         {"doesnt", {"does", "not"}},
      {"didnt", {"did", "not"}},       {"isnt", {"is", "not"}},
      {"arent", {"are", "not"}},       {"wasnt", {"was", "not"}},
      {"werent", {"were", "not"}},     {"hasnt", {"has", "not"}},
      {"havent", {"have", "not"}},     {"hadnt", {"had", "not"}},
      {"cant", {"can", "not"}},        {"cannot", {"can", "not"}},
      {"couldnt", {"could", "not"}},   {"wont", {"will", "not"}},
      {"wouldnt", {"would", "not"}},   {"neednt", {"need", "not"}},
      {"shouldnt", {"should", "not"}}, {"mustnt", {"must", "not"}},
      {"aint", {"is", "not"}},         {"whats", {"what", "is"}},
      {"thats", {"that", "is"}},       {"theres", {"there", "is"}},
      {"wheres", {"where", "is"}},     {"hows", {"how", "is"}},
      {"lets", {"let", "us"}},         {"im", {"i", "am"}},
      {"ive", {"i", "have"}},          {"youre", {"you", "are"}},
      {"id", {"i", "would"}},          {"wanna", {"want", "to"}},
      {"gonna", {"going", "to"}},      {"gimme", {"give", "me"}},
      {"weve", {"we", "have"}},        {"theyre", {"they", "are"}},
      {"hes", {"he", "is"}},           {"shes", {"she", "is"}}};
  return table;
}

class Tokeniser {
 public:
  Tokeniser(std::string_view text, std::size_t limit) : text_(text), characters_(characters_of(text)), limit_(limit) {}

  std::vector<Token> run() {
    bool line_start = true;
    while (at_ < characters_.size() && tokens_.size() < limit_) {
      const Character& c = characters_[at_];
      if (c.kind == Kind::kSpace) {
        space_ = true;
        ++at_;
      } else if (c.kind == Kind::kLine) {
        if (tokens_.empty() || tokens_.back().text != "\n") mark("\n", 1);
        else ++at_;
        space_ = true;
        line_start = true;
        continue;
      } else if (c.kind == Kind::kMark) {
        read_mark(line_start);
      } else if (!read_item_number(line_start)) {
        read_word();
      }
      if (c.kind != Kind::kSpace) line_start = false;
    }
    return std::move(tokens_);
  }

 private:
  const Character* peek(std::size_t ahead) const {
    return at_ + ahead < characters_.size() ? &characters_[at_ + ahead] : nullptr;
  }
  bool mark_at(std::size_t ahead, std::string_view text) const {
    const Character* c = peek(ahead);
    return c && c->kind == Kind::kMark && c->text == text;
  }
  bool blank_at(std::size_t ahead) const {
    const Character* c = peek(ahead);
    return !c || c->kind == Kind::kSpace || c->kind == Kind::kLine;
  }
  bool letter_at(std::size_t ahead) const {
    const Character* c = peek(ahead);
    return c && c->kind == Kind::kLetter;
  }
  bool digit_at(std::size_t ahead) const {
    const Character* c = peek(ahead);
    return c && c->kind == Kind::kDigit;
  }

  void push(TokenKind kind, std::string text, std::size_t first, std::size_t count, bool capital = false,
            bool latin = true) {
    Token token;
    token.kind = kind;
    token.stem = kind == TokenKind::kWord ? stem(text) : text;
    token.text = std::move(text);
    token.begin = characters_[first].begin;
    token.end = characters_[first + count - 1].end;
    token.space_before = space_;
    token.capital = capital;
    token.latin = latin;
    space_ = false;
    tokens_.push_back(std::move(token));
  }
  void mark(std::string text, std::size_t count) {
    push(TokenKind::kMark, std::move(text), at_, count);
    at_ += count;
  }
  void word(const std::string& text, std::size_t count) {
    push(TokenKind::kWord, text, at_, count, characters_[at_].capital);
    at_ += count;
  }

  // "1)", "1.", "(a)", "a)": the number of an item, at the start of a line or between blanks.
  bool read_item_number(bool line_start) {
    const Character& c = characters_[at_];
    const bool small = (c.kind == Kind::kDigit && c.text != "0") ||
                       (c.kind == Kind::kLetter && c.text.size() == 1 && c.text[0] <= 'h');
    if (!small || !(space_ || tokens_.empty() || line_start)) return false;
    const bool two_digits = c.kind == Kind::kDigit && digit_at(1);
    const std::size_t size = two_digits ? 2 : 1;
    if (mark_at(size, ")")) {
      item(c, size + 1);
      return true;
    }
    if (!mark_at(size, ".") || c.kind != Kind::kDigit || !(blank_at(size + 1) || letter_at(size + 1))) return false;
    const int number = two_digits ? 99 : c.text[0] - '0';
    const bool after_word = !tokens_.empty() && tokens_.back().kind != TokenKind::kMark;
    if (!line_start && after_word && number != last_item_ + 1) return false;
    if (!line_start && after_word && number == 1) return false;
    item(c, size + 1);
    return true;
  }
  void item(const Character& c, std::size_t count) {
    last_item_ = c.kind == Kind::kDigit ? c.text[0] - '0' : 0;
    mark("#", count);
  }

  void read_mark(bool line_start) {
    const std::string& text = characters_[at_].text;
    if (text == "->") return mark("->", 1);
    std::size_t run = 1;
    while (mark_at(run, text)) ++run;
    if (text == "-" || text == "=" || text == "~") {
      if (mark_at(run, ">")) return mark("->", run + 1);
      if (text == "-" && line_start && run == 1) return mark("#", 1);
      if (text != "-") return skip(run);
      // A hyphen inside a word only splits it.
      const bool inside = !space_ && run == 1 && !blank_at(1) && !tokens_.empty();
      return inside ? skip_joined(run) : mark("-", run);
    }
    if (text == "\xe2\x80\x94") return mark("-", run);
    if (text == ">") return (space_ && blank_at(run)) ? mark("->", run) : (run > 1 ? mark("->", run) : skip(run));
    if (text == "*") return (line_start || blank_at(run)) ? mark("#", run) : skip(run);
    if (text == "(") {
      if (const Character* c = peek(1);
          c && mark_at(2, ")") &&
          (c->kind == Kind::kDigit || (c->kind == Kind::kLetter && c->text.size() == 1 && c->text[0] <= 'h'))) {
        ++at_;
        item(*c, 2);
        return;
      }
      return mark("(", run);
    }
    if (text == "?" && run == 1 && letter_at(1) && (space_ || tokens_.empty() || line_start)) return word("query", 1);
    if (text == "[" || text == "{") return mark("(", run);
    if (text == "]" || text == "}") return mark(")", run);
    if (text == "." || text == "," || text == ";" || text == ":" || text == "?" || text == "!" || text == ")" ||
        text == "/" || text == "+" || text == "&" || text == "|" || text == "\"") {
      // "?!" asks; "!!1" shouts.
      return mark(text, run);
    }
    if (text == "'") return skip_joined(run);
    skip(run);
  }
  void skip(std::size_t count) {
    at_ += count;
    space_ = true;
  }
  void skip_joined(std::size_t count) { at_ += count; }

  void read_word() {
    const std::size_t first = at_;
    std::string text;
    bool latin = true, digits = true;
    std::size_t i = at_;
    const auto part_of_number = [&](std::size_t k) {
      const Character* c = k < characters_.size() ? &characters_[k] : nullptr;
      return c && c->kind == Kind::kMark && (c->text == "." || c->text == ",") && k + 1 < characters_.size() &&
             characters_[k + 1].kind == Kind::kDigit && k > first && characters_[k - 1].kind == Kind::kDigit && digits;
    };
    while (i < characters_.size()) {
      const Character& c = characters_[i];
      const bool character = c.kind == Kind::kLetter || c.kind == Kind::kDigit;
      if (!character && !part_of_number(i)) break;
      digits = digits && c.kind != Kind::kLetter;
      latin = latin && c.latin;
      text += c.text;
      ++i;
    }
    const bool capital = characters_[first].capital;
    if (digits) {
      push(TokenKind::kNumber, text, first, i - first);
      at_ = i;
      return;
    }
    // "e.g.", "i.e.", "a.m.", "T.B.": single letters between full stops are one word.
    if (i - first == 1) {
      std::size_t k = i;
      std::string joined = text;
      while (k + 1 < characters_.size() && characters_[k].kind == Kind::kMark && characters_[k].text == "." &&
             characters_[k + 1].kind == Kind::kLetter &&
             (k + 2 >= characters_.size() || characters_[k + 2].kind != Kind::kLetter)) {
        joined += characters_[k + 1].text;
        k += 2;
      }
      if (joined.size() > 1) {
        const bool more = k + 1 < characters_.size();
        if (more && characters_[k].kind == Kind::kMark && characters_[k].text == ".") ++k;
        push(TokenKind::kWord, joined, first, k - first, capital);
        at_ = k;
        return;
      }
      // "w/o", "w/"
      if (text == "w" && i < characters_.size() && characters_[i].text == "/") {
        const bool without = i + 1 < characters_.size() && characters_[i + 1].text == "o" &&
                             (i + 2 >= characters_.size() || characters_[i + 2].kind != Kind::kLetter);
        push(TokenKind::kWord, without ? "without" : "with", first, without ? 3 : 2, capital);
        at_ = first + (without ? 3 : 2);
        space_ = true;
        return;
      }
    }
    // The apostrophe: "isn't" is opened, a possessive "s" is dropped.
    std::size_t after = i;
    std::string tail;
    if (i + 1 < characters_.size() && characters_[i].kind == Kind::kMark && characters_[i].text == "'" &&
        characters_[i + 1].kind == Kind::kLetter) {
      std::size_t k = i + 1;
      while (k < characters_.size() && characters_[k].kind == Kind::kLetter) tail += characters_[k++].text;
      after = k;
    }
    if (!tail.empty()) {
      const std::size_t count = after - first;
      at_ = after;
      static const std::map<std::string, std::string, std::less<>> endings = {
          {"m", "am"}, {"re", "are"}, {"ve", "have"}, {"ll", "will"}, {"d", "would"}};
      if (tail == "t" && text.size() > 1 && text.back() == 'n') {
        std::string verb = text == "can"   ? "can"
                           : text == "won" ? "will"
                           : text == "ain" ? "is"
                                           : text.substr(0, text.size() - 1);
        two(verb, "not", first, count, capital);
      } else if (tail == "s") {
        static const std::array<std::string_view, 14> with_is = {"it",   "that", "there",      "what", "where",
                                                                 "here", "he",   "she",        "who",  "how",
                                                                 "let",  "this", "everything", "when"};
        for (const std::string_view pronoun : with_is) {
          if (text == pronoun) return two(text, text == "let" ? "us" : "is", first, count, capital);
        }
        push(TokenKind::kWord, text, first, count, capital, latin);
      } else if (const auto ending = endings.find(tail); ending != endings.end()) {
        two(text, ending->second, first, count, capital);
      } else {
        push(TokenKind::kWord, text, first, i - first, capital, latin);
        push(TokenKind::kWord, tail, i + 1, after - i - 1, false, latin);
      }
      return;
    }
    at_ = i;
    if (const auto pair = contractions().find(text); pair != contractions().end() && !pair->second.second.empty()) {
      return two(pair->second.first, pair->second.second, first, i - first, capital);
    }
    push(TokenKind::kWord, text, first, i - first, capital, latin);
  }

  void two(const std::string& one, const std::string& other, std::size_t first, std::size_t count, bool capital) {
    push(TokenKind::kWord, one, first, count, capital);
    push(TokenKind::kWord, other, first, count, false);
    tokens_.back().space_before = true;
  }

  std::string_view text_;
  std::vector<Character> characters_;
  std::size_t limit_;
  std::size_t at_ = 0;
  bool space_ = false;
  int last_item_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenise(std::string_view text, std::size_t limit) { return Tokeniser(text, limit).run(); }

}  // namespace galen::language
