// What the tests of rules share: days and moments as people write them, in China's zone.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "protocol/base/time.h"
#include "protocol/rules/calendar.h"

namespace redress::rules {

inline Day day(std::string_view text) {
  const auto parsed = parse_day(text);
  REQUIRE(parsed);
  return *parsed;
}

// "2026-02-05 10:00".
inline WallTime moment(std::string_view text) {
  const auto parsed = from_rfc3339(std::string{text} + ":00+08:00");
  REQUIRE(parsed);
  return *parsed;
}

template <typename T>
std::string said(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().field + ": " + result.error().what;
}

}  // namespace redress::rules
