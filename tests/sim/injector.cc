#include "tests/sim/injector.h"

#include <algorithm>

#include "store/verify.h"

namespace redress::sim {
namespace {

constexpr std::int64_t year_ms = 365LL * 86'400'000;

}  // namespace

Injector::Injector(World& world, Judge& judge, People& people, const Setting& setting)
    : world_{world}, judge_{judge}, people_{people}, setting_{setting} {}

void Injector::begin() {
  for (const Fault& fault : setting_.faults) {
    world_.at(after_ms(world_.now(), fault.at_ms), [this, &fault] {
      if (!healed_) strike(fault);
    });
  }
}

void Injector::later(std::int64_t ms, std::function<void()> what) {
  world_.at(after_ms(world_.now(), ms), [this, what = std::move(what)] {
    if (!healed_) what();
  });
}

void Injector::strike(const Fault& fault) {
  ++injected;
  world_.marks.hit("fault " + std::string{row_of(fault.kind).name});
  if (world_.tell) world_.tell(std::to_string(world_.now().value()) + " fault " + text_of(fault));
  world_.trace.add(fault.number);
  Dice dice{fault.amount};
  switch (fault.kind) {
    case FaultKind::loss:
    case FaultKind::duplication:
    case FaultKind::reorder:
    case FaultKind::delay:
    case FaultKind::narrow:
      return set_air(fault);
    case FaultKind::clog:
    case FaultKind::cut_up:
    case FaultKind::cut_down:
    case FaultKind::cut:
    case FaultKind::flap:
    case FaultKind::reset:
      return strike_line(fault, dice);
    case FaultKind::swizzle:
    case FaultKind::cut_all:
      return strike_lines(fault, dice);
    case FaultKind::crash:
    case FaultKind::crash_before_commit:
    case FaultKind::crash_in_commit:
    case FaultKind::crash_before_send:
    case FaultKind::power_off:
      return strike_program(fault, dice);
    case FaultKind::write_fails:
    case FaultKind::disk_full:
    case FaultKind::bit_flip:
      return strike_disk(fault, dice);
    case FaultKind::clock_step:
    case FaultKind::clock_drift:
      return strike_clock(fault, dice);
    case FaultKind::revoke:
      static_cast<void>(world_.revoke(world_.machine(fault.machine).site));
      judge_.on_left(world_.machine(fault.machine));
      return;
    case FaultKind::hostile:
      return turn_hostile(world_.machine(fault.machine), dice);
    case FaultKind::restore:
    case FaultKind::restore_level:
    case FaultKind::clone:
    case FaultKind::reinstall:
    case FaultKind::roll_back:
    case FaultKind::roll_back_both:
      return strike_store(fault, dice);
  }
}

void Injector::set_air(const Fault& fault) {
  Dice dice{fault.amount};
  Network::Air& air = world_.network().air;
  if (fault.kind == FaultKind::loss) air.loss = static_cast<unsigned>(dice.spread(5, 300));
  if (fault.kind == FaultKind::duplication) air.duplicates = static_cast<unsigned>(dice.spread(5, 500));
  if (fault.kind == FaultKind::reorder) {
    air.reorders = true;
    air.jitter_ms = std::max(air.jitter_ms, dice.spread(10, 2'000));
  }
  if (fault.kind == FaultKind::delay) {
    air.delay_ms = dice.spread(1, 2'000);
    air.jitter_ms = std::max(air.jitter_ms, dice.spread(1, 2'000));
  }
  if (fault.kind == FaultKind::narrow) air.bytes_a_second = dice.spread(2'000, 64'000);
}

void Injector::cut_for(std::size_t machine, Way way, std::int64_t ms) {
  world_.network().cut(machine, way, true);
  later(ms, [this, machine, way] { world_.network().cut(machine, way, false); });
}

// Half a second to half a minute of each, in turns.
void Injector::flap(std::size_t machine, Instant until, Dice dice) {
  if (world_.now() >= until) return;
  const std::int64_t gone = dice.between(500, 30'000);
  if (dice.chance(700)) cut_for(machine, Way::up, gone);
  if (dice.chance(700)) cut_for(machine, Way::down, gone);
  later(gone + dice.between(500, 30'000), [this, machine, until, dice] { flap(machine, until, dice); });
}

void Injector::strike_line(const Fault& fault, Dice& dice) {
  const std::size_t machine = fault.machine;
  switch (fault.kind) {
    case FaultKind::clog:
      world_.network().clog(world_.now(), machine, true);
      return later(fault.lasts_ms, [this, machine] { world_.network().clog(world_.now(), machine, false); });
    case FaultKind::cut_up:
      return cut_for(machine, Way::up, fault.lasts_ms);
    case FaultKind::cut_down:
      return cut_for(machine, Way::down, fault.lasts_ms);
    case FaultKind::cut:
      cut_for(machine, Way::up, fault.lasts_ms);
      return cut_for(machine, Way::down, fault.lasts_ms);
    case FaultKind::flap:
      return flap(machine, after_ms(world_.now(), fault.lasts_ms), dice);
    default:
      return world_.network().reset(world_.now(), machine);
  }
}

void Injector::strike_lines(const Fault& fault, Dice& dice) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 1; i < world_.size(); ++i) {
    if (fault.kind == FaultKind::cut_all || dice.chance(600)) chosen.push_back(i);
  }
  if (fault.kind == FaultKind::cut_all) {
    for (const std::size_t machine : chosen) {
      cut_for(machine, Way::up, fault.lasts_ms);
      cut_for(machine, Way::down, fault.lasts_ms);
    }
    return;
  }
  // Each is stopped at an hour of its own in the first half, and let go at one of its own in the second.
  for (const std::size_t machine : chosen) {
    const std::int64_t stops = dice.between(0, fault.lasts_ms / 2);
    const std::int64_t goes = dice.between(fault.lasts_ms / 2, fault.lasts_ms);
    later(stops, [this, machine, ms = goes - stops] {
      world_.network().clog(world_.now(), machine, true);
      later(ms, [this, machine] { world_.network().clog(world_.now(), machine, false); });
    });
  }
}

void Injector::strike_program(const Fault& fault, Dice& dice) {
  Machine& machine = world_.machine(fault.machine);
  const std::size_t skip = dice.index(4);
  switch (fault.kind) {
    case FaultKind::crash_before_commit:
      judge_.expect_stop(machine);
      return machine.truth.unknown_commit(MemoryTruth::Applied::no, skip);
    case FaultKind::crash_in_commit:
      judge_.expect_stop(machine);
      return machine.truth.unknown_commit(skip % 2 == 0 ? MemoryTruth::Applied::yes : MemoryTruth::Applied::told, skip);
    case FaultKind::crash_before_send:
      if (machine.is_up()) machine.dies_after_commit = true;
      return;
    default:
      return world_.crash(machine, fault.lasts_ms);
  }
}

void Injector::fill_for(Machine& machine, std::int64_t ms, bool brim) {
  // What is used counts as 97 to 99.9 hundredths of the disk: some still fits, or only what the kept share is for.
  const std::uint64_t used = machine.truth.space().used_bytes;
  machine.truth.set_limit(used + used / (brim ? 100 : 40));
  later(ms, [&machine] { machine.truth.set_limit(disk_bytes); });
}

void Injector::strike_disk(const Fault& fault, Dice& dice) {
  Machine& machine = world_.machine(fault.machine);
  switch (fault.kind) {
    case FaultKind::write_fails:
      return machine.truth.fail_commit(dice.chance(500) ? Code::io : Code::store_full, dice.index(4));
    case FaultKind::disk_full:
      return fill_for(machine, fault.lasts_ms, fault.brim);
    default:
      return flip_bit(machine, dice);
  }
}

void Injector::turn_hostile(Machine& machine, Dice& dice) {
  for (std::size_t i = 1; i < world_.size(); ++i) {
    if (world_.machine(i).site == machine.site) world_.machine(i).hostile = true;
  }
  judge_.on_left(machine);
  judge_.on_shaken(machine.site);
  hostile_.push_back(std::make_unique<Hostile>(world_, machine, dice.next(), setting_.whole_casework));
  hostile_.back()->begin();
}

// `verify` must name what has changed; then a person puts it right.
void Injector::flip_bit(Machine& machine, Dice& dice) {
  const auto table = static_cast<store::Table>(dice.index(static_cast<std::size_t>(store::Table::cases)));
  MemoryTruth::Rows& rows = machine.truth.rows(table);
  if (rows.empty()) return;
  auto row = rows.begin();
  std::advance(row, static_cast<std::ptrdiff_t>(dice.index(rows.size())));
  const std::size_t at = dice.index(row->second.size());
  const std::byte bit{static_cast<unsigned char>(1U << dice.index(8))};
  row->second[at] ^= bit;
  const store::SigningKeysOf keys_of = [this](SiteId site) { return std::vector{world_.signing_of(site)}; };
  Dice scratch{1};
  const auto verified = store::verify(machine.truth, machine.options(), keys_of, scratch);
  if (verified && verified->errors > 0) {
    world_.marks.hit("flip named");
  } else {
    judge_.on_broken("site " + std::to_string(machine.site.value()) +
                     ": P7 a changed bit is not named: table=" + std::to_string(static_cast<int>(table)) +
                     " key=" + to_hex(row->first) + " byte=" + std::to_string(at));
  }
  row->second[at] ^= bit;
  if (!machine.is_centre() && !machine.hostile) rot(machine, dice);
}

// A bit falls over in what the branch has not sent yet, and nobody puts it right: the rest must go on without it.
void Injector::rot(Machine& machine, Dice& dice) {
  if (!machine.is_up()) return;
  std::vector<Position> unsent;
  for (const auto& [key, value] : machine.truth.rows(store::Table::places)) {
    const StreamName stream = store::stream_of(key);
    const Seq seq{store::position_of(key).value()};
    if (stream.owner == machine.site && seq > machine.store->receipted(stream))
      unsent.push_back(Position{Reader{value}.u64()});
  }
  if (unsent.empty()) return;
  const Position ledger = unsent[dice.index(unsent.size())];
  const auto shown = judge_.file_at(machine, ledger);
  Bytes& row = machine.truth.rows(store::Table::entries).at(copy_of(store::key_of(ledger)));
  row[dice.index(row.size())] ^= std::byte{1};
  judge_.on_rotten(machine, ledger, shown);
  world_.marks.hit("bit rotten");
}

void Injector::decay() {
  Dice dice = split(setting_.seed, 58);
  for (std::size_t i = 0; i < world_.size(); ++i) {
    Machine& machine = world_.machine(i);
    if (machine.is_up() && !machine.hostile && !machine.revoked) decay(machine, dice);
  }
}

void Injector::decay(Machine& machine, Dice& dice) {
  constexpr std::size_t bits_max = 3;
  std::set<Position> held;
  for (const auto& [key, row] : machine.truth.rows(store::Table::places)) {
    if (is_held_beside(machine, key, row)) held.insert(Position{Reader{row}.u64()});
  }
  const std::vector<Position> all{held.begin(), held.end()};
  std::set<Position> chosen;
  for (std::size_t i = 0; i < bits_max && !all.empty(); ++i) chosen.insert(all[dice.index(all.size())]);
  for (const Position ledger : chosen) {
    Bytes& row = machine.truth.rows(store::Table::entries).at(copy_of(store::key_of(ledger)));
    if (!store::decode_entry(world_.common().domain, row)) continue;  // it has been rotten for long
    decayed_.push_back({&machine, ledger, row});
    row[dice.index(row.size())] ^= std::byte{static_cast<unsigned char>(1U << dice.index(8))};
  }
  judge_.on_decayed();
  const store::SigningKeysOf keys_of = [this](SiteId site) { return std::vector{world_.signing_of(site)}; };
  Dice scratch{1};
  const auto verified = store::verify(machine.truth, machine.options(), keys_of, scratch);
  if (!chosen.empty() && (!verified || verified->errors == 0))
    judge_.on_broken("site " + std::to_string(machine.site.value()) + ": P7 changed bits are not named");
}

// The other end has the same at that place, whole, and this one knows that it has.
bool Injector::is_held_beside(const Machine& machine, const Bytes& place, const Bytes& row) const {
  const StreamName stream = store::stream_of(place);
  const Seq seq{store::position_of(place).value()};
  const bool journal = stream.reader == no_reader;
  if (machine.is_centre() ? !journal || stream.owner == head_office
                          : stream.owner == machine.site && machine.store->receipted(stream) < seq)
    return false;
  for (std::size_t i = 0; i < world_.size(); ++i) {
    Machine& other = world_.machine(i);
    const bool is_peer = machine.is_centre() ? other.site == stream.owner : other.is_centre();
    if (!is_peer || !other.is_up() || other.hostile || other.revoked) continue;
    const auto there = other.truth.rows(store::Table::places).find(place);
    if (there == other.truth.rows(store::Table::places).end()) continue;
    const Position ledger{Reader{there->second}.u64()};
    const bool harmed = std::any_of(decayed_.begin(), decayed_.end(),
                                    [&](const Decayed& one) { return one.machine == &other && one.ledger == ledger; });
    const bool same =
        same_bytes(ByteView{there->second}.subspan(8, Digest::size), ByteView{row}.subspan(8, Digest::size));
    const Bytes& entry = other.truth.rows(store::Table::entries).at(copy_of(store::key_of(ledger)));
    if (same && !harmed && store::decode_entry(world_.common().domain, entry)) return true;
  }
  return false;
}

void Injector::judge_decay() {
  for (const Decayed& one : decayed_) {
    if (one.machine->truth.rows(store::Table::entries).at(copy_of(store::key_of(one.ledger))) == one.whole) {
      world_.marks.hit("decay healed");
    } else {
      judge_.on_broken("site " + std::to_string(one.machine->site.value()) +
                       ": P11 an entry did not come back: ledger=" + std::to_string(one.ledger.value()));
    }
  }
}

void Injector::strike_clock(const Fault& fault, Dice& dice) {
  Machine& machine = world_.machine(fault.machine);
  if (fault.kind == FaultKind::clock_step) {
    machine.ahead_ms = dice.chance(500) ? dice.between(-10 * year_ms, 10 * year_ms) : dice.between(-90'000, 90'000);
  } else {
    machine.drift_ppm = dice.between(-20'000, 20'000);
  }
}

// The disk as it was some commits ago; with `level`, at the last one that moved its own journal, or soon after.
void Injector::roll_back(Machine& machine, std::int64_t down_ms, bool level, Dice& dice) {
  const auto& commits = machine.truth.commits();
  if (commits.size() < 2) return;
  std::size_t keep = 1 + dice.index(commits.size() - 1);
  if (level) {
    const auto writes_own = [&](const MemoryTruth::Commit& commit) {
      return std::any_of(commit.begin(), commit.end(), [&](const MemoryTruth::Change& change) {
        return change.table == store::Table::places && store::stream_of(change.key).owner == machine.site;
      });
    };
    keep = commits.size();
    while (keep > 1 && !writes_own(commits[keep - 1])) --keep;
  }
  MemoryTruth::Image image = machine.truth.image_at(keep);
  world_.crash(machine, -1);
  judge_.on_disk_change(machine, image);
  world_.put_disk(machine, std::move(image));
  later(down_ms, [this, &machine] { world_.start(machine); });
}

void Injector::strike_store(const Fault& fault, Dice& dice) {
  Machine& machine = world_.machine(fault.machine);
  switch (fault.kind) {
    case FaultKind::restore:
    case FaultKind::roll_back:
      return roll_back(machine, fault.lasts_ms, false, dice);
    case FaultKind::restore_level:
      // It greets once more, and so is given another link token, before the image of now comes back.
      world_.network().reset(world_.now(), machine.index);
      return later(60'000,
                   [this, &machine, down = fault.lasts_ms, dice]() mutable { roll_back(machine, down, true, dice); });
    case FaultKind::roll_back_both:
      roll_back(machine, fault.lasts_ms, false, dice);
      return roll_back(world_.machine(1 + dice.index(setting_.branches)), fault.lasts_ms, false, dice);
    case FaultKind::reinstall:
      world_.crash(machine, -1);
      judge_.on_disk_change(machine, {});
      world_.put_disk(machine, {});
      return later(fault.lasts_ms, [this, &machine] { world_.start(machine); });
    default: {
      Machine& copy = world_.clone(machine);
      judge_.on_shaken(machine.site);
      judge_.on_new_machine(copy);
      people_.on_cloned(machine.index, copy.index);
      return world_.start(copy);
    }
  }
}

void Injector::greet_again() {
  for (std::size_t i = 1; i < world_.size(); ++i) {
    if (world_.machine(i).is_copy) world_.network().reset(world_.now(), i);
  }
}

void Injector::heal() {
  healed_ = true;
  world_.network().heal(world_.now());
  for (std::size_t i = 0; i < world_.size(); ++i) {
    Machine& machine = world_.machine(i);
    machine.truth.set_limit(disk_bytes);
    machine.truth.crash();
    machine.dies_after_commit = false;
    world_.start(machine);
  }
}

}  // namespace redress::sim
