#include "ops/tool/export_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ops/shell/process.h"
#include "ops/tool/cells.h"
#include "ops/tool/mapping_path.h"
#include "ops/tool/table_row.h"
#include "protocol/base/time.h"

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr int level_attempts_max = 60;

// An export that leaves out what the views do not show yet would be taken for the whole; each attempt waits a second.
Status await_level(Client& client) {
  for (int attempts = 0; attempts < level_attempts_max; ++attempts) {
    const auto level = client.get("/api/v1/cases?limit=1");
    if (!level) return fail(level.error());
    if (!level->value("stale", false)) return Done{};
  }
  return fail(Code::retry_later, "the views are behind", "stale");
}

// Newest first.
Status each_case(Client& client, const std::function<Status(const json&)>& take) {
  std::string before;
  do {
    const auto page = client.get("/api/v1/cases?full=1&limit=100" + (before.empty() ? "" : "&before=" + before));
    if (!page) return fail(page.error());
    for (const json& one : (*page)["cases"]) {
      if (const Status taken = take(one); !taken) return taken;
    }
    before = text(*page, "next");
  } while (!before.empty());
  return Done{};
}

// Half an export would be taken for the whole: it stands beside until it is done. Customer text is for the owner's
// eyes.
Status open_beside(const std::string& path, std::ofstream& file) {
  ::unlink(path.c_str());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Code::io, "make file: path=" + path, "--out");
  ::close(fd);
  file.open(path, std::ios::binary | std::ios::trunc);
  if (!file) return fail(Code::io, "open file: path=" + path, "--out");
  return Done{};
}

// What a table consists of.
struct Layout {
  std::vector<WrittenColumn> columns;
  std::size_t header_rows = 0;
  Encoding encoding = Encoding::utf8;
  Personal personal = Personal::masked;
  bool zh = true;
};

Result<Layout> layout_of(const Options& options, const ExportCommand& what) {
  const auto mapping = Mapping::load(mapping_path(what.mapping));
  if (!mapping) return fail(mapping.error());
  auto columns = mapping->written();
  if (!columns) return fail(columns.error());
  return Layout{std::move(*columns), mapping->header_rows(),
                what.encoding == "gb18030" ? Encoding::gb18030 : Encoding::utf8,
                what.plain ? Personal::plain : Personal::masked, speaks_chinese(options)};
}

Status write_line(const Layout& layout, std::span<const std::string> cells, std::ostream& to) {
  auto line = encoded(csv_line(cells), layout.encoding);
  if (!line) return fail(line.error());
  to << *line;
  return Done{};
}

// As many header lines as the mapping reads over; the last one names the columns.
Status write_header(const Layout& layout, std::ostream& to) {
  if (layout.encoding == Encoding::utf8) to << "\xEF\xBB\xBF";
  std::vector<std::string> cells(layout.columns.size());
  for (std::size_t row = 1; row < layout.header_rows; ++row) {
    cells.front() =
        row > 1 ? "" : (layout.zh ? "客诉台账，导出于 " : "complaints, exported ") + to_rfc3339(shell::wall_now());
    if (const Status written = write_line(layout, cells, to); !written) return written;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = layout.columns[i].name;
  return layout.header_rows == 0 ? Status{Done{}} : write_line(layout, cells, to);
}

Status write_all(Client& client, const std::optional<Layout>& layout, std::ostream& to) {
  if (const Status level = await_level(client); !level) return level;
  if (layout) {
    if (const Status header = write_header(*layout, to); !header) return header;
  }
  const Status written = each_case(client, [&](const json& one) -> Status {
    if (layout) return write_line(*layout, cells_of(layout->columns, one, layout->personal, layout->zh), to);
    to << one.dump() << "\n";
    return Done{};
  });
  if (!written) return written;
  to.flush();
  if (!to) return fail(Code::io, "write export", "--out");
  return Done{};
}

}  // namespace

int export_cases(const Options& options, const ExportCommand& what) {
  std::optional<Layout> layout;
  if (!what.mapping.empty()) {
    auto made = layout_of(options, what);
    if (!made) return report(options, made.error());
    layout = std::move(*made);
  } else if (what.plain || what.encoding != "utf-8") {
    return report(options,
                  {Code::bad_value, "only for a table: give --mapping", what.plain ? "--plain" : "--encoding"});
  }
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  if (what.out.empty()) {
    const Status written = write_all(*client, layout, std::cout);
    return written ? exit_done : report(options, written.error());
  }
  const std::string beside = what.out + ".new";
  std::ofstream file;
  Status written = open_beside(beside, file);
  if (written) written = write_all(*client, layout, file);
  if (written && std::rename(beside.c_str(), what.out.c_str()) != 0)
    written = fail(Code::io, "rename file: path=" + what.out, "--out");
  if (written) return exit_done;
  ::unlink(beside.c_str());
  return report(options, written.error());
}

}  // namespace redress::tool
