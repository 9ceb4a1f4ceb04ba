// Imports a table of complaints: each row becomes one registered case, once, however often the import runs.
//
// Functions; one thread; blocks until the table is done or given up. The daemon tells repeated rows by their
// Idempotency-Key (RowKeys), so an import that was cut short is simply run again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ops/tool/client.h"
#include "ops/tool/mapping.h"
#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::tool {

inline constexpr std::size_t listed_rejects_max = 1000;

// A row that was not registered. `field` and `code`: of a row that the daemon refused; a row that breaks the file
// format has Code::malformed and the column instead.
struct ImportReject {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string field;
  Code code = Code::malformed;
  std::string reason;
  std::string reason_zh;
};

// A row that went in with a date received that somebody should look at; of an unreadable one the case says "today".
struct ImportDoubt {
  std::size_t line = 0;
  SaidDate date = SaidDate::unreadable;
};

// rows == registered + already + rejected + blank, unless the import stopped at a row that is none of these yet.
struct ImportReport {
  std::size_t rows = 0;               // Records after the header, without those that only_rows left out.
  std::size_t registered = 0;         // By this import.
  std::size_t already = 0;            // By an earlier one.
  std::size_t rejected = 0;           // By the file format or by the daemon.
  std::size_t blank = 0;              // With nothing in any cell: no case.
  std::size_t unreadable_dates = 0;   // Of those that went in, now or earlier.
  std::size_t early_dates = 0;        // Before 1990.
  std::size_t late_dates = 0;         // Later than tomorrow.
  std::vector<ImportDoubt> doubts;    // The first listed_rejects_max of these three.
  std::size_t retries = 0;            // Repeated calls.
  std::vector<ImportReject> rejects;  // The first listed_rejects_max.
  std::optional<Error> stopped;       // Why the rest was not tried.
  std::size_t stopped_line = 0;
};

struct ImportOptions {
  // Both must be given. `pause` waits between retries, 100 ms doubling to 5 s; false: the person gave up.
  Hash hash = nullptr;
  std::function<bool(std::int64_t ms)> pause{};
  std::size_t retries_max = 100;  // Of one row.
  // If given, a CSV of line, column, field, reason, reason_zh, raw; replaced; mode 0600, for it holds customer text.
  std::string rejects_file{};
  std::function<void(const ImportReport&)> progress{};  // After each row.
  std::function<bool(std::size_t row)> only_rows{};     // Which good rows are this caller's, counted from 0.
  std::function<std::string(Code)> says_zh{};           // Why the daemon refused a row, in Chinese.
};

// Fails as Mapping::bind and CsvReader do if the file is refused as a whole, with io if the rejects file cannot be
// made; nothing has been registered then.
//
// A row is tried again with the same key and body while the daemon is unreachable, busy, draining, asks for it later or
// does not know the outcome. A refusal that is about the row is counted and listed; one that every row would meet (no
// authority, a full or damaged store), retries_max, `pause`, or a file that cannot be read or written on, stops the
// import.
//
// `now` is the time received of rows that say none. It is part of the body, so give the same `now` when repeating an
// import over rows without a date, unless the daemon leaves assumed times out when it compares a key's content.
[[nodiscard]] Result<ImportReport> import_table(const std::string& path, const Mapping& mapping, Client& client,
                                                WallTime now, const ImportOptions& options);

}  // namespace redress::tool
