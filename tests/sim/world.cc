#include "tests/sim/world.h"

#include <unistd.h>

#include <algorithm>

#include "crypto/suite_intl.h"
#include "tests/sim/mock_suite.h"

namespace redress::sim {
namespace {

constexpr std::uint64_t turns_an_instant_max = 5'000;
constexpr WallTime never_expires{INT64_MAX};

// What the trace calls things.
enum Noted : std::uint64_t { noted_turn = 1, noted_arrival, noted_start = 20, noted_stop };

Bytes name_of(std::uint64_t line) {
  Writer out;
  out.u64(line);
  return out.take();
}

std::uint64_t line_in(const gateway::Connection& connection) { return Reader{connection}.u64(); }

std::string words_for(ByteView frame) {
  static constexpr const char* kinds[] = {"hello", "welcome", "refusal", "batch", "receipt", "hole", "beat"};
  const auto decoded = wire::decode(frame);
  const std::size_t kind = decoded ? decoded->index() : std::size(kinds);
  std::string out = kind < std::size(kinds) ? kinds[kind] : "?";
  if (const auto* batch = decoded ? std::get_if<wire::Batch>(&*decoded) : nullptr)
    out += " first=" + std::to_string(batch->first.value()) + " items=" + std::to_string(batch->items.size());
  if (const auto* refusal = decoded ? std::get_if<wire::Refusal>(&*decoded) : nullptr) out += " " + refusal->what;
  if (const auto* beat = decoded ? std::get_if<wire::Beat>(&*decoded) : nullptr) {
    for (const wire::Cursor& head : beat->heads) out += " head=" + std::to_string(head.mark.seq.value());
    for (const wire::Cursor& held : beat->received) out += " held=" + std::to_string(held.mark.seq.value());
  }
  return out + " bytes=" + std::to_string(frame.size());
}

gateway::Member member_of(SiteId site, SiteId parent, Dice& dice) {
  gateway::Member member;
  member.site = site;
  member.parent = parent;
  member.name = "site";
  member.zone = "Asia/Shanghai";
  member.one_time = dice.fixed<PublicKey>();
  member.invite_expires = never_expires;
  return member;
}

}  // namespace

World::World(const Setting& setting, const std::string& folder)
    : setting_{setting},
      dice_{split(setting.seed, 2)},
      members_dice_{split(setting.seed, 3)},
      network_{0, split(setting.seed, 4).next()} {
  common_.domain.suite = setting.real_crypto ? &crypto::intl() : &mock_suite();
  common_.domain.network.bytes.fill(std::byte{0x4E});
  common_.kinds = &kinds_;
  common_.window_bytes = setting.window_bytes;
  common_.prompts = setting.whole_casework;
  common_.heals = setting.whole_casework;
  open_members(folder);
  common_.members = members_.get();
  for (std::size_t i = 0; i <= setting.branches; ++i) {
    const SiteId site{static_cast<std::uint32_t>(i + 1)};
    const bool is_leaf = i > setting.primaries && setting.primaries > 0;
    const SiteId parent = i == 0    ? SiteId{}
                          : is_leaf ? SiteId{static_cast<std::uint32_t>(2 + i % setting.primaries)}
                                    : head_office;
    const crypto::SiteKeys keys = setting.real_crypto ? crypto::make_site_keys(dice_) : mock_site_keys(dice_);
    if (i > 0) {
      const gateway::Member one = member_of(site, parent, dice_);
      const bool invited = members_->invite(one).has_value();
      REDRESS_ASSERT(invited && members_->enrol({site, *one.one_time}, keys.transport.public_key,
                                                keys.signing.public_key, WallTime{}));
    }
    add(std::make_unique<Machine>(common_, i, site, parent, keys, members_->with(site), dice_.next()));
  }
}

World::~World() {
  for (const auto& machine : machines_) machine->stop();
  ::unlink(members_path_.c_str());
}

void World::open_members(const std::string& folder) {
  members_path_ = folder + "/members-" + std::to_string(::getpid()) + ".log";
  ::unlink(members_path_.c_str());
  gateway::MembersOptions options{members_path_, common_.domain.network, {}};
  options.kek.bytes()[0] = std::byte{8};
  auto opened = gateway::Members::open(options, members_dice_);
  REDRESS_ASSERT(opened.has_value());
  members_ = std::move(*opened);
}

void World::add(std::unique_ptr<Machine> machine) {
  Machine& one = *machine;
  one.truth.on_durable = [this, &one](const MemoryTruth::Commit& commit) {
    if (watcher_ != nullptr) watcher_->on_durable(one, commit);
  };
  machines_.push_back(std::move(machine));
  network_.add_machine();
  line_lives_.push_back(0);
}

void World::begin() {
  for (std::size_t i = 0; i < machines_.size(); ++i) start(*machines_[i]);
}

PublicKey World::signing_of(SiteId site) const {
  const auto found =
      std::find_if(machines_.begin(), machines_.end(), [&](const auto& one) { return one->site == site; });
  REDRESS_ASSERT(found != machines_.end());
  return (*found)->keys.signing.public_key;
}

std::optional<SiteId> World::parent_of(SiteId site) const {
  const std::size_t number = site.value() - 1;
  if (number == 0 || number > setting_.branches) return std::nullopt;
  return machines_[number]->parent;
}

void World::at(Instant when, std::function<void()> what) {
  timers_.push({std::max(when, now_), ++orders_, std::move(what)});
}

void World::wake(Machine& machine, Instant when) {
  if (machine.is_centre()) when = std::max(when, after_ms(centre_turned_, setting_.gather_ms));
  machine.turn_at = std::min(machine.turn_at, when);
}

void World::note(std::uint64_t kind, const Machine& machine, ByteView bytes) {
  trace.add(static_cast<std::uint64_t>(now_.value()));
  trace.add(kind << 32 | machine.index);
  if (!bytes.empty()) trace.add(bytes);
  if (!tell) return;
  static constexpr const char* names[] = {"turn", "frame up", "frame down", "line up", "line ended"};
  const std::string name = kind == noted_start ? "start" : kind == noted_stop ? "stop" : names[kind - noted_turn];
  tell(std::to_string(now_.value()) + " machine=" + std::to_string(machine.index) + " " + name +
       (bytes.empty() ? "" : " " + words_for(bytes)));
}

void World::submit(Machine& machine, shell::Command command) {
  if (machine.is_centre()) {
    machine.gateway->submit(std::move(command));
  } else {
    machine.agent->submit(std::move(command));
  }
  wake(machine, now_);
}

void World::crash(Machine& machine, std::int64_t down_ms) {
  if (!machine.is_up()) return;
  note(noted_stop, machine);
  machine.stop();
  if (machine.is_centre()) {
    ++centre_life_;
    // Half of the branches are told by their operating systems; the others find out for themselves.
    for (std::size_t i = 1; i < machines_.size(); ++i) {
      if (dice_.chance(500)) network_.reset(now_, i);
    }
  } else {
    network_.close(machine.index);
  }
  if (down_ms >= 0) at(after_ms(now_, down_ms), [this, &machine] { start(machine); });
}

void World::start(Machine& machine) {
  if (machine.is_up()) return;
  note(noted_start, machine);
  const Status started = machine.start(machines_.front()->keys.signing.public_key);
  if (!started) {
    // No room even to begin, or a planned fault: a person tries again.
    machine.stop();
    if (started.error().code == Code::damaged || started.error().code == Code::bad_config)
      watcher_->on_broken("the program does not start: " + started.error().what);
    at(after_ms(now_, 60'000), [this, &machine] { start(machine); });
    return;
  }
  wake(machine, now_);
}

void World::put_disk(Machine& machine, MemoryTruth::Image image) {
  REDRESS_ASSERT(!machine.is_up());
  machine.truth.restore(std::move(image));
}

Machine& World::clone(Machine& of) {
  add(std::make_unique<Machine>(common_, machines_.size(), of.site, of.parent, of.keys, of.secret(), dice_.next()));
  Machine& copy = *machines_.back();
  copy.truth.restore(of.truth.snapshot());
  copy.is_copy = of.is_copy = true;
  copy.hostile = of.hostile;
  copy.revoked = of.revoked;
  return copy;
}

Machine& World::join(SiteId parent) {
  const SiteId site{static_cast<std::uint32_t>(machines_.size() + 1)};
  const crypto::SiteKeys keys = setting_.real_crypto ? crypto::make_site_keys(dice_) : mock_site_keys(dice_);
  const gateway::Member one = member_of(site, parent, dice_);
  const bool invited = members_->invite(one).has_value();
  REDRESS_ASSERT(invited && members_->enrol({site, *one.one_time}, keys.transport.public_key, keys.signing.public_key,
                                            WallTime{}));
  add(std::make_unique<Machine>(common_, machines_.size(), site, parent, keys, members_->with(site), dice_.next()));
  return *machines_.back();
}

bool World::revoke(SiteId site) {
  if (!members_->revoke(site)) return false;
  for (const auto& machine : machines_) {
    if (machine->site == site) machine->revoked = true;
  }
  return true;
}

void World::send_as(Machine& branch, Bytes frame) {
  const std::uint64_t line = network_.line_of(branch.index);
  if (line != 0) network_.send(now_, branch.index, line, Way::up, std::move(frame));
}

void World::run_until(Instant end) {
  while (step(end)) {
  }
  now_ = std::max(now_, end);
}

bool World::step(Instant end) {
  Instant next = std::min(network_.next_at(), timers_.empty() ? never : timers_.top().at);
  Machine* due = nullptr;
  for (const auto& machine : machines_) {
    if (machine->turn_at >= next) continue;
    next = machine->turn_at;
    due = machine.get();
  }
  if (next > end) return false;
  if (next > now_) {
    now_ = next;
    turns_here_ = 0;
  }
  if (due != nullptr) {
    if (++turns_here_ > turns_an_instant_max) {
      watcher_->on_broken("a deadline that acting on it does not move: machine=" + std::to_string(due->index));
      due->turn_at = after_ms(now_, 1'000);
      return true;
    }
    turn(*due);
  } else if (!timers_.empty() && timers_.top().at <= network_.next_at()) {
    auto what = std::move(const_cast<Timer&>(timers_.top()).what);
    timers_.pop();
    what();
  } else {
    arrive(network_.take());
  }
  return true;
}

void World::arrive(Arrival arrival) {
  Machine& branch = *machines_[arrival.machine];
  const auto what = arrival.what;
  note(noted_arrival + static_cast<std::uint64_t>(what), branch, arrival.frame);
  if (what == Arrival::What::frame_up) return arrive_up(branch, arrival);
  if (!branch.is_up() || network_.line_of(branch.index) != arrival.line) return;
  const Now now = branch.now(now_);
  if (what == Arrival::What::ended) {
    branch.agent->on_line_down(now, Code::unreachable);
  } else if (what == Arrival::What::frame_down) {
    watcher_->on_arrived(branch, arrival.line, Way::down, arrival.sent, arrival.frame);
    if (branch.hostile && overheard) overheard(branch, Way::down, arrival.frame);
    branch.agent->on_frame(now, arrival.frame);
  } else if (!centre().is_up()) {
    branch.agent->on_line_down(now, Code::unreachable);
  } else {
    // What ZAP would say to the key.
    const auto member = members_->find(branch.site);
    const bool known = member && member->standing == gateway::Standing::enrolled;
    line_lives_[branch.index] = centre_life_;
    if (known) {
      branch.agent->on_line_up(now);
    } else {
      branch.agent->on_line_down(now, Code::unknown_site);
    }
  }
  wake(branch, now_);
}

void World::arrive_up(Machine& branch, Arrival& arrival) {
  Machine& to = centre();
  if (!to.is_up() || line_lives_[branch.index] != centre_life_) return;
  watcher_->on_arrived(branch, arrival.line, Way::up, arrival.sent, arrival.frame);
  to.gateway->on_frame(to.now(now_), name_of(arrival.line), branch.site, arrival.frame);
  wake(to, now_);
}

void World::turn(Machine& machine) {
  ++turns;
  note(noted_turn, machine);
  machine.turn_at = never;
  if (machine.is_centre()) {
    centre_turned_ = now_;
    turn_centre(machine);
  } else {
    turn_branch(machine);
  }
  if (machine.is_up()) wake(machine, std::max(machine.next_deadline(), now_));
}

bool World::survives(Machine& machine, std::size_t commits_before, const std::optional<Error>& stop) {
  const bool committed = machine.truth.commits().size() > commits_before;
  if (stop) {
    watcher_->on_stop(machine, *stop);
  } else if (!machine.dies_after_commit || !committed) {
    return true;
  }
  crash(machine, dice_.between(100, 30'000));
  return false;
}

void World::turn_branch(Machine& machine) {
  const std::size_t commits = machine.truth.commits().size();
  agent::Turned turned = machine.agent->turn(machine.now(now_));
  for (const sync::Event& event : turned.events) watcher_->on_event(machine, event);
  if (!survives(machine, commits, turned.stop)) return;
  const std::uint64_t line = network_.line_of(machine.index);
  for (Bytes& frame : turned.sends) {
    watcher_->on_sent(machine, machine, line, frame);
    if (machine.hostile && overheard) overheard(machine, Way::up, frame);
    if (line != 0) network_.send(now_, machine.index, line, Way::up, std::move(frame));
  }
  if (turned.line == sync::Line::close) network_.close(machine.index);
  if (turned.line == sync::Line::open) network_.open(now_, machine.index, centre().is_up());
}

// In the program each has a thread of its own; the prompter looks every five seconds.
void World::prompt(Machine& machine) {
  if (!machine.prompter) return;
  machine.listing->follow();
  for (gateway::Prompter::Made& made : machine.prompter->take_due(machine.now(now_).wall)) {
    machine.gateway->submit({std::move(made.append), [this, key = made.key](const Result<store::Appended>& result) {
                               if (result && on_prompted) on_prompted(key, *result);
                             }});
  }
}

void World::turn_centre(Machine& machine) {
  prompt(machine);
  const std::size_t commits = machine.truth.commits().size();
  gateway::Turned turned = machine.gateway->turn(machine.now(now_));
  for (const sync::Event& event : turned.events) watcher_->on_event(machine, event);
  if (!survives(machine, commits, turned.stop)) return;
  for (gateway::Outgoing& out : turned.sends) {
    const std::uint64_t line = line_in(out.to);
    const auto to = network_.machine_of(line);
    if (!to) continue;
    watcher_->on_sent(machine, *machines_[*to], line, out.frame);
    network_.send(now_, *to, line, Way::down, std::move(out.frame));
  }
}

}  // namespace redress::sim
