// A day at a bank as a table: what is complained of, who does what about it and when, and how each complaint stands in
// the evening.
//
// Values; pure. Views into the program's own text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/base/ids.h"

namespace redress::demo {

// A primary branch and its two outlets, as sites_for(3) numbers them; the line of the far outlet is cut at noon.
inline constexpr SiteId primary_branch{10};
inline constexpr SiteId near_outlet{11};
inline constexpr SiteId far_outlet{12};
inline constexpr std::size_t day_branches = 3;
inline constexpr std::size_t far_outlet_index = 2;

enum class Part { morning, cut, evening };

struct DayField {
  std::string_view name;
  // "@now", or "@+N": N days from now; else as it stands.
  std::string_view value;
};

struct DayAct {
  Part part = Part::morning;
  SiteId site;
  std::string_view kind;  // empty: registers
  std::vector<DayField> fields = {};
  std::string_view refused_by = {};  // the tag of the rule that must refuse it; empty: it must be taken
};

// A date that must come out: `clock` names a member of a clock's answer, which must be what the first act of `kind`
// said in `field`.
struct DayDate {
  std::string_view limit;
  SiteId unit;  // of a hop; else nobody
  std::string_view clock;
  std::string_view kind;
  std::string_view field;
};

struct Story {
  std::string_view zh;
  std::string_view en;
  std::vector<DayAct> acts = {};                  // in the order in which they happen; the first registers
  std::vector<SiteId> standing = {};              // who holds the case in the end; nobody else may
  std::string_view state = {};                    // kind whose name is the case's state
  SiteId handler = {};                            // in the end
  std::vector<std::string_view> open = {};        // matters
  std::vector<std::string_view> superseded = {};  // kinds: shown to their author as lost
  std::vector<DayDate> dates = {};
  SiteId shut_out = {};  // holds the case and may not read it: its clerk is complained of
};

[[nodiscard]] const std::vector<Story>& stories_of_the_day();

// Did `reader` see what `writer` did, though the line was cut when it was done?
[[nodiscard]] constexpr bool across_the_cut(SiteId reader, SiteId writer) noexcept {
  return (reader == far_outlet) != (writer == far_outlet);
}

}  // namespace redress::demo
