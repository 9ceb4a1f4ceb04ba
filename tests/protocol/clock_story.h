// Cases told entry by entry at stated times, and their clocks in words.
#pragma once

#include <catch2/catch.hpp>

#include "protocol/base/time.h"
#include "protocol/casework/clocks.h"
#include "protocol/rules/shipped.h"
#include "tests/sim/story.h"

// Not casework itself: tellers of other tests have the same names.
namespace redress::casework::timed {

using rules::Language;
using sim::More;
using sim::Story;

inline const SiteId outlet{2};
inline const SiteId county{3};

inline const Kinds& kinds() {
  static const Kinds table{shipped_kinds()};
  return table;
}
inline const rules::Profiles& shipped() {
  static const rules::Profiles all = rules::shipped_profiles();
  return all;
}
inline const rules::Calendars& calendars() {
  static const rules::Calendars all = rules::shipped_calendars();
  return all;
}

inline WallTime at(const std::string& text) {
  const auto moment = from_rfc3339(text + ":00+08:00");
  REQUIRE(moment);
  return *moment;
}

inline More when(const std::string& text, std::vector<SiteId> to = {}, std::vector<FieldText> fields = {}) {
  return {std::move(to), at(text).value(), std::move(fields), {}};
}

inline CaseTimes times_in(const Story& story) { return times_of(kinds(), fold(kinds(), story.entries), story.entries); }

inline std::vector<Clock> run(std::string_view profile, const CaseTimes& times) {
  Result<std::vector<Clock>> found = clocks(shipped(), profile, calendars(), times);
  REQUIRE(found.has_value());
  return *found;
}

inline std::string moment(const std::optional<WallTime>& time) {
  return time ? rules::minute_text(*time, rules::zone_of_china) : "";
}

// "row unit: began → due, what became of it", a line a clock.
inline std::string shown(const std::vector<Clock>& all) {
  std::string text;
  for (const Clock& one : all) {
    text += one.limit + (one.unit == SiteId{} ? "" : " " + std::to_string(one.unit.value())) + ": " +
            moment(one.began) + " → " + rules::due_text(one.deadline, Language::en);
    if (one.met) text += ", met " + moment(one.met);
    if (one.dropped) text += (one.moot ? ", moot " : ", dropped ") + moment(one.dropped);
    text += "\n";
  }
  return text;
}

// Registered at an outlet on the day before Spring Festival's make-up Saturday, passed to the county branch.
inline Story passed_on() {
  Story story{kinds()};
  story.tell(outlet, "registered", {},
             when("2026-02-13 10:05", {county}, {{"received_at", "2026-02-13T10:00:00+08:00"}, {"narrative", "x"}}));
  story.tell(outlet, "handed_over", {0}, when("2026-02-13 10:40", {county}, {{"unit", "3"}}));
  story.tell(county, "started", {1}, when("2026-02-13 13:30"));
  return story;
}

}  // namespace redress::casework::timed
