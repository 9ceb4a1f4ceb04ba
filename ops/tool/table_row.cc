#include "ops/tool/table_row.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "ops/tool/cells.h"

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr std::size_t date_bytes = 10;
constexpr std::size_t digits_read_as_number = 12;  // beyond eleven a spreadsheet shows an exponent

constexpr std::array<std::string_view, 3> names_of_people{"customer_name", "reporter_name", "accused_person"};
constexpr std::array<std::string_view, 5> numbers_of_people{"id_no", "phone", "callback_phone", "email", "address"};
// In the name of a column that has no field.
constexpr std::array<std::string_view, 2> words_of_names{"姓名", "户名"};
constexpr std::array<std::string_view, 5> words_of_numbers{"身份证", "电话", "账号", "卡号", "邮箱"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view text) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

template <std::size_t N>
bool has_one_of(const std::array<std::string_view, N>& words, std::string_view text) {
  return std::any_of(words.begin(), words.end(), [&](auto word) { return text.find(word) != std::string_view::npos; });
}

// Where each character of a UTF-8 text begins, and its end.
std::vector<std::size_t> bounds_of(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) out.push_back(i);
  }
  out.push_back(text.size());
  return out;
}

// So many characters stay in front and behind, if as many as `hidden_min` between them do not.
std::string masked(const std::string& text, std::size_t front, std::size_t behind, std::size_t hidden_min) {
  const std::vector<std::size_t> bounds = bounds_of(text);
  const std::size_t count = bounds.size() - 1;
  if (count < front + behind + hidden_min) return std::string(count, '*');
  return text.substr(0, bounds[front]) + std::string(count - front - behind, '*') + text.substr(bounds[count - behind]);
}

std::string veiled(const WrittenColumn& column, std::string text, Personal personal) {
  if (personal == Personal::plain) return text;
  const bool bare = column.what == WrittenColumn::What::extension;
  if (is_one_of(names_of_people, column.of) || (bare && has_one_of(words_of_names, column.name)))
    return masked(text, 1, 0, 1);
  if (is_one_of(numbers_of_people, column.of) || (bare && has_one_of(words_of_numbers, column.name)))
    return masked(text, 3, 4, 4);
  return text;
}

// The newest standing event of a kind; null: none.
const json* newest(const json& one, std::string_view kind) {
  const json* found = nullptr;
  for (const json& line : one["timeline"]) {
    if (text(line, "kind") == kind && text(line, "verdict") == "stands") found = &line;
  }
  return found;
}

std::string date_of(const json& line) { return text(line, "recorded_at").substr(0, date_bytes); }

// What the registration says, or an amendment since.
std::string registered(const json& one, const std::string& field) {
  std::string out;
  for (const json& line : one["timeline"]) {
    const std::string kind = text(line, "kind");
    if ((kind != "registered" && kind != "amended") || text(line, "verdict") != "stands") continue;
    if (line["fields"].contains(field)) out = text(line["fields"], field.c_str());
  }
  return out;
}

std::string shown(const json& one, const std::string& what, bool zh) {
  const std::size_t dot = what.find('.');
  if (what == "state") return text(one, zh ? "state_zh" : "state");
  if (what == "number") return text(one, "number");
  if (dot == std::string::npos) return one.contains(what) ? one[what].dump() : std::string{};
  const json* line = newest(one, what.substr(0, dot));
  if (line == nullptr) return {};
  const std::string part = what.substr(dot + 1);
  if (part == "at") return date_of(*line);
  if (part == "site") return (*line)["site"].dump();
  return text((*line)["fields"], part.c_str());
}

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string safe(std::string cell) {
  if (cell.empty()) return cell;
  if (cell.size() >= digits_read_as_number && is_digits(cell)) return "\t" + cell;
  const bool signed_number = (cell.front() == '+' || cell.front() == '-') && cell.size() > 1 &&
                             cell.find_first_not_of("0123456789 .,-()", 1) == std::string::npos;
  const bool begins_formula = std::string_view{"=+-@\t\r"}.find(cell.front()) != std::string_view::npos;
  return begins_formula && !signed_number ? "'" + cell : cell;
}

std::string cell_of(const WrittenColumn& column, const json& one, bool zh) {
  using What = WrittenColumn::What;
  if (column.what == What::id) {
    std::string id = registered(one, "source_id");
    return id.empty() ? text(one, "number") : id;
  }
  if (column.what == What::received) {
    const std::string received = registered(one, "received_at");
    const json* opened = received.empty() ? newest(one, "registered") : nullptr;
    return opened != nullptr ? date_of(*opened) : received.substr(0, date_bytes);
  }
  std::string cell;
  if (column.what == What::shown) cell = shown(one, column.of, zh);
  if (column.what == What::field) cell = registered(one, column.of);
  return cell.empty() ? registered(one, column.extension) : cell;
}

}  // namespace

std::vector<std::string> cells_of(const std::vector<WrittenColumn>& columns, const json& one, Personal personal,
                                  bool zh) {
  std::vector<std::string> out;
  out.reserve(columns.size());
  for (const WrittenColumn& column : columns) out.push_back(safe(veiled(column, cell_of(column, one, zh), personal)));
  return out;
}

}  // namespace redress::tool
