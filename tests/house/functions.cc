#include "tests/house/functions.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace redress::house {
namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// The offset of the brace that closes the one at `open`, or the last offset of the text.
std::size_t closing(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < code.size(); ++at) {
    if (code[at] == '{') ++depth;
    if (code[at] == '}' && --depth == 0) return at;
  }
  return code.size() - 1;
}

// Lines inside brace groups without a statement: the rows of tables.
int table_lines(std::string_view code, std::size_t begin, std::size_t end) {
  int lines = 0;
  for (std::size_t at = begin; at < end; ++at) {
    if (code[at] != '{') continue;
    const std::size_t close = closing(code, at);
    const std::string_view inside = code.substr(at, close - at);
    if (inside.find(';') != std::string_view::npos) continue;
    lines += static_cast<int>(std::count(inside.begin(), inside.end(), '\n'));
    at = close;
  }
  return lines;
}

// Without template parameter lists, whose words and signs say nothing about what follows.
std::string without_templates(std::string_view head) {
  std::string text{head};
  for (std::size_t at = text.find("template"); at != std::string::npos; at = text.find("template", at)) {
    std::size_t end = text.find('<', at);
    if (end == std::string::npos) break;
    int depth = 0;
    for (; end < text.size(); ++end) {
      if (text[end] == '<') ++depth;
      if (text[end] == '>' && --depth == 0) break;
    }
    text.erase(at, std::min(end + 1, text.size()) - at);
  }
  return text;
}

bool has_word(std::string_view text, std::string_view word) {
  const std::string padded = " " + std::string{text} + " ";
  return padded.find(" " + std::string{word} + " ") != std::string::npos;
}

enum class Kind { scope, function, other };

Kind kind_of(std::string_view head) {
  const std::string text = without_templates(head);
  const bool call = text.find('(') != std::string::npos;
  if (!call && (has_word(text, "namespace") || has_word(text, "extern"))) return Kind::scope;
  if (!call && !has_word(text, "enum") && text.find('=') == std::string::npos) {
    if (has_word(text, "class") || has_word(text, "struct") || has_word(text, "union")) return Kind::scope;
  }
  if (!call) return Kind::other;
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '(') ++depth;
    if (text[at] == ')') --depth;
    const bool assigns = text[at] == '=' && depth == 0 && text.find("operator") == std::string::npos;
    if (assigns) return Kind::other;
  }
  return Kind::function;
}

class Walker {
 public:
  explicit Walker(std::string_view code) : code_{code} {}

  std::vector<Function> run() {
    while (at_ < code_.size()) {
      const char c = code_[at_];
      if (c == '#' && head_.empty()) {
        skip_directive();
      } else if (depth_ == 0 && c == '{') {
        on_open();
      } else if (depth_ == 0 && (c == ';' || c == '}' || ends_access(c))) {
        head_.clear();
        ++at_;
      } else {
        add(c);
        ++at_;
      }
    }
    return std::move(found_);
  }

 private:
  bool ends_access(char c) const {
    return c == ':' && (head_ == "public" || head_ == "private" || head_ == "protected");
  }

  void skip_directive() {
    while (at_ < code_.size() && (code_[at_] != '\n' || code_[at_ - 1] == '\\')) ++at_;
  }

  void add(char c) {
    if (c == '(') ++depth_;
    if (c == ')') --depth_;
    if (is_blank(c)) c = ' ';
    if (c == ' ' && (head_.empty() || head_.back() == ' ')) return;
    if (head_.empty()) start_ = at_;
    head_ += c;
  }

  void on_open() {
    const Kind kind = kind_of(head_);
    if (kind == Kind::scope) {
      head_.clear();
      ++at_;
      return;
    }
    const std::size_t end = closing(code_, at_);
    std::size_t next = end + 1;
    while (next < code_.size() && is_blank(code_[next])) ++next;
    // A member's initialiser, not the body: the body or another initialiser follows it.
    const bool initialiser = next < code_.size() && (code_[next] == ',' || code_[next] == '{');
    if (kind == Kind::function && !initialiser) {
      const int lines = line_of(code_, end) - line_of(code_, start_) + 1;
      found_.push_back({head_, line_of(code_, start_), lines - table_lines(code_, at_ + 1, end)});
      head_.clear();
    } else {
      head_ += "{}";
    }
    at_ = end + 1;
  }

  std::string_view code_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  int depth_ = 0;  // of parentheses in the head
  std::string head_;
  std::vector<Function> found_;
};

}  // namespace

std::vector<Function> functions_of(const Source& file) { return Walker{file.code}.run(); }

}  // namespace redress::house
