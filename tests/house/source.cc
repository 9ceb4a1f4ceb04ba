#include "tests/house/source.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>

namespace redress::house {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Walks once over the text. Every step copies what it passes to one layer and leaves blanks in the others.
class Splitter {
 public:
  Splitter(std::string path, std::string_view text) : text_{text} {
    out_.path = std::move(path);
    out_.code.assign(text.size(), ' ');
    out_.remarks.assign(text.size(), ' ');
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') out_.code[i] = out_.remarks[i] = '\n';
    }
    out_.line_count = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  Source run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        remark(text_.find('\n', at_));
      } else if (starts("/*")) {
        const std::size_t close = text_.find("*/", at_ + 2);
        remark(close == std::string_view::npos ? close : close + 2);
      } else if (starts("R\"") && !(at_ > 0 && is_word(text_[at_ - 1]) && text_[at_ - 1] != '8')) {
        raw_literal();
      } else if (text_[at_] == '"') {
        literal('"');
      } else if (text_[at_] == '\'' && !separates_digits()) {
        literal('\'');
      } else {
        out_.code[at_] = text_[at_];
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  bool starts(std::string_view what) const { return text_.substr(at_, what.size()) == what; }

  bool separates_digits() const {
    return at_ > 0 && at_ + 1 < text_.size() && is_word(text_[at_ - 1]) && is_word(text_[at_ + 1]);
  }

  void remark(std::size_t end) {
    end = std::min(end, text_.size());
    for (; at_ < end; ++at_) out_.remarks[at_] = text_[at_];
  }

  void literal(char quote) {
    const std::size_t open = at_;
    out_.code[at_++] = quote;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    if (quote == '"') keep(open, text_.substr(open + 1, at_ - open - 1));
    if (at_ < text_.size() && text_[at_] == quote) out_.code[at_++] = quote;
  }

  void raw_literal() {
    const std::size_t open = at_;
    const std::size_t parenthesis = std::min(text_.find('(', at_), text_.size());
    const std::string close = ")" + std::string{text_.substr(at_ + 2, parenthesis - at_ - 2)} + "\"";
    const std::size_t end = std::min(text_.find(close, parenthesis), text_.size());
    if (parenthesis < end) keep(open, text_.substr(parenthesis + 1, end - parenthesis - 1));
    out_.code[open] = '"';
    at_ = std::min(end + close.size(), text_.size());
    out_.code[at_ - 1] = '"';
  }

  void keep(std::size_t open, std::string_view inside) {
    out_.literals.emplace_back(line_of(text_, open), std::string{inside});
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Source out_;
};

}  // namespace

Source split(std::string path, std::string_view text) { return Splitter{std::move(path), text}.run(); }

int line_of(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

std::vector<TextFile> read_tree(const std::filesystem::path& root, std::string_view folder,
                                const std::vector<std::string_view>& endings) {
  std::vector<TextFile> files;
  const auto top = root / folder;
  if (!std::filesystem::is_directory(top)) return files;
  for (const auto& item : std::filesystem::recursive_directory_iterator{top}) {
    const std::string path = std::filesystem::relative(item.path(), root).generic_string();
    const bool wanted = std::any_of(endings.begin(), endings.end(), [&](auto e) { return path.ends_with(e); });
    if (!item.is_regular_file() || !wanted) continue;
    std::ifstream in{item.path(), std::ios::binary};
    files.push_back({path, std::string{std::istreambuf_iterator<char>{in}, {}}});
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace redress::house
