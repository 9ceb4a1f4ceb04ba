#include "tests/sim/drill.h"

#include <algorithm>
#include <array>

#include "tests/sim/drill_bench.h"

namespace redress::sim {
namespace {

using sync::Happening;
using Image = MemoryTruth::Image;

constexpr std::int64_t stays_off = -1;
const std::vector<std::size_t> everybody{0, 1, 2, 3};

SiteId site_of(Bench& bench, std::size_t machine) { return bench.world.machine(machine).site; }

std::size_t some(Bench& bench, std::int64_t low, std::int64_t high) {
  return static_cast<std::size_t>(bench.dice.between(low, high));
}

// Head office was put back: it finds out, goes on in a new epoch, and says so.
void want_recovery(Bench& bench, Epoch before) {
  bench.want(bench.saw(0, Happening::recovering), "head office does not notice that it is an old image");
  bench.want(bench.world.centre().store->epoch() != before, "head office goes on in its old epoch");
  const auto alarms = bench.world.centre().store->alarms();
  const bool told = std::any_of(alarms.begin(), alarms.end(),
                                [](const store::Alarm& alarm) { return alarm.code == Code::recovering; });
  bench.want(told, "no alarm says that head office recovers");
}

// A branch was put back or copied: it goes on in an epoch of its own, and people at both ends are told.
void want_renewal(Bench& bench, std::size_t machine, Epoch before) {
  bench.want(bench.saw(machine, Happening::renewed), "the branch does not notice that it is an old image");
  bench.want(bench.world.machine(machine).store->epoch() != before, "the branch goes on in its old epoch");
  const SiteId site = site_of(bench, machine);
  const bool told = bench.has_alarm(machine, Code::old_image, site) || bench.has_alarm(machine, Code::fork, site);
  bench.want(told, "the branch tells nobody that it was put back");
  bench.want(bench.has_alarm(0, Code::fork, site), "head office tells nobody that the branch was put back");
}

Epoch epoch_at(Bench& bench, std::size_t machine) { return bench.world.machine(machine).store->epoch(); }

// The image ends where the journal ends; only the link token is older.
void equal_head(Bench& bench) {
  bench.history(some(bench, 2, 8), everybody);
  bench.level();
  Image image = bench.image_of(1);
  const Epoch before = epoch_at(bench, 1);
  const journal::Mark head = *bench.world.machine(1).store->mark_of(bench.world.machine(1).store->journal());
  bench.world.network().reset(bench.world.now(), 1);
  bench.pass(60'000, 120'000);
  bench.level();
  const store::Site& now = *bench.world.machine(1).store;
  bench.want(*now.mark_of(now.journal()) == head, "the heads are not equal: the drill is no drill");
  const bool offline = bench.dice.chance(500);
  if (offline) bench.cut(1, true);
  bench.put_back(1, std::move(image), 1'000);
  bench.pass(2'000);
  for (std::size_t i = some(bench, 0, 3); offline && i > 0; --i) static_cast<void>(bench.register_case(1));
  bench.finish();
  want_renewal(bench, 1, before);
}

void both_clones(Bench& bench) {
  bench.history(some(bench, 2, 8), everybody);
  bench.level();
  const Epoch before = epoch_at(bench, 1);
  const CaseId shared = bench.cases.front();
  Machine& copy = bench.world.clone(bench.world.machine(1));
  bench.judge.on_shaken(copy.site);
  bench.judge.on_new_machine(copy);
  bench.world.start(copy);
  bench.cut(1, true);
  bench.cut(copy.index, true);
  for (const std::size_t machine : {std::size_t{1}, copy.index}) {
    for (std::size_t i = some(bench, 1, 4); i > 0; --i) static_cast<void>(bench.register_case(machine));
    static_cast<void>(bench.act(machine, shared, "replied"));
  }
  const bool first = bench.dice.chance(500);
  bench.cut(first ? 1 : copy.index, false);
  bench.pass(0, 90'000);
  bench.finish();
  const bool original_moved = epoch_at(bench, 1) != before;
  bench.want(original_moved || copy.store->epoch() != before, "neither copy goes on in an epoch of its own");
  bench.want(epoch_at(bench, 1) != copy.store->epoch(), "both copies write in one epoch");
  bench.want(bench.saw(0, Happening::cloned), "head office does not notice that two stores of a site live");
  bench.want(bench.has_alarm(0, Code::fork, copy.site), "head office tells nobody");
}

// Head office and a branch fall back to backups of different days; a third site has what was written since.
void both_put_back(Bench& bench) {
  bench.history(some(bench, 2, 6), everybody);
  bench.level();
  const bool branch_first = bench.dice.chance(500);
  Image first = bench.image_of(branch_first ? 1 : 0);
  bench.history(some(bench, 0, 4), everybody);
  bench.level();
  Image second = bench.image_of(branch_first ? 0 : 1);
  static_cast<void>(bench.register_case(1));
  bench.history(some(bench, 2, 6), everybody);
  bench.level();
  bench.share_all(2);
  bench.level();
  bench.cut_all(true);
  const Epoch office = epoch_at(bench, 0);
  bench.put_back(1, branch_first ? std::move(first) : std::move(second), 1'000);
  bench.put_back(0, branch_first ? std::move(second) : std::move(first), 1'000);
  bench.pass(3'000);
  for (std::size_t i = some(bench, 0, 3); i > 0; --i) static_cast<void>(bench.register_case(1));
  bench.finish();
  want_recovery(bench, office);
}

void unannounced(Bench& bench) {
  bench.history(some(bench, 2, 8), everybody);
  bench.level();
  Image image = bench.image_of(0);
  const auto opened = bench.register_case(1 + bench.dice.index(Bench::branches));
  bench.history(some(bench, 1, 8), everybody);
  bench.level();
  if (opened) static_cast<void>(bench.act(0, opened->case_id, "disposed"));
  bench.level();
  const Epoch before = epoch_at(bench, 0);
  const bool apart = bench.dice.chance(500);
  if (apart) bench.cut_all(true);
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 60'000));
  bench.pass(70'000);
  // It decides on its old image before anybody shows it.
  if (apart) bench.history(some(bench, 0, 3), {0});
  bench.finish();
  want_recovery(bench, before);
}

void enrolled_after(Bench& bench) {
  bench.history(some(bench, 2, 6), everybody);
  bench.level();
  Image image = bench.image_of(0);
  ++bench.setting.branches;
  Machine& fresh = bench.world.join(head_office);
  bench.judge.on_new_machine(fresh);
  bench.world.start(fresh);
  bench.pass(5'000);
  for (std::size_t i = some(bench, 1, 4); i > 0; --i) static_cast<void>(bench.register_case(fresh.index));
  bench.history(some(bench, 0, 4), everybody);
  bench.level();
  const Epoch before = epoch_at(bench, 0);
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 60'000));
  bench.pass(10'000, 90'000);
  bench.finish();
  static_cast<void>(bench.register_case(fresh.index));
  bench.level();
  want_recovery(bench, before);
  bench.want(!bench.saw(fresh.index, Happening::renewed), "the new site is taken for a copy");
}

void revoked_after(Bench& bench) {
  bench.history(some(bench, 2, 6), everybody);
  bench.level();
  Image image = bench.image_of(0);
  bench.history(some(bench, 1, 4), everybody);
  const auto opened = bench.register_case(1);
  bench.level();
  bench.share_all(2);
  bench.level();
  Machine& gone = bench.world.machine(1);
  bench.want(bench.world.revoke(gone.site), "it cannot be revoked");
  bench.left.insert(gone.index);
  bench.judge.on_left(gone);
  bench.pass(1'000, 30'000);
  const auto unsent = bench.register_case(1);
  const Epoch before = epoch_at(bench, 0);
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 30'000));
  bench.pass(60'000, 180'000);
  bench.finish();
  want_recovery(bench, before);
  const auto at_centre = [&](const std::optional<store::Appended>& told) {
    return told && bench.world.centre().desk->file_of(told->case_id).has_value();
  };
  bench.want(at_centre(opened), "what the revoked site had sent is not back");
  bench.want(unsent && !at_centre(unsent), "the revoked site got in again");
  const auto& trouble = gone.agent->view(bench.world.now()).trouble;
  bench.want(trouble && trouble->code == Code::unknown_site, "the revoked site is not told that it is out");
  bench.want(bench.world.centre().store->unheard().empty(), "head office waits for a site that was revoked");
}

// The author begins with an empty disk while head office is the old one.
void third_only(Bench& bench) {
  bench.history(some(bench, 2, 6), everybody);
  bench.level();
  Image image = bench.image_of(0);
  const auto opened = bench.register_case(1);
  bench.history(some(bench, 1, 5), everybody);
  bench.level();
  bench.share_all(2);
  bench.level();
  const Epoch before = epoch_at(bench, 0);
  bench.cut(1, true);
  bench.put_back(1, {}, bench.dice.between(1'000, 60'000));
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 60'000));
  bench.pass(180'000, 300'000);
  const auto file = opened ? bench.world.centre().desk->file_of(opened->case_id) : std::nullopt;
  bench.want(file.has_value(), "head office does not get the entry from the third site alone");
  bench.finish();
  want_recovery(bench, before);
  bench.want(bench.world.machine(1).desk->file_of(opened->case_id).has_value(), "its author does not get it back");
}

// The keys of its cases came from the registrar; while it is away head office must be able to read what others return.
void registrar_absent(Bench& bench) {
  bench.history(some(bench, 2, 6), everybody);
  bench.level();
  Image image = bench.image_of(0);
  const auto opened = bench.register_case(1);
  bench.level();
  bench.share_all(2);
  bench.level();
  if (opened) static_cast<void>(bench.act(2, opened->case_id, "started"));
  bench.history(some(bench, 0, 4), {0, 2});
  bench.level();
  const Epoch before = epoch_at(bench, 0);
  Machine& away = bench.world.machine(1);
  bench.world.crash(away, stays_off);
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 60'000));
  bench.pass(180'000, 300'000);
  const auto file = opened ? bench.world.centre().desk->file_of(opened->case_id) : std::nullopt;
  const bool readable = file && std::all_of(file->told.begin(), file->told.end(),
                                            [](const casework::Told& told) { return told.event.has_value(); });
  bench.want(readable && file->told.size() >= 3, "head office cannot read the case without its registrar");
  if (bench.dice.chance(400)) {
    bench.want(bench.world.revoke(away.site), "it cannot be revoked");
    bench.left.insert(away.index);
    bench.judge.on_left(away);
  }
  bench.finish();
  want_recovery(bench, before);
}

// Its feed ends below the place where head office fell back to: it finishes the old feed first.
void reader_behind(Bench& bench) {
  bench.history(some(bench, 1, 4), everybody);
  bench.level();
  bench.cut(2, true);
  const CaseId waiting = bench.cases[1];  // branch 2's own
  for (std::size_t i = some(bench, 1, 3); i > 0; --i) static_cast<void>(bench.act(0, waiting, "replied"));
  Image image = bench.image_of(0);
  const Seq held = bench.feed_at(2, bench.image_of(2));
  bench.want(held < bench.feed_at(2, image), "the reader is not behind k: the drill is no drill");
  const auto opened = bench.register_case(1);
  bench.pass(20'000);
  if (opened) static_cast<void>(bench.act(0, opened->case_id, "disposed"));
  bench.pass(120'000);
  const Epoch before = epoch_at(bench, 0);
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 60'000));
  bench.pass(1'000, 180'000);
  bench.cut(2, false);
  bench.finish();
  want_recovery(bench, before);
}

// Its feed goes on above that place: what it holds there is returned.
void reader_beyond(Bench& bench) {
  bench.history(some(bench, 1, 4), everybody);
  bench.level();
  Image image = bench.image_of(0);
  if (bench.dice.chance(500)) bench.cut(3, true);
  const CaseId own = bench.cases[1];  // branch 2's
  for (std::size_t i = some(bench, 1, 5); i > 0; --i) static_cast<void>(bench.act(0, own, "replied"));
  bench.pass(180'000);
  bench.want(bench.feed_at(2, bench.image_of(2)) > bench.feed_at(2, image),
             "the reader is not beyond k: the drill is no drill");
  const Epoch before = epoch_at(bench, 0);
  bench.put_back(0, std::move(image), bench.dice.between(1'000, 60'000));
  bench.pass(1'000, 180'000);
  bench.finish();
  want_recovery(bench, before);
}

struct Row {
  DrillCase what;
  void (*play)(Bench&);
};

constexpr std::array rows{
    Row{{"equal-head", "a branch wakes up as an image that ends where its journal ends"}, equal_head},
    Row{{"both-clones", "a disk is copied, and both write while they are cut off"}, both_clones},
    Row{{"both-put-back", "branch and head office are put back to backups of different days"}, both_put_back},
    Row{{"unannounced", "head office is put back, and nobody says so"}, unannounced},
    Row{{"enrolled-after", "head office is put back to a day before a site was enrolled"}, enrolled_after},
    Row{{"revoked-after", "head office is put back to a day before a site was revoked"}, revoked_after},
    Row{{"third-only", "the author's PC is gone, and only a third site holds the entry"}, third_only},
    Row{{"registrar-absent", "the site from which the case's key came is away"}, registrar_absent},
    Row{{"reader-behind", "a reader's feed ends below the place that head office fell back to"}, reader_behind},
    Row{{"reader-beyond", "a reader's feed goes on above that place"}, reader_beyond},
};

constexpr auto cases = [] {
  std::array<DrillCase, rows.size()> out{};
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = rows[i].what;
  return out;
}();

}  // namespace

std::span<const DrillCase> drill_cases() { return cases; }

Drilled drill(std::size_t which, std::uint64_t number, const std::string& folder,
              const std::function<void(const std::string&)>& line) {
  Bench bench{split(number, 100 + which).next(), folder};
  bench.world.tell = line;
  rows.at(which).play(bench);
  bench.result.broken = bench.judge.broken();
  return std::move(bench.result);
}

}  // namespace redress::sim
