#include "ops/tool/import_command.h"

#include <poll.h>

#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "crypto/suite_intl.h"
#include "ops/shell/process.h"
#include "ops/tool/import.h"
#include "ops/tool/mapping_path.h"
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

void print(const Options& options, const ImportReport& report) {
  if (options.json) {
    nlohmann::json rejects = nlohmann::json::array();
    for (const ImportReject& one : report.rejects) {
      rejects.push_back({{"line", one.line},
                         {"column", one.column},
                         {"field", one.field},
                         {"code", wire::name_of(one.code)},
                         {"reason", one.reason}});
    }
    nlohmann::json out{{"rows", report.rows},       {"registered", report.registered},
                       {"already", report.already}, {"rejected", report.rejected},
                       {"retries", report.retries}, {"rejects", std::move(rejects)}};
    if (report.stopped)
      out["stopped"] = {{"line", report.stopped_line},
                        {"code", wire::name_of(report.stopped->code)},
                        {"detail", report.stopped->what}};
    return print_json(out);
  }
  const bool zh = speaks_chinese(options);
  std::cout << (zh ? "行 " : "rows ") << report.rows << (zh ? "，新登记 " : ", registered ") << report.registered
            << (zh ? "，以前已登记 " : ", already ") << report.already << (zh ? "，未登记 " : ", rejected ")
            << report.rejected << "\n";
  for (const ImportReject& one : report.rejects) {
    std::cout << (zh ? "  第 " : "  line ") << one.line << (zh ? " 行" : "")
              << (one.column > 0 ? (zh ? "第 " : " column ") + std::to_string(one.column) + (zh ? " 列" : "") : "")
              << (one.field.empty() ? "" : " " + one.field) << ": " << (zh ? one.reason_zh : one.reason) << "\n";
  }
  if (report.stopped)
    std::cout << (zh ? "停在第 " : "stopped at line ") << report.stopped_line << (zh ? " 行：" : ": ")
              << wire::name_of(report.stopped->code) << " " << report.stopped->what << "\n";
}

}  // namespace

int import_file(const Options& options, const ImportCommand& what) {
  const auto part = part_of(what.part);
  if (!part) return report(options, {Code::bad_value, "expected k/n with k below n", "--part"});
  const auto mapping = Mapping::load(mapping_path(what.mapping));
  if (!mapping) return report(options, mapping.error());
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  ImportOptions how;
  how.hash = crypto::intl().hash;
  how.pause = [](std::int64_t ms) { return ::poll(nullptr, 0, static_cast<int>(ms)) == 0; };
  how.rejects_file = what.rejects;
  how.only_rows = [&](std::size_t row) { return row % part->n == part->k; };
  const auto done = import_table(what.file, *mapping, *client, shell::wall_now(), how);
  if (!done) return report(options, done.error());
  print(options, *done);
  if (done->stopped) return exit_refused;
  return done->rejected == 0 ? exit_done : exit_attention;
}

}  // namespace redress::tool
