#include "ops/tool/export_command.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
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

// Only a file, or nothing, is replaced. A pipe or a device takes what is written to it.
enum class Place { beside, in_place };

Result<Place> place_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::file_type itself = fs::symlink_status(path, ignored).type();
  // Where nothing can be seen, making the file says why.
  if (itself == fs::file_type::none || itself == fs::file_type::not_found || itself == fs::file_type::regular)
    return Place::beside;
  const fs::file_type at = fs::status(path, ignored).type();
  if (at == fs::file_type::fifo || at == fs::file_type::character) return Place::in_place;
  return fail(Code::bad_value,
              itself == fs::file_type::symlink
                  ? "a symbolic link: name the file that it leads to, which may not be lost by mistake (是符号链接："
                    "请给出它所指的文件) path=" +
                        path
                  : "neither a file nor a pipe (既不是文件也不是管道) path=" + path,
              "--out");
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
    to << json_text(one) << "\n";
    return Done{};
  });
  if (!written) return written;
  to.flush();
  if (!to) return fail(Code::io, "write export: not all of it was taken");
  return Done{};
}

Status write_in_place(Client& client, const std::optional<Layout>& layout, const std::string& path) {
  std::ofstream file{path, std::ios::binary};
  if (!file) return fail(Code::io, "open: path=" + path, "--out");
  return write_all(client, layout, file);
}

Status replace(Client& client, const std::optional<Layout>& layout, const std::string& path) {
  const std::string beside = path + ".new";
  std::ofstream file;
  Status written = open_beside(beside, file);
  if (written) written = write_all(client, layout, file);
  if (written && std::rename(beside.c_str(), path.c_str()) != 0)
    written = fail(Code::io, "rename file: path=" + path, "--out");
  if (!written) ::unlink(beside.c_str());
  return written;
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
  const auto place = place_of(what.out);
  if (!place) return report(options, place.error());
  auto client = connect(options, Acts::as_desk);
  if (!client) return report(options, client.error());
  if (what.out.empty()) {
    const Status written = write_all(*client, layout, std::cout);
    return written ? exit_done : report(options, written.error());
  }
  const Status written =
      *place == Place::in_place ? write_in_place(*client, layout, what.out) : replace(*client, layout, what.out);
  return written ? exit_done : report(options, written.error());
}

}  // namespace redress::tool
