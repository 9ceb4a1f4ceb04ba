#include "store/catalogue.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

namespace redress::store {
namespace {

constexpr casework::Actor clerk{SiteId{3}, StaffId{9}};

CaseId id_of(std::uint64_t number) {
  Writer out;
  out.u64(number);
  out.u64(number * 7);
  return *fixed_from<CaseId>(out.bytes());
}

// A catalogue and a plain list of the same, to judge it by.
struct Both {
  void put(const Summary& summary) {
    catalogue.put(summary);
    plain[summary.id] = summary;
  }
  [[nodiscard]] std::vector<CaseId> expected(const Wanted& wanted, Sorted sorted) const {
    std::vector<std::pair<std::uint32_t, CaseId>> rows;
    for (const auto& [id, one] : plain) {
      if (!is_wanted(one, wanted) || (sorted == Sorted::due && !one.due)) continue;
      rows.emplace_back(sorted == Sorted::due ? static_cast<std::uint32_t>(one.due->value() / 1000) : 0, id);
    }
    if (sorted == Sorted::due) {
      std::sort(rows.begin(), rows.end());
    } else {
      std::reverse(rows.begin(), rows.end());
    }
    std::vector<CaseId> out;
    for (const auto& [due, id] : rows) out.push_back(id);
    return out;
  }
  // All pages.
  [[nodiscard]] std::vector<CaseId> listed(const Wanted& wanted, Sorted sorted, std::size_t page) const {
    std::vector<CaseId> out;
    for (ListMark after;;) {
      const auto some = catalogue.list(wanted, sorted, after, page);
      REQUIRE(some.size() <= page);
      for (const Listed& one : some) out.push_back(one.id);
      if (some.empty()) return out;
      after = some.back().mark;
    }
  }

  Catalogue catalogue;
  std::map<CaseId, Summary> plain;
};

Summary drawn(std::mt19937& random, std::uint64_t number) {
  Summary out;
  out.id = id_of(number);
  out.state = Kind{static_cast<std::uint16_t>(1 + random() % 4)};
  out.handler = SiteId{static_cast<std::uint32_t>(1 + random() % 5)};
  out.registrar = SiteId{static_cast<std::uint32_t>(1 + random() % 3)};
  out.channel = std::vector<std::string>{"", "电话", "web", "branch"}[random() % 4];
  if (random() % 3 != 0) out.due = WallTime{(1'795'000'000 + static_cast<std::int64_t>(random() % 500)) * 1000};
  if (random() % 7 == 0) out.accused.push_back(clerk);
  if (random() % 4 == 0) out.prompt = WallTime{1'795'000'000'500 + static_cast<std::int64_t>(random() % 500) * 1000};
  return out;
}

// None ends within a second in which something is due: whoever opens the row decides that.
std::vector<Wanted> every_question() {
  std::vector<Wanted> out(1);
  const auto more = [&](const auto& change) {
    out.emplace_back();
    change(out.back());
  };
  more([](Wanted& one) { one.state = Kind{2}; });
  more([](Wanted& one) { one.handler = SiteId{4}; });
  more([](Wanted& one) { one.registrar = SiteId{2}; });
  more([](Wanted& one) { one.channel = "电话"; });
  more([](Wanted& one) { one.channel = ""; });
  more([](Wanted& one) { one.channel = "never heard"; });
  more([](Wanted& one) { one.due_before = WallTime{1'795'000'250'500}; });
  more([](Wanted& one) { one.hides = clerk; });
  more([](Wanted& one) { one = {Kind{1}, SiteId{1}, SiteId{1}, "web", WallTime{1'795'000'400'500}, clerk}; });
  return out;
}

}  // namespace

TEST_CASE("Catalogue: names the cases whose time to be spoken of has come, the earliest first") {
  std::mt19937 random{20'261'130};
  Both both;
  for (int i = 0; i < 4'000; ++i) both.put(drawn(random, random() % 3'000));
  const WallTime now{1'795'000'250'499};
  std::vector<std::pair<std::int64_t, CaseId>> expected;
  for (const auto& [id, one] : both.plain) {
    // A row has whole seconds: what comes within this one is named already.
    if (one.prompt && one.prompt->value() / 1000 <= now.value() / 1000)
      expected.emplace_back(one.prompt->value() / 1000, id);
  }
  std::sort(expected.begin(), expected.end());
  REQUIRE(expected.size() > 100);
  std::vector<CaseId> named;
  for (std::size_t before = SIZE_MAX; named.size() != before;) {
    before = named.size();
    const auto some = both.catalogue.prompted(now, 37);
    REQUIRE(some.size() <= 37);
    for (const Prompted& one : some) {
      named.push_back(one.id);
      both.catalogue.put_off(one, WallTime{now.value() + 3'600'000});
    }
  }
  REQUIRE(named.size() == expected.size());
  for (std::size_t i = 0; i < named.size(); ++i) CHECK(named[i] == expected[i].second);
}

TEST_CASE("Catalogue: what is put off is named again when its time comes, when it grows, or when the clock went back") {
  std::mt19937 random{20'261'131};
  Catalogue catalogue;
  Summary summary = drawn(random, 7);
  const WallTime now{1'795'000'250'499};
  summary.prompt = WallTime{now.value() - 1'000};
  summary.entries = 3;
  catalogue.put(summary);
  const auto named = catalogue.prompted(now, 10);
  REQUIRE(named.size() == 1);
  CHECK(named[0].entries == 3);
  catalogue.put_off({summary.id, 2}, WallTime{now.value() + 60'000});  // as it was before
  CHECK(catalogue.prompted(now, 10).size() == 1);
  catalogue.put_off(named[0], WallTime{now.value() + 60'000});
  CHECK(catalogue.prompted(now, 10).empty());
  CHECK(catalogue.prompted(WallTime{now.value() + 59'000}, 10).empty());
  CHECK(catalogue.prompted(WallTime{now.value() + 61'000}, 10).size() == 1);
  CHECK(catalogue.prompted(WallTime{now.value() - 1'000}, 10).empty());
  summary.prompt = WallTime{now.value() - 8'000'000};
  catalogue.put(summary);
  catalogue.put_off(named[0], WallTime{now.value() + 60'000});
  CHECK(catalogue.prompted(WallTime{now.value() - 7'200'000}, 10).size() == 1);
  catalogue.put_off(named[0], WallTime{now.value() + 60'000});
  summary.entries = 4;
  catalogue.put(summary);
  CHECK(catalogue.prompted(now, 10).size() == 1);
}

TEST_CASE("Catalogue: lists and counts what a plain list does, in whatever order cases come and change") {
  std::mt19937 random{20'261'129};
  Both both;
  // In order, then in between, then again with other words.
  for (std::uint64_t i = 0; i < 3'000; ++i) both.put(drawn(random, 10'000 + 4 * i));
  for (int i = 0; i < 2'500; ++i) both.put(drawn(random, 9'000 + random() % 14'000));
  CHECK(both.catalogue.size() == both.plain.size());
  for (const Wanted& wanted : every_question()) {
    for (const Sorted sorted : {Sorted::newest, Sorted::due}) {
      const auto expected = both.expected(wanted, sorted);
      CHECK(both.listed(wanted, sorted, 7'000) == expected);
      CHECK(both.listed(wanted, sorted, 37) == expected);
    }
    const Counts counts = both.catalogue.count(wanted, WallTime{1'795'000'100'500});
    Counts plain;
    for (const auto& [id, one] : both.plain) {
      if (!is_wanted(one, wanted)) continue;
      ++plain.cases;
      plain.due += one.due ? 1U : 0U;
      plain.late += one.due && *one.due <= WallTime{1'795'000'100'500} ? 1U : 0U;
      ++plain.states[one.state.value()];
      ++plain.handlers[one.handler.value()];
      ++plain.channels[one.channel];
    }
    CHECK(counts.cases == plain.cases);
    CHECK(counts.late == plain.late);
    CHECK(counts.due == plain.due);
    CHECK(counts.states == plain.states);
    CHECK(counts.handlers == plain.handlers);
    CHECK(counts.channels == plain.channels);
    CHECK(counts.other_channels == 0);
  }
  Catalogue other;
  other.take(both.catalogue);
  CHECK(both.catalogue.list({}, Sorted::newest, {}, 10).empty());
  CHECK(both.catalogue.size() == 0);
  CHECK(other.size() == both.plain.size());
}

TEST_CASE("Catalogue: who is not complained of any more sees the case again") {
  Catalogue catalogue;
  Summary one;
  one.id = id_of(1);
  one.accused = {clerk};
  Wanted wanted;
  wanted.hides = clerk;
  catalogue.put(one);
  CHECK(catalogue.list(wanted, Sorted::newest, {}, 10).empty());
  CHECK(catalogue.count(wanted, WallTime{1}).cases == 0);
  one.accused.clear();
  catalogue.put(one);
  CHECK(catalogue.list(wanted, Sorted::newest, {}, 10).size() == 1);
}

TEST_CASE("Catalogue: channels without end are counted together, and none is missed") {
  Catalogue catalogue;
  Summary one;
  for (std::uint64_t i = 0; i < Catalogue::channels_max + 100; ++i) {
    one.id = id_of(i);
    one.channel = "channel " + std::to_string(i);
    catalogue.put(one);
  }
  one.id = id_of(1'000'000);
  one.channel = std::string(Catalogue::channel_bytes_max + 1, 'x');
  catalogue.put(one);
  const Counts counts = catalogue.count({}, WallTime{1});
  CHECK(counts.cases == Catalogue::channels_max + 101);
  CHECK(counts.channels.size() + counts.other_channels == counts.cases);
  CHECK(counts.other_channels > 100);
  Wanted wanted;
  wanted.channel = one.channel;
  const auto some = catalogue.list(wanted, Sorted::newest, {}, 1);
  REQUIRE(some.size() == 1);
  CHECK(some.front().id == one.id);
  wanted.channel = "channel 7";
  CHECK(catalogue.list(wanted, Sorted::newest, {}, 10).size() == 1);
}

}  // namespace redress::store
