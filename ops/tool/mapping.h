// What the columns of a table mean: a mapping file (TOML), bound to one table's header.
//
// Values, immutable after they are made; any thread.
//
// The file:
//   name = "cfpb"          the source's name: 1 to 64 of [A-Za-z0-9._-]
//   encoding = "auto"      auto | utf-8 | gb18030; auto if absent
//   header_rows = 1        lines before the data; the last one names the columns
//   width = 18             a table with fewer columns is refused as a whole
//   id = "Complaint ID"    the column that identifies a row: a name, or an index counted from 0
//   received = 8           the column of the date received, likewise
//   [defaults]             field = "value", for rows whose column is empty
//   [[columns]]            column = "Issue" (a name in the header), or index = 31 with an optional name = "…";
//                          field = "cause"; without a field the column is an extension. shows = "replied.at": what an
//                          export writes there (written()); an import takes such a column as an extension
// A column that nobody names is an extension too: field `x:<name>`, or `x:#<index>` if its name is empty, repeated,
// holds control characters, starts with '#' or would make a field name over limits::field_name_bytes_max.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "ops/tool/csv.h"
#include "protocol/base/bytes.h"
#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::tool {

inline constexpr std::size_t mapping_bytes_max = 256 * limits::kib;

using Fields = std::vector<std::pair<std::string, std::string>>;
using Hash = Digest (*)(std::span<const ByteView> parts);  // As journal::Suite::hash.

// Nothing in it, or only blanks of any width and line ends.
[[nodiscard]] bool is_blank(std::string_view text);

// What a row says of the date received. `early`: before 1990; `late`: later than tomorrow.
enum class SaidDate { good, none, unreadable, early, late };

// A mapping that knows which column is which in one table.
class BoundMapping {
 public:
  // One entry a column of the table.
  struct Column {
    std::string field;      // Registered or `x:…`.
    std::string extension;  // `x:…`, always.
  };

  // Requires: id and received are smaller than columns.size().
  BoundMapping(std::string source, std::vector<Column> columns, std::size_t id, std::size_t received, Fields defaults);

  [[nodiscard]] std::size_t width() const noexcept { return columns_.size(); }
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  // Requires, here and below: cells.size() == width().
  [[nodiscard]] const std::string& id(std::span<const std::string> cells) const;
  // The fields of a registered case, empty cells left out, then `source` and `source_id`. `received_at` is the cell if
  // it is an ISO date or RFC 3339 time; its ISO date if it is written 2023/8/25, 2023.8.25, 20230825 or 2023年8月25日,
  // with or without a time of day (the cell as written then also in its extension); else `now` with received_assumed =
  // "true".
  [[nodiscard]] Fields fields(std::span<const std::string> cells, WallTime now) const;
  // What people would call doubtful about the row's date; fields() takes it as said above all the same.
  [[nodiscard]] SaidDate said_date(std::span<const std::string> cells, WallTime now) const;
  // What the header calls the column of the id; "#3" if it has no name.
  [[nodiscard]] std::string id_name() const;

 private:
  void add_received(const std::string& cell, WallTime now, Fields& out) const;

  std::string source_;
  std::vector<Column> columns_;
  std::size_t id_;
  std::size_t received_;
  Fields defaults_;
};

// One column of a table that is written: what its header says, and what stands beneath.
struct WrittenColumn {
  enum class What { id, received, field, shown, extension };
  What what = What::extension;
  std::string name;
  std::string of;         // field: its name; shown: `shows` of the file; else empty
  std::string extension;  // `x:…`, where an import of such a table keeps the column
};

class Mapping {
 public:
  // Fails with io, or as parse does; the error names the file.
  [[nodiscard]] static Result<Mapping> load(const std::string& path);
  // Fails with bad_config, naming the key in Error::field: wrong syntax or type, an unknown key or field, a field or a
  // column given twice, a column beyond `width`; too_large over mapping_bytes_max.
  [[nodiscard]] static Result<Mapping> parse(std::string_view toml);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] Encoding encoding() const noexcept { return encoding_; }
  [[nodiscard]] std::size_t header_rows() const noexcept { return header_rows_; }

  // `header`: the last header line; nothing if there is none, then the table is `width` columns wide. Fails with
  // malformed if it is narrower than `width`; missing_field if a column the mapping names is not in it, bad_value if
  // that name is in it twice, or two entries mean one column, with the column in Error::field.
  [[nodiscard]] Result<BoundMapping> bind(const std::optional<std::vector<std::string>>& header) const;

  // The columns of a table that is written by this mapping, in their order: `width` of them where it gives indices;
  // where it gives names, id, received, then the others as they come. Fails with bad_config if it gives both.
  //
  // `shows` is "number", "state", "registrar", "handler", or KIND.FIELD, KIND.at, KIND.site: of the newest event of
  // that kind that stands.
  [[nodiscard]] Result<std::vector<WrittenColumn>> written() const;

 private:
  friend class MappingParser;
  using Place = std::variant<std::size_t, std::string>;  // An index, or a name in the header.
  struct Entry {
    Place place;
    std::string name;   // Of an indexed column; empty: the header's.
    std::string field;  // Empty: an extension.
    std::string shows;  // Empty: nothing of its own.
  };

  Mapping() = default;
  [[nodiscard]] static Result<std::size_t> find(const std::vector<std::string>& names, const Place& place);

  std::string name_;
  Encoding encoding_ = Encoding::detect;
  std::size_t header_rows_ = 0;
  std::size_t width_ = 0;
  Place id_;
  Place received_;
  Fields defaults_;
  std::vector<Entry> entries_;
};

// The identity of each row of one table, the same on every run over the same table: its Idempotency-Key.
//
// "<source>/<id>", or without an id "<source>/row-<16 hex digits of the cells' digest>-<n>" for the n-th such row.
// Bytes other than visible ASCII, and '%', are percent-encoded. An id too long for limits::idempotency_key_bytes_max is
// replaced by "id-<its digest>".
class RowKeys {
 public:
  RowKeys(std::string source, Hash hash) : source_{std::move(source)}, hash_{hash} {}

  // To be asked for every good row of the table in order, each once.
  [[nodiscard]] std::string next(const std::string& id, std::span<const std::string> cells);

 private:
  const std::string source_;
  const Hash hash_;
  std::unordered_map<std::uint64_t, std::size_t> seen_;  // Rows without an id, by the digest's first 8 bytes.
};

}  // namespace redress::tool
