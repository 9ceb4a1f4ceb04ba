#include "ops/demonstration/screen.h"

#include <algorithm>
#include <array>

namespace redress::demo {
namespace {

constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::uint64_t scale_min = 8;
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view green = "\x1b[32m";
constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view normal = "\x1b[0m";

struct Range {
  char32_t first;
  char32_t last;
};
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0xA4CF},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0xFFE0, 0xFFE6},
                                     {0x1F300, 0x1F9FF},
                                     {0x20000, 0x3FFFD}}};

std::string padded(const std::string& text, std::size_t columns) {
  const std::size_t width = width_of(text);
  return text + std::string(width < columns ? columns - width : 1, ' ');
}

std::string clock_text(std::int64_t ms) {
  const std::string seconds = std::to_string(ms / 1000 % 60);
  return std::to_string(ms / 60'000) + ":" + (seconds.size() < 2 ? "0" : "") + seconds;
}

std::string age(std::int64_t ms) {
  if (ms < 10'000) return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + " s";
  return std::to_string(ms / 1000) + " s";
}

constexpr std::size_t site_columns = 18;
constexpr std::size_t line_columns = 12;
constexpr std::size_t lag_columns = 20;
constexpr std::size_t heard_columns = 10;

std::string row(const ShownSite& site) {
  const std::string line = site.is_cut ? "✂ 断 cut" : site.is_up ? "● 通 up" : "○ 断 down";
  const std::string_view colour = site.is_cut || !site.is_up ? red : green;
  return padded(std::to_string(site.site.value()) + " " + site.name, site_columns) + std::string{colour} +
         padded(line, line_columns) + std::string{normal} + padded(to_text(site.up), lag_columns) +
         padded(to_text(site.down), lag_columns) +
         padded(site.contact_ms ? age(*site.contact_ms) : "-", heard_columns) + std::string{colour} +
         bars(site.history) + std::string{normal};
}

}  // namespace

std::string bars(const std::deque<std::uint64_t>& values) {
  // A lag of one or two is no mountain.
  const std::uint64_t most =
      values.empty() ? scale_min : std::max(scale_min, *std::max_element(values.begin(), values.end()));
  std::string out;
  for (const std::uint64_t value : values) {
    if (value == 0) {
      out += "·";
    } else {
      out += blocks[static_cast<std::size_t>((value * blocks.size() - 1) / most)];
    }
  }
  return out;
}

std::size_t width_of(const std::string& text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    char32_t point = size == 4 ? lead & 0x07U : size == 3 ? lead & 0x0FU : size == 2 ? lead & 0x1FU : lead;
    for (std::size_t i = 1; i < size && at + i < text.size(); ++i)
      point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    columns += std::any_of(wide.begin(), wide.end(),
                           [point](const Range& one) { return point >= one.first && point <= one.last; })
                   ? 2
                   : 1;
    at += size;
  }
  return columns;
}

std::string to_text(const ShownLag& lag) {
  std::string out = lag.at_least ? "≥ " : "";
  out += std::to_string(lag.entries);
  if (lag.entries > 0) out += ", " + age(lag.oldest_ms);
  return out;
}

std::vector<std::string> screen_lines(const ScreenView& view) {
  std::vector<std::string> lines;
  lines.push_back(std::string{bold} + " Redress " + std::string{normal} + clock_text(view.elapsed_ms) +
                  "    登记 registered " + std::to_string(view.registered) + "    处理决定 disposed " +
                  std::to_string(view.disposed) + "    Ctrl-C: 结束 stop");
  lines.emplace_back();
  const auto heading = [&](const char* site, const char* line, const char* up, const char* down, const char* heard,
                           const char* lag) {
    lines.push_back(std::string{dim} + padded(site, site_columns) + padded(line, line_columns) +
                    padded(up, lag_columns) + padded(down, lag_columns) + padded(heard, heard_columns) + lag +
                    std::string{normal});
  };
  heading("机构", "线路", "上行滞后, 最早", "下行滞后, 最早", "最近联系", "滞后曲线");
  heading("site", "line", "to head office", "to the branch", "heard", "lag over time");
  for (const ShownSite& site : view.sites) lines.push_back(row(site));
  lines.emplace_back();
  for (const std::string& one : view.news) lines.push_back("  " + one);
  if (!view.paste.empty()) {
    lines.emplace_back();
    lines.push_back(std::string{bold} + " 在另一个终端试试 / in another terminal:" + std::string{normal});
    for (const std::string& one : view.paste) lines.push_back("  " + one);
  }
  return lines;
}

std::string plain_line(const ScreenView& view) {
  std::string out = clock_text(view.elapsed_ms) + " registered " + std::to_string(view.registered) + " disposed " +
                    std::to_string(view.disposed);
  for (const ShownSite& site : view.sites) {
    out += " | " + std::to_string(site.site.value()) +
           (site.is_cut  ? " cut"
            : site.is_up ? " up"
                         : " down") +
           " ↑ " + to_text(site.up) + " ↓ " + to_text(site.down);
  }
  return out;
}

Terminal::Terminal(std::ostream& to) : to_{to} { to_ << "\x1b[?1049h\x1b[?25l\x1b[2J" << std::flush; }

Terminal::~Terminal() { to_ << "\x1b[?25h\x1b[?1049l" << std::flush; }

void Terminal::draw(const std::vector<std::string>& lines) {
  // A line that is too long is cut by the terminal and not wrapped, so that the rows stay where they are.
  std::string frame = "\x1b[H\x1b[?7l";
  for (const std::string& line : lines) frame += line + "\x1b[K\r\n";
  to_ << frame << "\x1b[J\x1b[?7h" << std::flush;
}

}  // namespace redress::demo
