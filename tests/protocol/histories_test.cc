// The fold over random histories: the same case in whatever order its entries came, the verdicts that a slow reference
// gives, and its speed.
//
// REDRESS_INTERLEAVINGS: how many orders of arrival to try (100,000 before a release; fewer in CI).
#include "tests/protocol/histories.h"

#include <cstdlib>
#include <ctime>

namespace redress::casework {
namespace {

constexpr std::size_t events_a_site = 200;

std::size_t interleavings() {
  const char* asked = std::getenv("REDRESS_INTERLEAVINGS");
  return asked == nullptr ? 300 : std::stoul(asked);
}

// A digest of all that a view says, by identities, so that it does not depend on where entries stand.
class Fingerprint {
 public:
  Fingerprint(const CaseView& view, const std::vector<Told>& entries) : entries_{entries} {
    add(static_cast<std::uint64_t>(view.state.status));
    add(view.state.registrar.value());
    add(view.state.handler.value());
    for (const SiteId site : view.state.supervisors) add(site.value());
    for (const SiteId site : view.state.assistants) add(site.value());
    for (const Actor& actor : view.state.accused) add(actor);
    for (const SiteId site : view.state.accused_sites) add(site.value());
    for (const auto& at : {view.state.opened, view.state.moved, view.state.started, view.state.disposed,
                           view.state.replied, view.state.called_back, view.state.ended, view.state.resumed}) {
      add_entry(at);
    }
    for (const MatterState& matter : view.state.matters) {
      add(matter.standing);
      add_entry(matter.latest);
      add(matter.raised_by);
    }
    for (const Line& line : view.timeline) {
      add_entry(line.told);
      add(static_cast<std::uint64_t>(line.verdict));
      for (const char c : line.rule) add(static_cast<std::uint64_t>(c));
      add_entry(line.by);
    }
    for (const Cause& head : view.heads) add(Reader{head.bytes}.u64());
    add(view.label == nullptr ? 0 : view.label->kind.value());
  }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  void add(std::uint64_t word) { value_ = (value_ ^ word) * 0x100000001B3ULL + (value_ >> 29); }
  void add(const Actor& actor) { add(std::uint64_t{actor.site.value()} << 32 | actor.staff.value()); }
  void add_entry(const std::optional<std::size_t>& at) {
    add(at ? Reader{entries_[*at].identity.bytes}.u64() : std::uint64_t{1});
  }

  const std::vector<Told>& entries_;
  std::uint64_t value_ = 14695981039346656037ULL;
};

std::uint64_t fingerprint(const std::vector<Told>& entries) {
  return Fingerprint{fold(shipped(), entries), entries}.value();
}

// The entry's ancestors, by following what it names and what stands before it in its journal.
std::vector<Told> ancestors_of(const std::vector<Told>& entries, std::size_t at) {
  std::vector<bool> taken(entries.size());
  std::vector<std::size_t> open{at};
  while (!open.empty()) {
    const journal::Header& header = entries[open.back()].header;
    open.pop_back();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const journal::Place& place = entries[i].header.place;
      const auto& after = header.what.after;
      const bool before = place.site == header.place.site && place.seq < header.place.seq;
      const bool named = std::find(after.begin(), after.end(), journal::cause_of(entries[i].identity)) != after.end();
      if (taken[i] || !(before || named)) continue;
      taken[i] = true;
      open.push_back(i);
    }
  }
  std::vector<Told> out;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (taken[i]) out.push_back(entries[i]);
  }
  return out;
}

}  // namespace

TEST_CASE("Histories: three sites of 200 events show the same case, in whatever order the entries came") {
  const std::size_t rounds = interleavings();
  const std::size_t histories = std::max<std::size_t>(3, rounds / 5'000);
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    Histories random{seed};
    const std::vector<Told> told = random.three_sites(events_a_site);
    REQUIRE(told.size() == 3 * events_a_site);
    const std::uint64_t expected = fingerprint(told);
    INFO("seed " << seed);
    std::vector<Told> arrived = told;
    for (std::size_t round = 0; round < rounds / histories; ++round) {
      random.shuffle(arrived);
      if (round % 2 == 0) {
        REQUIRE(fingerprint(arrived) == expected);
        continue;
      }
      // Two sites that both hold only some of them.
      std::vector<Told> some{arrived.begin(), arrived.begin() + static_cast<std::ptrdiff_t>(random.index(told.size()))};
      const std::uint64_t here = fingerprint(some);
      random.shuffle(some);
      REQUIRE(fingerprint(some) == here);
    }
  }
}

TEST_CASE("Histories: a chain that is gone on with is the case folded anew") {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Histories random{seed};
    const std::vector<Told> told = random.one_after_another(80);
    const std::span<const Told> all{told};
    CaseView view = fold(shipped(), all.first(1));
    for (std::size_t count = 1; count < told.size();) {
      count = std::min(told.size(), count + random.index(4));
      INFO("seed " << seed << " entries " << count);
      REQUIRE(extend(shipped(), view, all.first(count)));
      const CaseView anew = fold(shipped(), all.first(count));
      REQUIRE(Fingerprint{view, told}.value() == Fingerprint{anew, told}.value());
      REQUIRE((view.number == anew.number && view.newer == anew.newer && view.chain && anew.chain));
    }
    refused += static_cast<std::size_t>(std::count_if(
        view.timeline.begin(), view.timeline.end(), [](const Line& line) { return line.verdict == Verdict::refused; }));
  }
  CHECK(refused > 100);
}

TEST_CASE("Histories: what does not rest on all that is known does not go on as a chain") {
  std::size_t chains = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Histories random{seed};
    std::vector<Told> told = random.three_sites(8);
    if (seed % 2 == 0) random.shuffle(told);
    const std::span<const Told> all{told};
    for (std::size_t count = 1; count < told.size(); ++count) {
      CaseView view = fold(shipped(), all.first(count));
      const std::uint64_t before = Fingerprint{view, told}.value();
      const bool goes_on = extend(shipped(), view, all.first(count + 1));
      const std::uint64_t now = Fingerprint{view, told}.value();
      INFO("seed " << seed << " entries " << count);
      REQUIRE(now == (goes_on ? Fingerprint{fold(shipped(), all.first(count + 1)), told}.value() : before));
      chains += goes_on ? 1 : 0;
    }
  }
  CHECK(chains > 10);
}

TEST_CASE("Histories: a chain with an entry of a journal out of its turn, or twice, is none") {
  std::vector<Told> told = Histories{1}.one_after_another(6);
  for (Told& one : told) one.header.place = {outlet, Epoch{1}, Seq{10}, {}};
  for (std::size_t i = 0; i < told.size(); ++i) told[i].header.place.seq = Seq{i + 1};
  REQUIRE(fold(shipped(), told).chain);
  told[4].header.place.seq = Seq{3};
  CHECK_FALSE(fold(shipped(), told).chain);
  CaseView view = fold(shipped(), std::span<const Told>{told}.first(4));
  CHECK(view.chain);
  CHECK_FALSE(extend(shipped(), view, told));
  told[4] = told[3];
  CHECK_FALSE(extend(shipped(), view, told));
  CHECK(view.timeline.size() == 4);
}

TEST_CASE("Histories: they are not all alike: acts stand, are refused and are superseded, and cases end and go on") {
  std::size_t stands = 0;
  std::size_t refused = 0;
  std::size_t superseded = 0;
  std::set<Kind> standing_kinds;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<Told> told = Histories{seed}.three_sites(40);
    for (const Line& line : fold(shipped(), told).timeline) {
      stands += line.verdict == Verdict::stands ? 1 : 0;
      refused += line.verdict == Verdict::refused ? 1 : 0;
      superseded += line.verdict == Verdict::superseded ? 1 : 0;
      if (line.verdict == Verdict::stands) standing_kinds.insert(told[line.told].header.what.kind);
    }
  }
  CHECK(stands > 400);
  CHECK(refused > 200);
  CHECK(superseded > 20);
  CHECK(standing_kinds.size() > shipped().rows().size() * 3 / 4);
}

TEST_CASE("Histories: an act is refused exactly if the rules refuse it on what its author knew") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const std::vector<Told> told = Histories{seed}.three_sites(25);
    const CaseView view = fold(shipped(), told);
    for (const Line& line : view.timeline) {
      const Told& act = told[line.told];
      const CaseView known = fold(shipped(), ancestors_of(told, line.told));
      const Actor actor{act.header.what.author, act.header.what.staff};
      const auto no = objection(known, *shipped().find(act.header.what.kind), actor, &*act.event);
      INFO("seed " << seed << " " << shipped().find(act.header.what.kind)->name);
      REQUIRE((line.verdict == Verdict::refused) == no.has_value());
      if (no) REQUIRE(line.rule == no->what);
      REQUIRE((line.verdict == Verdict::superseded) == line.by.has_value());
    }
  }
}

TEST_CASE("Histories: an event folds in at most five microseconds", "[speed]") {
  const std::vector<Told> told = Histories{7}.three_sites(events_a_site);
  double best = 1e9;
  for (int round = 0; round < 30; ++round) {
    const std::clock_t begin = std::clock();
    const CaseView view = fold(shipped(), told);
    const std::clock_t end = std::clock();
    REQUIRE(view.timeline.size() == told.size());
    best = std::min(best, 1e6 * static_cast<double>(end - begin) / CLOCKS_PER_SEC / static_cast<double>(told.size()));
  }
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(best <= 5.0);
#else
  CHECK(best > 0.0);
#endif
}

}  // namespace redress::casework
