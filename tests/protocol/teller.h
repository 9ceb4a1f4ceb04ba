// A case told act by act, as desks would: every act rests on all before it, by a person at a site.
#pragma once

#include <catch2/catch.hpp>

#include "protocol/base/limits.h"
#include "protocol/base/time.h"
#include "protocol/casework/case.h"
#include "protocol/rules/shipped.h"
#include "tests/sim/story.h"

namespace redress::casework {

inline const SiteId outlet{2};
inline const SiteId county{3};
inline const SiteId sister{4};
inline const SiteId stranger{9};

// Two persons a site.
inline Actor clerk_of(SiteId site) { return {site, StaffId{site.value() * 10 + 1}}; }
inline Actor chief_of(SiteId site) { return {site, StaffId{site.value() * 10 + 2}}; }

inline const Kinds& shipped() {
  static const Kinds table{shipped_kinds()};
  return table;
}

inline const rules::Calendars& calendars() {
  static const rules::Calendars all = rules::shipped_calendars();
  return all;
}

// "2026-03-02 10:00", in China.
inline WallTime at(const std::string& text) {
  const auto moment = from_rfc3339(text + ":00+08:00");
  REQUIRE(moment);
  return *moment;
}

class Teller {
 public:
  // Registered by the outlet's clerk, the county supervising.
  explicit Teller(std::vector<FieldText> fields = {}) : story_{shipped()} {
    tell(clerk_of(outlet), "registered", std::move(fields), {}, {county});
  }

  // Whatever the rules say. `after` empty: everything before.
  std::size_t tell(const Actor& by, std::string_view kind, std::vector<FieldText> fields = {},
                   std::vector<std::size_t> after = {}, std::vector<SiteId> to = {}) {
    if (after.empty()) {
      for (std::size_t i = entries().size(); i > 0 && after.size() < 1; --i) after.push_back(i - 1);
    }
    if (kind == "handed_over" || kind == "assistance_asked") {
      for (const auto& [name, value] : fields) {
        if (name == unit_field && to.empty()) to.push_back(SiteId{static_cast<std::uint32_t>(std::stoul(value))});
      }
    }
    const std::size_t told = story_.tell(by.site, kind, after, {std::move(to), 0, std::move(fields)});
    story_.entries[told].header.what.staff = by.staff;
    return told;
  }

  // What the rules say before the act, as the desk asks; empty: it may.
  [[nodiscard]] std::string refusal(const Actor& by, std::string_view kind, std::vector<FieldText> fields = {}) const {
    const KindRow* row = shipped().find(kind);
    REQUIRE(row != nullptr);
    const Event event{row->kind, std::move(fields)};
    const auto no = objection(view(), *row, by, &event);
    return no ? no->what : std::string{};
  }

  // An act that the desk and the fold allow.
  std::size_t act(const Actor& by, std::string_view kind, std::vector<FieldText> fields = {}) {
    INFO(kind << " by " << by.site.value());
    const std::string no = refusal(by, kind, fields);
    INFO(no);
    REQUIRE(no.empty());
    const std::size_t told = tell(by, kind, std::move(fields));
    REQUIRE(verdict(told) == Verdict::stands);
    return told;
  }

  // The desk refuses with this tag of a rule, and the fold with the same rule: nothing changes.
  void denied(const Actor& by, std::string_view kind, std::string_view tag, std::vector<FieldText> fields = {}) {
    const std::string no = refusal(by, kind, fields);
    INFO(kind << " by " << by.site.value() << ": " << no);
    CHECK(no.starts_with(tag));
    const std::string before = sim::portrait(shipped(), entries());
    const std::size_t told = tell(by, kind, std::move(fields));
    CHECK(verdict(told) == Verdict::refused);
    CHECK(line(told).rule == no);
    story_.entries.pop_back();
    CHECK(sim::portrait(shipped(), entries()) == before);
  }

  [[nodiscard]] CaseView view() const { return fold(shipped(), story_.entries); }
  [[nodiscard]] State state() const { return view().state; }
  [[nodiscard]] Standings standing(Matter matter) const { return state().matter(matter).standing; }
  [[nodiscard]] std::string label() const {
    const CaseView now = view();
    return now.label == nullptr ? std::string{} : std::string{now.label->name};
  }
  [[nodiscard]] Line line(std::size_t told) const {
    for (const Line& one : view().timeline) {
      if (one.told == told) return one;
    }
    FAIL("the entry is not in the timeline");
    return {told};
  }
  [[nodiscard]] Verdict verdict(std::size_t told) const { return line(told).verdict; }
  [[nodiscard]] std::vector<Told>& entries() { return story_.entries; }
  [[nodiscard]] const std::vector<Told>& entries() const { return story_.entries; }

 private:
  sim::Story story_;
};

}  // namespace redress::casework
