#include "tests/sim/people.h"

#include <algorithm>
#include <array>

#include "protocol/wire/refusal.h"

namespace redress::sim {
namespace {

constexpr std::int64_t day_ms = 86'400'000;
constexpr unsigned tries_max = 8;
constexpr std::size_t recent_cases = 10;

}  // namespace

People::People(World& world, const Setting& setting)
    : world_{world}, setting_{setting}, dice_{split(setting.seed, 5)}, known_(world.size()) {
  if (setting.whole_casework) beside_.emplace(setting.seed);
}

void People::begin(Instant end) {
  for (std::size_t i = 0; i < world_.size(); ++i) {
    work(i, end);
    if (i > 0 && setting_.open_ms < day_ms) keep_hours(i, end);
  }
}

void People::on_cloned(std::size_t original, std::size_t copy) {
  known_.resize(std::max(known_.size(), copy + 1));
  known_[copy] = known_[original];
}

// Now and again until the end, so often as a day demands.
void People::work(std::size_t machine, Instant end) {
  const unsigned here = machine == 0 ? static_cast<unsigned>(setting_.branches) * setting_.acts_a_day / 2
                                     : setting_.registrations_a_day + setting_.acts_a_day / 2;
  const std::int64_t working_ms = machine == 0 ? day_ms : setting_.open_ms;
  const Instant next = after_ms(world_.now(), dice_.between(1, 2 * working_ms / here));
  if (next >= end) return;
  world_.at(next, [this, machine, end] {
    do_something(machine);
    work(machine, end);
  });
}

void People::keep_hours(std::size_t machine, Instant end) {
  const Instant evening = after_ms(world_.now(), setting_.open_ms + dice_.between(-600'000, 600'000));
  const Instant morning = after_ms(world_.now(), day_ms);
  if (evening >= end) return;
  world_.at(evening, [this, machine] { world_.crash(world_.machine(machine), -1); });
  if (morning >= end) return;
  world_.at(morning, [this, machine, end] {
    // They all come in within a minute.
    const auto late = after_ms(world_.now(), dice_.between(0, 60'000));
    world_.at(late, [this, machine] { world_.start(world_.machine(machine)); });
    keep_hours(machine, end);
  });
}

void People::do_something(std::size_t machine) {
  if (!world_.machine(machine).is_up()) return;
  const unsigned acting = setting_.acts_a_day / 2;
  const std::array<unsigned, 2> weights{machine == 0 ? 0 : setting_.registrations_a_day, acting};
  if (dice_.weighted(weights) == 0 || known_[machine].empty()) {
    if (machine != 0) register_case(machine);
  } else {
    act(machine);
  }
}

void People::register_case(std::size_t machine) {
  Errand errand;
  errand.machine = machine;
  errand.key = "desk" + std::to_string(machine) + "/" + std::to_string(++keys_);
  errand.fields = {{"narrative", "The counter closed early, no. " + std::to_string(keys_)}};
  errands_.emplace(++errand_numbers_, std::move(errand));
  ask(errand_numbers_);
}

void People::act(std::size_t machine) {
  const std::vector<std::size_t>& known = known_[machine];
  const std::size_t recent = std::min(known.size(), recent_cases * (machine == 0 ? setting_.branches : 1));
  const std::size_t pick = dice_.chance(850) ? known.size() - 1 - dice_.index(recent) : dice_.index(known.size());
  act_on(machine, known[pick]);
  // Two people at one counter press at the same moment.
  if (dice_.chance(30)) act_on(machine, known[pick]);
}

void People::act_on(std::size_t machine, std::size_t memo) {
  const Machine& at = world_.machine(machine);
  Errand errand;
  errand.machine = machine;
  errand.key = "desk" + std::to_string(machine) + "/" + std::to_string(++keys_);
  errand.memo = memo;
  errand.kind = kind_for(at, memos_[errand.memo]);
  errand.fields = fields_for(at, memos_[errand.memo], errand.kind);
  if (beside_) {
    const Memo& of = memos_[memo];
    const unsigned relation = (of.registrar == at.site ? is_registrar : 0U) |
                              (of.handler == at.site ? is_handler : 0U) | (at.is_centre() ? is_centre : 0U) |
                              (at.parent == head_office ? is_supervisor : 0U);
    if (auto wish = beside_->wish(memo, relation, of.handler)) {
      errand.kind = std::move(wish->kind);
      errand.fields = std::move(wish->fields);
    }
  }
  errands_.emplace(++errand_numbers_, std::move(errand));
  ask(errand_numbers_);
}

// Mostly what fits what they remember; now and then what is not theirs to do, or too late.
std::string People::kind_for(const Machine& at, const Memo& memo) {
  static const std::array<std::string, 8> kinds{"started",     "disposed", "replied",   "called_back",
                                                "handed_over", "closed",   "withdrawn", "reopened"};
  const bool handles = memo.handler == at.site;
  const bool speaks = handles || memo.registrar == at.site || at.is_centre();
  const bool open = !memo.ended;
  const std::array<unsigned, 8> weights{
      open && handles ? (memo.started ? 6U : 20U) : 1U,
      at.is_centre() && open ? 24U : 1U,
      open && speaks ? 20U : 1U,
      memo.replied ? 10U : 1U,
      open && (handles || at.is_centre()) ? 8U : 1U,
      open && memo.replied ? 8U : 1U,
      open && speaks ? 2U : 0U,
      open ? 1U : 30U,
  };
  return kinds[dice_.weighted(weights)];
}

std::vector<casework::FieldText> People::fields_for(const Machine& at, const Memo& memo, const std::string& kind) {
  const std::string number = std::to_string(keys_);
  if (kind == "started") return {{"handler", "clerk " + number}};
  if (kind == "disposed") return {{"decision", "upheld"}, {"opinion", "An apology is due, no. " + number}};
  if (kind == "replied") return {{"content", "Said sorry, no. " + number}};
  if (kind == "called_back") return {{"satisfied", "yes"}};
  if (kind == "closed") return {{"outcome", "settled"}};
  if (kind != "handed_over") return {{"reason", "asked for, no. " + number}};
  const std::array<SiteId, 4> units{at.parent, head_office, memo.registrar,
                                    SiteId{static_cast<std::uint32_t>(1 + dice_.index(setting_.branches + 1))}};
  SiteId unit = at.is_centre() ? units[2 + dice_.index(2)] : units[dice_.index(4)];
  if (unit == SiteId{}) unit = head_office;
  return {{"unit", std::to_string(unit.value())}};
}

void People::ask(std::uint64_t number) {
  Errand& errand = errands_.at(number);
  Machine& at = world_.machine(errand.machine);
  if (++errand.tries > 1) world_.marks.hit("asked again");
  if (!at.is_up()) return again_later(number);
  const store::Desk::Asked asked{StaffId{7}, errand.key, errand.fields, at.now(world_.now()).wall};
  if (!beside_ && is_handed_down(at, errand)) {
    errands_.erase(number);
    return;
  }
  auto made =
      errand.kind.empty() ? at.desk->register_case(asked) : at.desk->act(memos_[errand.memo].id, errand.kind, asked);
  if (!made) {
    world_.marks.hit("asked refused " + std::string{wire::name_of(made.error().code)});
    errands_.erase(number);
    return;
  }
  if (const auto* before = std::get_if<store::Appended>(&*made)) return answer(number, *before);
  world_.submit(at, {std::move(std::get<store::Append>(*made)),
                     [this, number](const Result<store::Appended>& result) { answer(number, result); }});
  again_later(number);
}

bool People::is_handed_down(const Machine& at, const Errand& errand) const {
  if (errand.kind != "handed_over" || at.is_centre()) return false;
  const SiteId unit{static_cast<std::uint32_t>(std::stoul(errand.fields.front().second))};
  if (unit == at.parent || unit == head_office) return false;
  const auto file = at.desk->file_of(memos_[errand.memo].id);
  if (!file || file->view.state.registrar == unit) return false;
  return std::none_of(file->told.begin(), file->told.end(),
                      [&](const casework::Told& told) { return told.header.what.author == unit; });
}

// Who gets no answer asks again, with the same key: the machine may have died.
void People::again_later(std::uint64_t number) {
  const unsigned tries = errands_.at(number).tries;
  world_.at(after_ms(world_.now(), dice_.between(20'000, 600'000)), [this, number, tries] {
    const auto found = errands_.find(number);
    if (found == errands_.end() || found->second.tries != tries) return;
    world_.marks.hit("answer none");
    if (tries >= tries_max) {
      errands_.erase(found);
    } else {
      ask(number);
    }
  });
}

void People::answer(std::uint64_t number, const Result<store::Appended>& result) {
  const auto found = errands_.find(number);
  if (found == errands_.end()) return;
  Errand& errand = found->second;
  if (!result) {
    world_.marks.hit("answer " + std::string{wire::name_of(result.error().code)});
    // "Unknown, ask again" and "no room" are asked again; what was refused is let go.
    const Code code = result.error().code;
    if (code == Code::changed || code == Code::too_large || code == Code::key_reused) errands_.erase(found);
    return;
  }
  world_.marks.hit(result->repeated ? "answer repeated" : "answer told");
  if (on_told) on_told({errand.machine, errand.key, *result});
  if (!result->repeated) remember(errand, *result);
  // Some have the next thing ready when the first is told: two entries of one instant.
  if (!result->repeated && beside_ && errand.kind.empty() && beside_->at_once()) {
    const std::size_t machine = errand.machine;
    world_.at(world_.now(), [this, machine, memo = memos_.size() - 1] { act_on(machine, memo); });
  }
  // Some press the button twice.
  if (!result->repeated && dice_.chance(40) && errand.tries < tries_max) {
    ++errand.tries;
    world_.at(after_ms(world_.now(), dice_.between(100, 60'000)), [this, number] {
      if (errands_.contains(number)) ask(number);
    });
    return;
  }
  errands_.erase(found);
}

void People::remember(const Errand& errand, const store::Appended& appended) {
  const Machine& at = world_.machine(errand.machine);
  if (errand.kind.empty()) {
    ++registrations;
    memos_.push_back({appended.case_id, at.site, at.site});
    const std::size_t memo = memos_.size() - 1;
    for (std::size_t i = 0; i < world_.size(); ++i) {
      const SiteId site = world_.machine(i).site;
      if (i == errand.machine || site == head_office || site == at.parent) known_[i].push_back(memo);
    }
    return;
  }
  ++acts;
  if (beside_) beside_->note(errand.memo, errand.kind);
  Memo& memo = memos_[errand.memo];
  if (errand.kind == "started") memo.started = true;
  if (errand.kind == "disposed") memo.disposed = true;
  if (errand.kind == "replied") memo.replied = true;
  if (errand.kind == "closed" || errand.kind == "withdrawn") memo.ended = true;
  if (errand.kind == "reopened") memo.ended = memo.replied = memo.disposed = memo.started = false;
  if (errand.kind != "handed_over") return;
  memo.handler = SiteId{static_cast<std::uint32_t>(std::stoul(errand.fields.front().second))};
  for (std::size_t i = 0; i < world_.size(); ++i) {
    auto& known = known_[i];
    const bool gains = world_.machine(i).site == memo.handler;
    if (gains && std::find(known.begin(), known.end(), errand.memo) == known.end()) known.push_back(errand.memo);
  }
}

}  // namespace redress::sim
