#include "ops/tool/import_command.h"

#include <poll.h>

#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/suite_intl.h"
#include "ops/shell/process.h"
#include "ops/tool/import.h"
#include "ops/tool/mapping_path.h"
#include "ops/tool/terminal.h"
#include "protocol/wire/refusal.h"

namespace redress::tool {
namespace {

struct Part {
  std::size_t k = 0;
  std::size_t n = 1;
};

std::optional<Part> part_of(const std::string& text) {
  Part part;
  if (text.empty()) return part;
  const char* end = text.data() + text.size();
  const auto [slash, k_error] = std::from_chars(text.data(), end, part.k);
  if (k_error != std::errc{} || slash == end || *slash != '/') return std::nullopt;
  const auto [rest, n_error] = std::from_chars(slash + 1, end, part.n);
  if (n_error != std::errc{} || rest != end || part.n == 0 || part.k >= part.n) return std::nullopt;
  return part;
}

const char* name_of(SaidDate date) {
  return date == SaidDate::early ? "before_1990" : date == SaidDate::late ? "future" : "unreadable";
}

nlohmann::json json_of(const ImportReport& report) {
  nlohmann::json rejects = nlohmann::json::array();
  for (const ImportReject& one : report.rejects) {
    rejects.push_back({{"line", one.line},
                       {"column", one.column},
                       {"field", one.field},
                       {"code", wire::name_of(one.code)},
                       {"reason", one.reason}});
  }
  nlohmann::json doubts = nlohmann::json::array();
  for (const ImportDoubt& one : report.doubts) doubts.push_back({{"line", one.line}, {"date", name_of(one.date)}});
  nlohmann::json out{{"rows", report.rows},
                     {"registered", report.registered},
                     {"already", report.already},
                     {"rejected", report.rejected},
                     {"blank", report.blank},
                     {"unreadable_dates", report.unreadable_dates},
                     {"early_dates", report.early_dates},
                     {"late_dates", report.late_dates},
                     {"doubtful_dates", std::move(doubts)},
                     {"retries", report.retries},
                     {"rejects", std::move(rejects)}};
  if (report.stopped)
    out["stopped"] = {
        {"line", report.stopped_line}, {"code", wire::name_of(report.stopped->code)}, {"detail", report.stopped->what}};
  return out;
}

// How many rows have such a date, what became of them, and where the first are.
void print_dates(const ImportReport& report, SaidDate date, std::size_t count, const char* what) {
  constexpr std::size_t named_max = 10;
  if (count == 0) return;
  std::cout << "  " << what << count;
  std::size_t named = 0;
  for (const ImportDoubt& one : report.doubts) {
    if (one.date != date || named == named_max) continue;
    std::cout << (named == 0 ? " (" : " ") << one.line;
    ++named;
  }
  std::cout << (count > named ? " …)\n" : ")\n");
}

void print(const Options& options, const ImportReport& report) {
  if (options.json) return print_json(json_of(report));
  const bool zh = speaks_chinese(options);
  std::cout << (zh ? "行 " : "rows ") << report.rows << (zh ? "，新登记 " : ", registered ") << report.registered
            << (zh ? "，以前已登记 " : ", already ") << report.already << (zh ? "，未登记 " : ", rejected ")
            << report.rejected << (zh ? "，空行 " : ", empty ") << report.blank << "\n";
  print_dates(report, SaidDate::unreadable, report.unreadable_dates,
              zh ? "受理日期读不懂，按导入时间登记（原文保留），行数（行号）："
                 : "date received not readable, registered as of now, the cell kept; rows (lines): ");
  print_dates(report, SaidDate::late, report.late_dates,
              zh ? "受理日期晚于明天，已照登，行数（行号）："
                 : "date received later than tomorrow, registered as it is; rows (lines): ");
  print_dates(report, SaidDate::early, report.early_dates,
              zh ? "受理日期早于 1990 年，已照登，行数（行号）："
                 : "date received before 1990, registered as it is; rows (lines): ");
  for (const ImportReject& one : report.rejects) {
    std::cout << (zh ? "  第 " : "  line ") << one.line << (zh ? " 行" : "")
              << (one.column > 0 ? (zh ? "第 " : " column ") + std::to_string(one.column) + (zh ? " 列" : "") : "")
              << (one.field.empty() ? "" : " " + one_line(one.field)) << ": "
              << one_line(zh ? one.reason_zh : one.reason) << "\n";
  }
  if (report.stopped)
    std::cout << (zh ? "停在第 " : "stopped at line ") << report.stopped_line << (zh ? " 行：" : ": ")
              << wire::name_of(report.stopped->code) << " " << one_line(report.stopped->what) << "\n";
}

}  // namespace

int import_file(const Options& options, const ImportCommand& what) {
  const auto part = part_of(what.part);
  if (!part)
    return report(options,
                  {Code::bad_value, "expected k/n with k from 0, below n (应为 k/n，k 从 0 数起且小于 n)", "--part"});
  const auto mapping = Mapping::load(mapping_path(what.mapping));
  if (!mapping) return report(options, mapping.error());
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  ImportOptions how;
  how.hash = crypto::intl().hash;
  how.pause = [](std::int64_t ms) { return ::poll(nullptr, 0, static_cast<int>(ms)) == 0; };
  how.rejects_file = what.rejects;
  how.says_zh = [](Code code) { return std::string{wire::reason_of(code).zh}; };
  how.only_rows = [&](std::size_t row) { return row % part->n == part->k; };
  const auto done = import_table(what.file, *mapping, *client, shell::wall_now(), how);
  if (!done) return report(options, done.error());
  print(options, *done);
  if (done->stopped) return exit_refused;
  const bool all_plain = done->rejected == 0 && done->doubts.empty();
  return all_plain ? exit_done : exit_attention;
}

}  // namespace redress::tool
