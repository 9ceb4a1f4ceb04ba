// The calendars and profiles that this version ships: the files of protocol/rules/data, taken into the program.
#pragma once

#include <span>
#include <string_view>

#include "protocol/rules/calendar.h"
#include "protocol/rules/profile.h"

namespace redress::rules {

struct ShippedFile {
  std::string_view name;
  std::string_view text;
};

// In the order of protocol/CMakeLists.txt: what is inherited stands before what inherits it.
[[nodiscard]] std::span<const ShippedFile> shipped_files();

[[nodiscard]] Calendars shipped_calendars();
[[nodiscard]] Profiles shipped_profiles();

}  // namespace redress::rules
