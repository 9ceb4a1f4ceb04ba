// What the live demonstration shows: a table of sites with their lag both ways, as text; and the terminal it is drawn
// on.
//
// ScreenView and the functions: values, pure. Terminal: a resource of one thread; the stream outlives it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "protocol/base/ids.h"

namespace redress::demo {

struct ShownLag {
  std::uint64_t entries = 0;
  bool at_least = true;  // no contact: there may be more
  std::int64_t oldest_ms = 0;
  friend bool operator==(const ShownLag&, const ShownLag&) = default;
};

struct ShownSite {
  SiteId site;
  std::string name;
  bool is_up = false;
  bool is_cut = false;
  ShownLag up;                             // towards head office
  ShownLag down;                           // from head office
  std::optional<std::int64_t> contact_ms;  // nothing: never heard
  std::deque<std::uint64_t> history;       // entries behind, both ways together, oldest first
};

struct ScreenView {
  std::int64_t elapsed_ms = 0;
  std::uint64_t registered = 0;
  std::uint64_t disposed = 0;
  std::vector<ShownSite> sites;
  std::vector<std::string> news;   // what happened, oldest first
  std::vector<std::string> paste;  // commands to try
};

inline constexpr std::size_t history_max = 40;

// One bar a value, scaled to the greatest or to 8; a dot for nothing behind.
[[nodiscard]] std::string bars(const std::deque<std::uint64_t>& values);
// Columns that a terminal needs for UTF-8 text.
[[nodiscard]] std::size_t width_of(const std::string& text);
// "≥ 12, 8 s".
[[nodiscard]] std::string to_text(const ShownLag& lag);

// The lines of the whole screen, without escape sequences but for colour.
[[nodiscard]] std::vector<std::string> screen_lines(const ScreenView& view);
// One line, for where there is no terminal.
[[nodiscard]] std::string plain_line(const ScreenView& view);

// Draws on the terminal's other screen, in place; the first screen comes back at the end.
class Terminal {
 public:
  explicit Terminal(std::ostream& to);
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal();
  void draw(const std::vector<std::string>& lines);

 private:
  std::ostream& to_;
};

}  // namespace redress::demo
