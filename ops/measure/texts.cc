#include "ops/measure/texts.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "ops/tool/mapping.h"
#include "protocol/base/bytes.h"

namespace redress::measure {
namespace {

constexpr std::size_t sentence_bytes_min = 12;
constexpr std::size_t sentence_bytes_max = 300;

// Chance that is the same in every run.
class Draw {
 public:
  std::size_t below(std::size_t bound) {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state_ >> 33) % bound);
  }

 private:
  std::uint64_t state_ = 20260302;
};

Result<Texts> narratives_in(const std::string& mapping_path, const std::string& table_path) {
  const auto mapping = tool::Mapping::load(mapping_path);
  if (!mapping) return fail(mapping.error());
  auto reader = tool::CsvReader::open(table_path, mapping->encoding());
  if (!reader) return fail(reader.error());
  std::optional<tool::BoundMapping> bound;
  Texts texts;
  for (std::size_t record = 1;; ++record) {
    auto next = (*reader)->next();
    if (!next) return fail(next.error());
    if (std::holds_alternative<tool::CsvEnd>(*next)) return texts;
    auto* row = std::get_if<tool::CsvRow>(&*next);
    if (row == nullptr) continue;
    if (record == mapping->header_rows()) {
      auto made = mapping->bind(row->cells);
      if (!made) return fail(made.error());
      bound.emplace(std::move(*made));
    } else if (bound && row->cells.size() == bound->width()) {
      for (auto& [name, value] : bound->fields(row->cells, WallTime{})) {
        if (name == "narrative" && !value.empty()) texts.push_back(std::move(value));
      }
    }
  }
}

// At most `size` bytes of it, whole characters.
std::string clipped(const std::string& text, std::size_t size) {
  if (text.size() <= size) return text;
  std::size_t end = size;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::vector<std::string> sentences_of(const Texts& texts) {
  static const std::vector<std::string> ends{"。", "！", "？", ". ", "? ", "! ", "\n"};
  std::set<std::string> found;
  for (const std::string& text : texts) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      std::size_t end = text.size();
      for (const std::string& mark : ends) {
        const auto at = text.find(mark, begin);
        if (at != std::string::npos) end = std::min(end, at + mark.size());
      }
      const std::string sentence = clipped(text.substr(begin, end - begin), sentence_bytes_max);
      if (sentence.size() >= sentence_bytes_min) found.insert(sentence);
      begin = end;
    }
  }
  return {found.begin(), found.end()};
}

std::string composed(std::vector<std::string>& sentences, Draw& draw) {
  // A quarter shorter to a quarter longer than the mean.
  const std::size_t size = text_bytes * 3 / 4 + draw.below(text_bytes / 2);
  std::string text;
  for (std::size_t taken = 0; taken < sentences.size() && text.size() < size; ++taken) {
    std::swap(sentences[taken], sentences[taken + draw.below(sentences.size() - taken)]);
    text += clipped(sentences[taken], size - text.size());
  }
  return text;
}

}  // namespace

Result<Texts> sample_texts(const std::string& tree, std::size_t count) {
  std::vector<std::vector<std::string>> languages;
  for (const auto& [mapping, table] : {std::pair{"ledger_zh", "zh"}, std::pair{"cfpb", "en"}}) {
    const auto narratives =
        narratives_in(tree + "/ops/mappings/" + mapping + ".toml", tree + "/ops/samples/" + table + ".csv");
    if (!narratives) return fail(narratives.error());
    languages.push_back(sentences_of(*narratives));
    if (languages.back().empty()) return fail(Code::not_found, "no texts in the samples of " + tree);
  }
  Draw draw;
  std::set<std::string> known;
  Texts texts;
  while (texts.size() < count) {
    std::string text = composed(languages[texts.size() % languages.size()], draw);
    if (known.insert(text).second) texts.push_back(std::move(text));
  }
  return texts;
}

Result<Texts> table_texts(const std::string& tree, const std::string& path) {
  const auto narratives = narratives_in(tree + "/ops/mappings/cfpb.toml", path);
  if (!narratives) return fail(narratives.error());
  std::set<std::string> known;
  Texts texts;
  std::string text;
  for (const std::string& narrative : *narratives) {
    text += narrative + "\n";
    for (; text.size() >= text_bytes; text = text.substr(texts.back().size())) {
      std::string part = clipped(text, text_bytes);
      if (!known.insert(part).second) break;
      texts.push_back(std::move(part));
    }
    if (text.size() >= text_bytes) text.clear();  // known already
  }
  if (texts.size() < texts_min) {
    return fail(Code::bad_value, "too few texts in " + path + ": got=" + std::to_string(texts.size()) +
                                     " min=" + std::to_string(texts_min));
  }
  return texts;
}

Status write_texts(const std::string& path, const Texts& texts) {
  Writer out;
  out.u32(static_cast<std::uint32_t>(texts.size()));
  for (const std::string& text : texts) {
    out.u32(static_cast<std::uint32_t>(text.size()));
    out.raw(view_of(text));
  }
  std::ofstream file{path, std::ios::binary};
  file.write(reinterpret_cast<const char*>(out.bytes().data()), static_cast<std::streamsize>(out.bytes().size()));
  file.close();
  if (!file) return fail(Code::io, "write texts: path=" + path);
  return Done{};
}

Result<Texts> read_texts(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  const std::string all{std::istreambuf_iterator<char>{file}, {}};
  if (!file) return fail(Code::io, "read texts: path=" + path);
  Reader in{view_of(all)};
  Texts texts(in.u32());
  for (std::string& text : texts) {
    const ByteView bytes = in.raw(in.u32());
    text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  if (!in.complete()) return fail(Code::damaged, "texts: path=" + path);
  return texts;
}

const std::vector<std::pair<std::string, std::string>>& short_fields() {
  static const std::vector<std::pair<std::string, std::string>> fields{
      {"channel", "branch"},        {"customer_name", "Zhang San 张三"}, {"phone", "13800138000"},
      {"product", "transfer"},      {"cause", "charged twice"},          {"amount_fen", "50000"},
      {"received_at", "2026-03-02"}};
  return fields;
}

std::string plain_record(const std::string& text) {
  std::string record = text;
  for (const auto& [name, value] : short_fields()) record += '\n' + value;
  return record;
}

}  // namespace redress::measure
