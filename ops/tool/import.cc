#include "ops/tool/import.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

namespace redress::tool {
namespace {

constexpr std::int64_t pause_ms_min = 100;
constexpr std::int64_t pause_ms_max = 5000;

enum class Verdict { retry, reject_row, stop };

Verdict verdict_of(Code code) {
  switch (code) {
    case Code::unreachable:
    case Code::busy:
    case Code::draining:
    case Code::unknown_outcome:
    case Code::retry_later:
      return Verdict::retry;
    case Code::malformed:
    case Code::too_large:
    case Code::missing_field:
    case Code::unknown_field:
    case Code::bad_value:
    case Code::key_reused:
    case Code::changed:
    case Code::wrong_state:
      return Verdict::reject_row;
    default:
      return Verdict::stop;  // Whatever else is the matter, the next row would meet it too.
  }
}

// The file of rejected rows, or none. Owns the descriptor.
class RejectsFile {
 public:
  RejectsFile() = default;
  RejectsFile(const RejectsFile&) = delete;
  RejectsFile& operator=(const RejectsFile&) = delete;
  ~RejectsFile() {
    if (fd_ >= 0) ::close(fd_);
  }

  Status open(const std::string& path) {
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    struct stat seen {};
    // A device or a pipe keeps its rights.
    if (fd_ < 0 || ::fstat(fd_, &seen) != 0 || (S_ISREG(seen.st_mode) && ::fchmod(fd_, 0600) != 0)) return failed();
    const std::array<std::string, 6> names{"line", "column", "field", "reason", "reason_zh", "raw"};
    return write("\xEF\xBB\xBF" + csv_line(names));
  }

  Status add(const ImportReject& reject, const std::string& raw) {
    if (fd_ < 0) return Done{};
    const std::array<std::string, 6> cells{
        std::to_string(reject.line), std::to_string(reject.column), reject.field, reject.reason, reject.reason_zh, raw};
    return write(csv_line(cells));
  }

 private:
  static Unexpected<Error> failed() {
    return fail(Code::io, "write rejects file: errno=" + std::to_string(errno), "rejects_file");
  }

  Status write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t size = ::write(fd_, text.data(), text.size());
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return failed();
      text.remove_prefix(static_cast<std::size_t>(size));
    }
    return Done{};
  }

  int fd_ = -1;
};

class Import {
 public:
  Import(const Mapping& mapping, Client& client, WallTime now, const ImportOptions& options)
      : mapping_{mapping}, client_{client}, now_{now}, options_{options} {
    REDRESS_ASSERT(options_.hash != nullptr);
    REDRESS_ASSERT(options_.pause != nullptr);
  }

  Result<ImportReport> run(const std::string& path) {
    auto reader = CsvReader::open(path, mapping_.encoding());
    if (!reader) return fail(reader.error());
    const auto bound = read_header(**reader);
    if (!bound) return fail(bound.error());
    if (!options_.rejects_file.empty()) {
      const Status opened = rejects_.open(options_.rejects_file);
      if (!opened) return fail(opened.error());
    }
    (*reader)->expect_width(bound->width());
    RowKeys keys{bound->source(), options_.hash};
    while (!report_.stopped) {
      const auto record = (*reader)->next();
      if (!record) {
        stop(record.error(), 0);
        break;
      }
      if (std::holds_alternative<CsvEnd>(*record)) break;
      take(*record, *bound, keys);
    }
    return std::move(report_);
  }

 private:
  Result<BoundMapping> read_header(CsvReader& reader) {
    std::optional<std::vector<std::string>> header;
    for (std::size_t i = 0; i < mapping_.header_rows(); ++i) {
      auto record = reader.next();
      if (!record) return fail(record.error());
      if (const auto* bad = std::get_if<CsvReject>(&*record)) {
        return fail(Code::malformed, "read header: " + bad->reason + " line=" + std::to_string(bad->line));
      }
      auto* row = std::get_if<CsvRow>(&*record);
      if (row == nullptr) return fail(Code::malformed, "read header: the file ends before the data");
      header = std::move(row->cells);
    }
    return mapping_.bind(header);
  }

  void take(const CsvRecord& record, const BoundMapping& bound, RowKeys& keys) {
    if (const auto* bad = std::get_if<CsvReject>(&record)) {
      ++report_.rows;
      reject({bad->line, bad->column, "", Code::malformed, bad->reason, bad->reason_zh}, bad->raw);
    } else if (!take_row(std::get<CsvRow>(record), bound, keys)) {
      return;
    }
    if (options_.progress) options_.progress(report_);
  }

  // False: the row is another caller's.
  bool take_row(const CsvRow& row, const BoundMapping& bound, RowKeys& keys) {
    const bool blank = std::all_of(row.cells.begin(), row.cells.end(), [](const auto& cell) { return is_blank(cell); });
    const std::string key = blank ? std::string{} : keys.next(bound.id(row.cells), row.cells);
    if (options_.only_rows && !options_.only_rows(row_index_++)) return false;
    ++report_.rows;
    if (blank) {
      ++report_.blank;
    } else if (register_row(row, bound, key)) {
      note_date(row, bound);
    }
    return true;
  }

  // True: there is a case of it, now or since an earlier import.
  bool register_row(const CsvRow& row, const BoundMapping& bound, const std::string& key) {
    nlohmann::json body;
    for (const auto& [name, text] : bound.fields(row.cells, now_)) body["fields"][name] = text;
    std::int64_t wait_ms = pause_ms_min;
    for (std::size_t retries = 0;; ++retries) {
      const auto answer = client_.register_case(body, key);
      if (answer) {
        ++(*answer == Client::Registered::now ? report_.registered : report_.already);
        return true;
      }
      const Error& error = answer.error();
      const Verdict verdict = verdict_of(error.code);
      if (verdict == Verdict::reject_row) {
        refuse(row, bound, error);
        return false;
      }
      if (verdict == Verdict::stop || retries == options_.retries_max || !options_.pause(wait_ms)) {
        stop(error, row.line);
        return false;
      }
      ++report_.retries;
      wait_ms = std::min(wait_ms * 2, pause_ms_max);
    }
  }

  void refuse(const CsvRow& row, const BoundMapping& bound, const Error& error) {
    const std::string why = options_.says_zh ? options_.says_zh(error.code) : std::string{};
    ImportReject out{row.line,   0,          error.field,
                     error.code, error.what, "受理程序拒绝了这一行：" + why + " " + error.what};
    const std::string& id = bound.id(row.cells);
    if (error.code == Code::key_reused && !id.empty()) {
      out.field = bound.id_name();
      out.reason = bound.id_name() + "=" + id +
                   " was imported before, with other content in the row; the case stays as it is: " + error.what;
      out.reason_zh = bound.id_name() + "=" + id + " 以前已导入，但这一行的内容不同；原案件保持不变：" + error.what;
    }
    reject(std::move(out), csv_line(row.cells));
  }

  void note_date(const CsvRow& row, const BoundMapping& bound) {
    const SaidDate date = bound.said_date(row.cells, now_);
    if (date == SaidDate::good || date == SaidDate::none) return;
    ++(date == SaidDate::unreadable ? report_.unreadable_dates
       : date == SaidDate::early    ? report_.early_dates
                                    : report_.late_dates);
    if (report_.doubts.size() < listed_rejects_max) report_.doubts.push_back({row.line, date});
  }

  void stop(const Error& error, std::size_t line) {
    report_.stopped = error;
    report_.stopped_line = line;
  }

  void reject(ImportReject what, const std::string& raw) {
    ++report_.rejected;
    const Status written = rejects_.add(what, raw);
    if (!written) stop(written.error(), what.line);
    if (report_.rejects.size() < listed_rejects_max) report_.rejects.push_back(std::move(what));
  }

  const Mapping& mapping_;
  Client& client_;
  const WallTime now_;
  const ImportOptions& options_;
  RejectsFile rejects_;
  ImportReport report_;
  std::size_t row_index_ = 0;
};

}  // namespace

Result<ImportReport> import_table(const std::string& path, const Mapping& mapping, Client& client, WallTime now,
                                  const ImportOptions& options) {
  return Import{mapping, client, now, options}.run(path);
}

}  // namespace redress::tool
