#include "ops/demonstration/check_mapping.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "protocol/base/time.h"

namespace redress::demo {
namespace {

using Use = ExpectedColumn::Use;

Unexpected<Error> bad(const std::string& why) { return fail(Code::bad_config, "read mapping for the check: " + why); }

std::optional<std::size_t> column_at(const toml::node_view<const toml::node>& place,
                                     const std::vector<std::string>& header) {
  if (const auto index = place.value_exact<std::int64_t>()) {
    if (*index < 0 || static_cast<std::size_t>(*index) >= header.size()) return std::nullopt;
    return static_cast<std::size_t>(*index);
  }
  const auto name = place.value_exact<std::string>();
  const auto found = name ? std::find(header.begin(), header.end(), *name) : header.end();
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

// Takes a number of at most `most` digits off the front; nothing if there is none.
std::optional<int> number_off(std::string_view& text, std::size_t most) {
  std::size_t count = 0;
  int value = 0;
  for (; count < most && count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    value = value * 10 + (text[count] - '0');
  }
  if (count == 0) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

// The calendar day that a cell begins with, if it is written in one of the ways that people write one.
std::optional<std::string> day_in(const std::string& cell) {
  constexpr std::array<std::array<std::string_view, 2>, 5> separators{
      {{"-", "-"}, {"/", "/"}, {".", "."}, {"年", "月"}, {"", ""}}};
  for (const auto& [first, second] : separators) {
    std::string_view rest{cell};
    const auto year = number_off(rest, 4);
    if (!year || !rest.starts_with(first)) continue;
    rest.remove_prefix(first.size());
    const auto month = number_off(rest, 2);
    if (!month || !rest.starts_with(second)) continue;
    rest.remove_prefix(second.size());
    const auto day = number_off(rest, 2);
    if (!day) continue;
    const std::string text = std::to_string(*year) + (*month < 10 ? "-0" : "-") + std::to_string(*month) +
                             (*day < 10 ? "-0" : "-") + std::to_string(*day);
    if (is_iso_date(text)) return text;
  }
  return std::nullopt;
}

bool holds(const CaseFields& held, const std::string& field, const std::string& value, std::set<std::string>& used) {
  const auto found = held.find(field);
  if (found == held.end() || found->second != value) return false;
  used.insert(field);
  return true;
}

// The date as written, or the same day in ISO form beside the text as written, or an assumption that says so.
bool received_holds(const ExpectedColumn& column, const std::string& cell, const CaseFields& held,
                    std::set<std::string>& used) {
  if (is_iso_date(cell) || from_rfc3339(cell)) return holds(held, "received_at", cell, used);
  const bool kept =
      cell.empty() || std::any_of(column.fields.begin(), column.fields.end(),
                                  [&](const std::string& field) { return holds(held, field, cell, used); });
  const auto day = day_in(cell);
  if (day && holds(held, "received_at", *day, used)) return kept;
  // Not every text that begins like a date is one: then the time is assumed, and it says so.
  const bool assumed = holds(held, "received_assumed", "true", used) && held.count("received_at") > 0;
  used.insert("received_at");
  return kept && assumed;
}

Result<Layout> layout_of(const toml::table& file, const std::vector<std::string>* header) {
  Layout layout;
  layout.source = file["name"].value_or(std::string{});
  layout.encoding = file["encoding"].value_or(std::string{"auto"});
  layout.header_rows = static_cast<std::size_t>(file["header_rows"].value_or(std::int64_t{1}));
  if (const toml::table* defaults = file["defaults"].as_table()) {
    for (const auto& [key, value] : *defaults) layout.defaults[std::string{key.str()}] = value.value_or(std::string{});
  }
  if (header == nullptr) return layout;
  std::vector<std::string> names = *header;
  std::map<std::size_t, std::string> fields;
  if (const toml::array* columns = file["columns"].as_array()) {
    for (const toml::node& one : *columns) {
      const toml::table* entry = one.as_table();
      if (entry == nullptr) return bad("columns");
      const auto at = column_at((*entry)[entry->contains("index") ? "index" : "column"], *header);
      if (!at) return bad("a column is not in the table");
      if (const auto name = (*entry)["name"].value<std::string>()) names[*at] = *name;
      if (const auto field = (*entry)["field"].value<std::string>()) fields[*at] = *field;
    }
  }
  const auto id = column_at(file["id"], *header);
  const auto received = column_at(file["received"], *header);
  if (!id || !received) return bad("id or received is not in the table");
  for (std::size_t i = 0; i < names.size(); ++i) {
    ExpectedColumn column{i == *id         ? Use::id
                          : i == *received ? Use::received
                                           : Use::value,
                          names[i],
                          {"x:#" + std::to_string(i)}};
    if (std::count(names.begin(), names.end(), names[i]) == 1) column.fields.push_back("x:" + names[i]);
    if (fields.count(i) > 0) column.fields.push_back(fields[i]);
    layout.columns.push_back(std::move(column));
  }
  return layout;
}

Result<Layout> read(const std::string& path, const std::vector<std::string>* header) {
  try {
    const toml::table file = toml::parse_file(path);
    return layout_of(file, header);
  } catch (const toml::parse_error&) {
    return bad("not TOML, or not there: path=" + path);
  }
}

}  // namespace

Result<Layout> read_layout(const std::string& path, const std::vector<std::string>& header) {
  return read(path, &header);
}
Result<Layout> read_layout(const std::string& path) { return read(path, nullptr); }

std::string id_in(const Layout& layout, const std::vector<std::string>& cells) {
  for (std::size_t i = 0; i < layout.columns.size() && i < cells.size(); ++i) {
    if (layout.columns[i].use == Use::id) return cells[i];
  }
  return {};
}

std::vector<std::string> differences(const Layout& layout, const std::vector<std::string>& cells,
                                     const CaseFields& held) {
  REDRESS_ASSERT(cells.size() == layout.columns.size());
  std::vector<std::string> out;
  std::set<std::string> used{"case_no"};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const ExpectedColumn& column = layout.columns[i];
    const std::string& cell = cells[i];
    bool same = false;
    switch (column.use) {
      case Use::id:
        same = cell.empty() || holds(held, "source_id", cell, used);
        break;
      case Use::received:
        same = received_holds(column, cell, held, used);
        break;
      case Use::value:
        same = cell.empty() || std::any_of(column.fields.begin(), column.fields.end(),
                                           [&](const std::string& field) { return holds(held, field, cell, used); });
        break;
    }
    if (!same) out.push_back(column.name);
  }
  for (const auto& [field, value] : layout.defaults) holds(held, field, value, used);
  if (!holds(held, "source", layout.source, used)) out.emplace_back("(source)");
  for (const auto& [field, value] : held) {
    if (used.count(field) == 0) out.push_back("+" + field);
  }
  return out;
}

}  // namespace redress::demo
