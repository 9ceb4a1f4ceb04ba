#include "tests/sim/drill_bench.h"

#include <algorithm>

#include "protocol/wire/refusal.h"

namespace redress::sim {
namespace {

constexpr std::int64_t answer_step_ms = 20;
constexpr std::int64_t answer_ms_max = 10'000;
constexpr std::int64_t settle_step_ms = 2'000;
// A refused branch knocks again after a minute at most, a dead session is noticed after 40 seconds: some rounds.
constexpr std::int64_t settle_ms_min = 3 * 60'000;
constexpr std::int64_t settle_ms_max = 40 * 60'000;
constexpr std::int64_t greet_every_ms = 2 * 60'000;

Setting setting_for(std::uint64_t seed) {
  Dice dice = split(seed, 11);
  Setting out;
  out.seed = seed;
  out.real_crypto = dice.chance(100);
  out.branches = Bench::branches;
  out.gather_ms = dice.chance(500) ? dice.between(0, 5) : dice.between(10, 400);
  out.window_bytes = dice.chance(300) ? static_cast<std::size_t>(dice.spread(2'000, 64'000)) : std::size_t{4} << 20;
  return out;
}

}  // namespace

Bench::Bench(std::uint64_t seed, const std::string& folder)
    : setting{setting_for(seed)}, world{setting, folder}, judge{world, setting}, dice{split(seed, 12)} {
  world.watch(*this);
  Network::Air& air = world.network().air;
  if (dice.chance(400)) air.loss = static_cast<unsigned>(dice.between(5, 150));
  if (dice.chance(400)) air.duplicates = static_cast<unsigned>(dice.between(5, 300));
  if (dice.chance(400)) air.jitter_ms = dice.between(10, 1'000);
  air.reorders = dice.chance(300);
  world.begin();
  pass(2'000);
  for (std::size_t i = 1; i <= branches; ++i) static_cast<void>(register_case(i));
  level();
}

void Bench::on_event(Machine& at, const sync::Event& event) {
  seen_.emplace(at.index, event.what);
  judge.on_event(at, event);
}

store::Desk::Asked Bench::asked(std::size_t machine, std::vector<casework::FieldText> fields) {
  key_ = "desk" + std::to_string(machine) + "/" + std::to_string(++keys_);
  return {StaffId{7}, key_, std::move(fields), world.machine(machine).now(world.now()).wall};
}

std::optional<store::Appended> Bench::carry_out(std::size_t machine,
                                                Result<std::variant<store::Append, store::Appended>> made) {
  if (!made) return std::nullopt;
  std::optional<Result<store::Appended>> answer;
  world.submit(world.machine(machine), {std::move(std::get<store::Append>(*made)),
                                        [&](const Result<store::Appended>& told) { answer = told; }});
  for (std::int64_t ms = 0; !answer && ms < answer_ms_max; ms += answer_step_ms) pass(answer_step_ms);
  REDRESS_ASSERT(answer.has_value());  // nobody strikes meanwhile, and the answer is gone with this call
  if (!*answer) return std::nullopt;
  told_.push_back({machine, key_, **answer});
  judge.on_told(told_.back());
  return **answer;
}

std::optional<store::Appended> Bench::register_case(std::size_t machine) {
  const auto told =
      carry_out(machine, world.machine(machine).desk->register_case(asked(machine, {{"narrative", "a fee, twice"}})));
  if (told) cases.push_back(told->case_id);
  return told;
}

std::optional<store::Appended> Bench::act(std::size_t machine, const CaseId& id, const std::string& kind) {
  std::vector<casework::FieldText> fields;
  if (kind == "disposed") fields = {{"decision", "upheld"}, {"opinion", "An apology is due"}};
  if (kind == "replied") fields = {{"content", "Said sorry"}};
  if (kind == "started") fields = {{"handler", "clerk"}};
  return carry_out(machine, world.machine(machine).desk->act(id, kind, asked(machine, std::move(fields))));
}

std::optional<store::Appended> Bench::hand_over(const CaseId& id, std::size_t to) {
  const std::string unit = std::to_string(world.machine(to).site.value());
  return carry_out(0, world.machine(0).desk->act(id, "handed_over", asked(0, {{"unit", unit}})));
}

void Bench::history(std::size_t count, const std::vector<std::size_t>& machines) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = machines[dice.index(machines.size())];
    const CaseId id = cases[dice.index(cases.size())];
    if (at != 0 && dice.chance(500)) {
      static_cast<void>(register_case(at));
    } else {
      static_cast<void>(act(at, id,
                            at == 0 && dice.chance(700) ? "disposed"
                            : dice.chance(500)          ? "replied"
                                                        : "started"));
    }
    pass(0, 3'000);
  }
}

void Bench::share_all(std::size_t with) {
  for (const CaseId& id : std::vector<CaseId>{cases}) static_cast<void>(hand_over(id, with));
}

void Bench::cut(std::size_t machine, bool begins) {
  world.network().cut(machine, Way::up, begins);
  world.network().cut(machine, Way::down, begins);
}

void Bench::cut_all(bool begins) {
  for (std::size_t i = 1; i < world.size(); ++i) cut(i, begins);
}

void Bench::level() {
  const Instant begin = world.now();
  while (judge.not_level() && world.now() < after_ms(begin, settle_ms_max) && judge.broken().empty()) {
    pass(settle_step_ms);
    if ((world.now().value() - begin.value()) % greet_every_ms != 0) continue;
    // Two stores of one site see what the other has written when they greet.
    for (std::size_t i = 1; i < world.size(); ++i) {
      if (world.machine(i).is_copy) world.network().reset(world.now(), i);
    }
  }
  result.settled_after_ms = world.now().value() - begin.value();
  if (const auto why = judge.not_level()) judge.on_broken("P2 not level in time: " + *why);
}

void Bench::put_back(std::size_t machine, MemoryTruth::Image image, std::int64_t down_ms) {
  Machine& at = world.machine(machine);
  world.crash(at, -1);
  judge.on_disk_change(at, image);
  world.put_disk(at, std::move(image));
  if (down_ms >= 0) world.at(after_ms(world.now(), down_ms), [this, machine] { start(machine); });
}

bool Bench::has_alarm(std::size_t machine, Code code, SiteId about) {
  const store::Site* site = world.machine(machine).store.get();
  if (site == nullptr) return false;
  const auto alarms = site->alarms();
  return std::any_of(alarms.begin(), alarms.end(),
                     [&](const store::Alarm& alarm) { return alarm.code == code && alarm.site == about; });
}

Seq Bench::feed_at(std::size_t machine, const MemoryTruth::Image& image) {
  const SiteId reader = world.machine(machine).site;
  Seq last;
  for (const auto& [key, value] : image[static_cast<std::size_t>(store::Table::streams)]) {
    // The row's check stands behind it.
    const auto row = store::decode_stream(ByteView{value}.first(value.size() - 8));
    if (row && store::stream_of(key).reader == reader) last = std::max(last, row->head.seq);
  }
  return last;
}

// The bench's own count, beside the judge's: every entry that was told, at head office and where it was written.
void Bench::count_told() {
  const auto count_in = [](const std::optional<store::CaseFile>& file, const Digest& identity) {
    std::size_t lines = 0;
    if (!file) return lines;
    for (const casework::Line& line : file->view.timeline) {
      const casework::Told& told = file->told[line.told];
      lines += told.identity == identity && told.event.has_value() ? 1 : 0;
    }
    return lines;
  };
  for (const ToldSaved& one : told_) {
    if (left.contains(one.machine)) continue;
    ++result.told;
    const store::Appended& said = one.appended;
    const std::size_t centre = count_in(world.centre().desk->file_of(said.case_id), said.identity);
    const std::size_t author = count_in(world.machine(one.machine).desk->file_of(said.case_id), said.identity);
    result.lost += centre == 0 || author == 0 ? 1 : 0;
    result.doubled += centre > 1 || author > 1 ? 1 : 0;
  }
}

void Bench::finish() {
  world.network().heal(world.now());
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (!left.contains(i)) start(i);
  }
  // Heads may be equal before anything was found out.
  pass(settle_ms_min);
  level();
  if (judge.broken().empty()) {
    judge.settle();
    count_told();
  }
  result.broken = judge.broken();
}

}  // namespace redress::sim
