#include "ops/tool/mapping.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "protocol/base/time.h"

namespace redress::tool {
namespace {

constexpr std::size_t source_bytes_max = 64;
constexpr std::string_view extension_prefix = "x:";

// What a mapping file may fill. `received_at`, `source` and `source_id` come from keys of their own.
constexpr std::array<std::string_view, 26> registered_fields = {"narrative",
                                                                "channel",
                                                                "acceptance_form",
                                                                "customer_name",
                                                                "customer_type",
                                                                "id_type",
                                                                "id_no",
                                                                "phone",
                                                                "callback_phone",
                                                                "email",
                                                                "address",
                                                                "reporter_name",
                                                                "region",
                                                                "postcode",
                                                                "product",
                                                                "sub_product",
                                                                "cause",
                                                                "sub_cause",
                                                                "tags",
                                                                "accused_unit",
                                                                "accused_person",
                                                                "business_channel",
                                                                "claim",
                                                                "grade",
                                                                "consent",
                                                                "sent_on"};

bool is_registered(std::string_view field) {
  return std::find(registered_fields.begin(), registered_fields.end(), field) != registered_fields.end();
}

bool is_source_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= source_bytes_max && std::all_of(name.begin(), name.end(), fits);
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Reads a date off the front of a text.
class DateText {
 public:
  explicit DateText(std::string_view text) : rest_{text} {}

  // The ISO date, if the text is one of the spellings taken, and names a day that exists.
  std::optional<std::string> iso() {
    const std::string year = digits(4, 4);
    if (year.empty()) return std::nullopt;
    const std::string_view after_year = literal({"-", "/", ".", "年"});
    const bool compact = after_year.empty();
    const std::string month = digits(compact ? 2 : 1, 2);
    if (!compact && literal({after_year == "年" ? std::string_view{"月"} : after_year}).empty()) return std::nullopt;
    const std::string day = digits(compact ? 2 : 1, 2);
    if (month.empty() || day.empty()) return std::nullopt;
    if (after_year == "年" && literal({"日"}).empty()) return std::nullopt;
    if (!time_of_day()) return std::nullopt;
    std::string out = year + (month.size() < 2 ? "-0" : "-") + month + (day.size() < 2 ? "-0" : "-") + day;
    if (!is_iso_date(out)) return std::nullopt;
    return out;
  }

 private:
  std::string digits(std::size_t least, std::size_t most) {
    std::size_t count = 0;
    while (count < most && count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    if (count < least) return {};
    std::string out{rest_.substr(0, count)};
    rest_.remove_prefix(count);
    return out;
  }

  std::string_view literal(std::initializer_list<std::string_view> any_of) {
    for (const std::string_view one : any_of) {
      if (rest_.substr(0, one.size()) != one) continue;
      rest_.remove_prefix(one.size());
      return one;
    }
    return {};
  }

  // True if nothing follows, or " 8:05", "T08:05:00".
  bool time_of_day() {
    if (rest_.empty()) return true;
    if (literal({" ", "T"}).empty() || digits(1, 2).empty()) return false;
    int parts = 1;
    while (parts < 3 && !literal({":"}).empty()) {
      if (digits(2, 2).empty()) return false;
      ++parts;
    }
    return parts > 1 && rest_.empty();
  }

  std::string_view rest_;
};

std::string extension_name(const std::vector<std::string>& names, std::size_t index) {
  const std::string& name = names[index];
  const bool plain = !name.empty() && name.front() != '#' && !has_control(name) &&
                     extension_prefix.size() + name.size() <= limits::field_name_bytes_max &&
                     std::count(names.begin(), names.end(), name) == 1;
  return std::string{extension_prefix} + (plain ? name : "#" + std::to_string(index));
}

// One of the case's own, or KIND.FIELD.
bool can_be_shown(std::string_view text) {
  constexpr std::array<std::string_view, 4> own{"number", "state", "registrar", "handler"};
  if (std::find(own.begin(), own.end(), text) != own.end()) return true;
  const auto is_name = [](std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  };
  const std::size_t dot = text.find('.');
  return dot != std::string_view::npos && is_name(text.substr(0, dot)) && is_name(text.substr(dot + 1));
}

constexpr std::array<std::string_view, 6> blanks{" ", "\t", "\r", "\n", "\u00A0", "\u3000"};

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7F && c != '%') {
      out += c;
    } else {
      out += {'%', hex[byte >> 4], hex[byte & 0xF]};
    }
  }
  return out;
}

}  // namespace

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const auto front = std::find_if(blanks.begin(), blanks.end(), [&](auto one) { return text.starts_with(one); });
    if (front == blanks.end()) return false;
    text.remove_prefix(front->size());
  }
  return true;
}

// Turns a parsed TOML table into a Mapping; stops at the first error.
class MappingParser {
 public:
  explicit MappingParser(const toml::table& from) : from_{from} {}

  Result<Mapping> run() {
    known_keys(from_, "", {"name", "encoding", "header_rows", "width", "id", "received", "defaults", "columns"});
    out_.name_ = text(from_, "name", "name");
    if (!error_ && !is_source_name(out_.name_)) refuse("name", "not 1 to 64 of letters, digits, '.', '_', '-'");
    read_encoding();
    out_.header_rows_ = number(from_, "header_rows", "header_rows", 16);
    out_.width_ = number(from_, "width", "width", 1024);
    out_.id_ = place(from_, "id", "id");
    out_.received_ = place(from_, "received", "received");
    if (!error_ && out_.id_ == out_.received_) refuse("received", "the same column as id");
    read_defaults();
    read_columns();
    if (error_) return fail(*error_);
    return std::move(out_);
  }

 private:
  void refuse(const std::string& key, const std::string& why) {
    if (!error_) error_ = Error{Code::bad_config, "read mapping: " + why, key};
  }

  void known_keys(const toml::table& table, const std::string& path, std::set<std::string_view> keys) {
    for (const auto& [key, value] : table) {
      if (keys.count(key.str()) == 0) refuse(path + std::string{key.str()}, "unknown key");
    }
  }

  std::string text(const toml::table& table, std::string_view key, const std::string& path) {
    const auto value = table[key].value_exact<std::string>();
    if (!value) refuse(path, "not a text");
    if (value && (value->empty() || has_control(*value))) refuse(path, "empty, or holds control characters");
    return value.value_or("");
  }

  std::size_t number(const toml::table& table, std::string_view key, const std::string& path, std::int64_t max) {
    const auto value = table[key].value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > max) refuse(path, "not a number from 0 to " + std::to_string(max));
    return error_ ? 0 : static_cast<std::size_t>(*value);
  }

  std::size_t index(const toml::table& table, std::string_view key, const std::string& path) {
    const std::size_t value = number(table, key, path, 1023);
    if (!error_ && value >= out_.width_) refuse(path, "beyond width");
    return value;
  }

  Mapping::Place place(const toml::table& table, std::string_view key, const std::string& path) {
    if (table[key].is_integer()) return index(table, key, path);
    std::string name = text(table, key, path);
    if (!error_ && out_.header_rows_ == 0) refuse(path, "a column name, but there is no header");
    return name;
  }

  void read_encoding() {
    if (!from_.contains("encoding")) return;
    const std::string value = text(from_, "encoding", "encoding");
    if (value == "utf-8") {
      out_.encoding_ = Encoding::utf8;
    } else if (value == "gb18030") {
      out_.encoding_ = Encoding::gb18030;
    } else if (value != "auto") {
      refuse("encoding", "not one of auto, utf-8, gb18030");
    }
  }

  void read_defaults() {
    if (!from_.contains("defaults")) return;
    const toml::table* table = from_["defaults"].as_table();
    if (table == nullptr) return refuse("defaults", "not a table");
    for (const auto& [key, value] : *table) {
      const std::string field{key.str()};
      if (!is_registered(field)) refuse("defaults." + field, "unknown field");
      out_.defaults_.emplace_back(field, text(*table, key.str(), "defaults." + field));
    }
  }

  void read_columns() {
    if (!from_.contains("columns")) return;
    const toml::array* list = from_["columns"].as_array();
    if (list == nullptr) return refuse("columns", "not a list of tables");
    for (std::size_t i = 0; i < list->size() && !error_; ++i) {
      const std::string path = "columns[" + std::to_string(i) + "]";
      const toml::table* table = (*list)[i].as_table();
      if (table == nullptr) return refuse(path, "not a table");
      read_column(*table, path + ".");
    }
  }

  void read_column(const toml::table& table, const std::string& path) {
    known_keys(table, path, {"column", "index", "name", "field", "shows"});
    if (table.contains("column") == table.contains("index")) refuse(path + "column", "give one of column, index");
    if (table.contains("column") && table.contains("name")) refuse(path + "name", "only for a column given by index");
    if (error_) return;
    Mapping::Entry entry;
    if (table.contains("column")) {
      if (!table["column"].is_string()) return refuse(path + "column", "not a text");
      entry.place = place(table, "column", path + "column");
    } else {
      entry.place = index(table, "index", path + "index");
    }
    if (table.contains("name")) entry.name = text(table, "name", path + "name");
    if (table.contains("field")) entry.field = text(table, "field", path + "field");
    if (table.contains("shows")) entry.shows = text(table, "shows", path + "shows");
    check_column(entry, path);
    out_.entries_.push_back(std::move(entry));
  }

  // `path` ends in a dot.
  void check_column(const Mapping::Entry& entry, const std::string& path) {
    if (error_) return;
    if (!entry.field.empty() && !is_registered(entry.field)) refuse(path + "field", "unknown field");
    if (!entry.shows.empty() && !can_be_shown(entry.shows)) refuse(path + "shows", "not KIND.FIELD or of the case");
    if (!entry.shows.empty() && !entry.field.empty()) refuse(path + "shows", "the column has a field");
    if (!entry.field.empty() && (entry.place == out_.id_ || entry.place == out_.received_)) {
      refuse(path + "field", "the column of id or received has its field already");
    }
    for (const Mapping::Entry& other : out_.entries_) {
      if (other.place == entry.place) refuse(path.substr(0, path.size() - 1), "this column is given twice");
      if (!entry.field.empty() && other.field == entry.field) refuse(path + "field", "this field is given twice");
      if (!entry.name.empty() && other.name == entry.name) refuse(path + "name", "this name is given twice");
    }
  }

  const toml::table& from_;
  Mapping out_;
  std::optional<Error> error_;
};

Result<Mapping> Mapping::parse(std::string_view toml) {
  if (toml.size() > mapping_bytes_max) return fail(Code::too_large, "read mapping: over 256 KiB");
  try {
    const toml::table table = toml::parse(toml);
    return MappingParser{table}.run();
  } catch (const toml::parse_error& error) {
    return fail(Code::bad_config, "read mapping: not TOML line=" + std::to_string(error.source().begin.line));
  }
}

Result<Mapping> Mapping::load(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text;
  std::array<char, 4096> chunk{};
  while (file && text.size() <= mapping_bytes_max) {
    file.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof() && !file) return fail(Code::io, "read mapping: cannot be read", path);
  auto mapping = parse(text);
  if (mapping) return mapping;
  const Error& error = mapping.error();
  return fail(error.code, error.what + " file=" + path, error.field);
}

Result<std::size_t> Mapping::find(const std::vector<std::string>& names, const Place& place) {
  if (const auto* index = std::get_if<std::size_t>(&place)) return *index;
  const auto& name = std::get<std::string>(place);
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return fail(Code::missing_field, "read header: no such column", name);
  if (std::find(at + 1, names.end(), name) != names.end()) {
    return fail(Code::bad_value, "read header: this column is there twice", name);
  }
  return static_cast<std::size_t>(at - names.begin());
}

Result<BoundMapping> Mapping::bind(const std::optional<std::vector<std::string>>& header) const {
  std::vector<std::string> names = header.value_or(std::vector<std::string>(width_));
  if (names.size() < width_) {
    return fail(Code::malformed, "read header: too few columns columns=" + std::to_string(names.size()) +
                                     " wanted=" + std::to_string(width_));
  }
  const auto id = find(names, id_);
  if (!id) return fail(id.error());
  const auto received = find(names, received_);
  if (!received) return fail(received.error());
  std::vector<BoundMapping::Column> columns(names.size());
  std::vector<std::string> named = names;
  std::set<std::size_t> seen;
  for (const Entry& entry : entries_) {
    const auto at = find(names, entry.place);
    if (!at) return fail(at.error());
    const bool has_field_already = !entry.field.empty() && (*at == *id || *at == *received);
    if (!seen.insert(*at).second || has_field_already) {
      return fail(Code::bad_value, "read header: two entries of the mapping mean this column", names[*at]);
    }
    if (!entry.name.empty()) named[*at] = entry.name;
    columns[*at].field = entry.field;
  }
  if (*id == *received) return fail(Code::bad_value, "read header: id and received are one column", names[*id]);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].extension = extension_name(named, i);
    if (columns[i].field.empty()) columns[i].field = columns[i].extension;
  }
  return BoundMapping{name_, std::move(columns), *id, *received, defaults_};
}

Result<std::vector<WrittenColumn>> Mapping::written() const {
  const bool by_name = std::holds_alternative<std::string>(id_);
  std::vector<WrittenColumn> out;
  const auto place = [&](const Place& at) -> WrittenColumn* {
    if (std::holds_alternative<std::string>(at) != by_name) return nullptr;
    if (!by_name) return &out[std::get<std::size_t>(at)];
    const auto& name = std::get<std::string>(at);
    const auto found = std::find_if(out.begin(), out.end(), [&](const auto& column) { return column.name == name; });
    if (found != out.end()) return &*found;
    out.push_back({WrittenColumn::What::extension, name, {}, {}});
    return &out.back();
  };
  if (!by_name) out.resize(width_);
  const auto both = fail(Code::bad_config, "write a table: the mapping gives columns by index and by name", "columns");
  for (const auto& [at, what] :
       {std::pair{&id_, WrittenColumn::What::id}, {&received_, WrittenColumn::What::received}}) {
    WrittenColumn* column = place(*at);
    if (column == nullptr) return both;
    column->what = what;
  }
  for (const Entry& entry : entries_) {
    WrittenColumn* column = place(entry.place);
    if (column == nullptr) return both;
    if (!entry.name.empty()) column->name = entry.name;
    if (column->what != WrittenColumn::What::extension) continue;
    column->of = entry.field.empty() ? entry.shows : entry.field;
    if (!entry.field.empty()) column->what = WrittenColumn::What::field;
    if (!entry.shows.empty()) column->what = WrittenColumn::What::shown;
  }
  std::vector<std::string> names;
  for (const WrittenColumn& column : out) names.push_back(column.name);
  for (std::size_t i = 0; i < out.size(); ++i) out[i].extension = extension_name(names, i);
  return out;
}

BoundMapping::BoundMapping(std::string source, std::vector<Column> columns, std::size_t id, std::size_t received,
                           Fields defaults)
    : source_{std::move(source)},
      columns_{std::move(columns)},
      id_{id},
      received_{received},
      defaults_{std::move(defaults)} {
  REDRESS_ASSERT(id_ < columns_.size());
  REDRESS_ASSERT(received_ < columns_.size());
}

SaidDate BoundMapping::said_date(std::span<const std::string> cells, WallTime now) const {
  REDRESS_ASSERT(cells.size() == width());
  constexpr std::int64_t day_ms = 86'400'000;
  constexpr std::string_view earliest = "1990-01-01";
  const std::string& cell = cells[received_];
  if (is_blank(cell)) return SaidDate::none;
  std::optional<std::string> day;
  if (const auto time = from_rfc3339(cell)) {
    day = to_rfc3339(*time).substr(0, earliest.size());
  } else {
    day = DateText{cell}.iso();
  }
  if (!day) return SaidDate::unreadable;
  if (*day < earliest) return SaidDate::early;
  // The day after the last that has begun somewhere: zones are at most 14 hours ahead.
  const std::string tomorrow = to_rfc3339(WallTime{now.value() + day_ms + 14 * day_ms / 24}).substr(0, earliest.size());
  return *day > tomorrow ? SaidDate::late : SaidDate::good;
}

std::string BoundMapping::id_name() const { return columns_[id_].extension.substr(extension_prefix.size()); }

const std::string& BoundMapping::id(std::span<const std::string> cells) const {
  REDRESS_ASSERT(cells.size() == width());
  return cells[id_];
}

void BoundMapping::add_received(const std::string& cell, WallTime now, Fields& out) const {
  if (is_iso_date(cell) || from_rfc3339(cell)) {
    out.emplace_back("received_at", cell);
    return;
  }
  if (!cell.empty()) out.emplace_back(columns_[received_].extension, cell);
  if (auto iso = DateText{cell}.iso()) {
    out.emplace_back("received_at", std::move(*iso));
    return;
  }
  out.emplace_back("received_at", to_rfc3339(now));
  out.emplace_back("received_assumed", "true");
}

Fields BoundMapping::fields(std::span<const std::string> cells, WallTime now) const {
  REDRESS_ASSERT(cells.size() == width());
  Fields out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i == received_) {
      add_received(cells[i], now, out);
    } else if (i != id_ && !cells[i].empty()) {
      out.emplace_back(columns_[i].field, cells[i]);
    }
  }
  for (const auto& [field, value] : defaults_) {
    const auto given = [&name = field](const auto& one) { return one.first == name; };
    if (std::none_of(out.begin(), out.end(), given)) out.emplace_back(field, value);
  }
  out.emplace_back("source", source_);
  if (!cells[id_].empty()) out.emplace_back("source_id", cells[id_]);
  return out;
}

std::string RowKeys::next(const std::string& id, std::span<const std::string> cells) {
  const std::string prefix = source_ + "/";
  if (!id.empty()) {
    std::string key = prefix + percent_encoded(id);
    if (key.size() <= limits::idempotency_key_bytes_max) return key;
    const std::array<ByteView, 1> parts{view_of(id)};
    return prefix + "id-" + to_hex(view_of(hash_(parts)));
  }
  Writer sizes;  // Before the cells, so that where one ends and the next begins counts too.
  for (const std::string& cell : cells) sizes.u64(cell.size());
  std::vector<ByteView> parts{sizes.bytes()};
  for (const std::string& cell : cells) parts.push_back(view_of(cell));
  const Digest digest = hash_(parts);
  const std::uint64_t front = Reader{view_of(digest)}.u64();
  const std::size_t occurrence = ++seen_[front];
  return prefix + "row-" + to_hex(view_of(digest).first(8)) + "-" + std::to_string(occurrence);
}

}  // namespace redress::tool
