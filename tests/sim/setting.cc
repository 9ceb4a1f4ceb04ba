#include "tests/sim/setting.h"

#include <algorithm>
#include <array>

namespace redress::sim {
namespace {

constexpr std::int64_t hour = 3'600'000;
constexpr std::int64_t day = 24 * hour;
constexpr unsigned faults_a_branch_day = 6;
constexpr unsigned swarm_permille = 650;  // a run has this share of the kinds, so that each is also seen without others

// Few branches for some days mostly, many for some hours now and then, one for a month rarely.
void draw_size(Setting& out, Dice& dice) {
  constexpr std::array<unsigned, 6> weights{340, 300, 200, 110, 45, 5};
  switch (dice.weighted(weights)) {
    case 0:
      out.branches = 1;
      out.lasts_ms = dice.spread(6 * hour, 5 * day);
      break;
    case 1:
      out.branches = 2;
      out.lasts_ms = dice.spread(6 * hour, 3 * day);
      break;
    case 2:
      out.branches = static_cast<std::size_t>(dice.between(3, 4));
      out.lasts_ms = dice.spread(4 * hour, 2 * day);
      break;
    case 3:
      out.branches = static_cast<std::size_t>(dice.between(5, 9));
      out.lasts_ms = dice.spread(3 * hour, 18 * hour);
      break;
    case 4:
      out.branches = static_cast<std::size_t>(dice.between(10, 30));
      out.lasts_ms = dice.spread(2 * hour, 6 * hour);
      break;
    default:
      out.branches = 1;
      out.lasts_ms = dice.between(30 * day, 34 * day);
      break;
  }
  if (out.branches > 1 && dice.chance(600)) out.primaries = 1 + dice.index(std::max<std::size_t>(1, out.branches / 3));
}

std::size_t whom(const FaultRow& row, const Setting& setting, Dice& dice) {
  switch (row.strikes) {
    case Strikes::branch:
    case Strikes::some:
      return 1 + dice.index(setting.branches);
    case Strikes::anyone:
      return dice.chance(250) ? 0 : 1 + dice.index(setting.branches);
    case Strikes::run:
    case Strikes::centre:
      return 0;
  }
  return 0;
}

Fault draw_fault(const FaultRow& row, const Setting& setting, Dice& dice) {
  Fault fault;
  fault.kind = row.kind;
  fault.machine = whom(row, setting, dice);
  fault.amount = dice.next();
  if (row.strikes != Strikes::run) fault.at_ms = dice.between(0, setting.lasts_ms - 1);
  if (row.longest_ms > 0) fault.lasts_ms = dice.spread(row.shortest_ms, row.longest_ms);
  // What is rare and slow to show must have time to show.
  if (row.weight == 0 && row.strikes != Strikes::run) fault.at_ms = fault.at_ms * 3 / 4 + setting.lasts_ms / 8;
  return fault;
}

// Who forks again and again does it while head office has no room. Chances of its own: the rest of the run is as it
// was.
void fill_centre_of_liar(Setting& setting) {
  constexpr std::int64_t minute = 60'000;
  Dice dice = split(setting.seed, 56);
  std::vector<Fault> added;
  for (const Fault& fault : setting.faults) {
    if (fault.kind != FaultKind::hostile || !dice.chance(700)) continue;
    for (std::size_t times = 1 + dice.index(3); times > 0; --times) {
      Fault full;
      full.kind = FaultKind::disk_full;
      full.brim = true;
      full.at_ms = dice.between(fault.at_ms, setting.lasts_ms - 1);
      full.lasts_ms = dice.spread(10 * minute, 60 * minute);
      added.push_back(full);
    }
  }
  setting.faults.insert(setting.faults.end(), added.begin(), added.end());
}

}  // namespace

Setting draw_setting(std::uint64_t seed, const SettingOptions& options) {
  Dice dice = split(seed, 1);
  Setting out;
  out.seed = seed;
  out.whole_casework = seed >= whole_casework_from;
  out.real_crypto = dice.chance(50);
  draw_size(out, dice);
  // A real signature costs as much as everything else of an act.
  if (out.real_crypto) out.lasts_ms = std::max(2 * hour, out.lasts_ms / 6);
  // A loop that has much to do turns seldom, and takes much at a time.
  out.gather_ms = dice.chance(500) ? dice.between(0, 5) : dice.between(10, 200);
  if (out.branches > 2 && dice.chance(850)) out.gather_ms = dice.between(200, 1'200);
  out.window_bytes = dice.chance(300) ? static_cast<std::size_t>(dice.spread(2'000, 64'000)) : std::size_t{4} << 20;
  out.registrations_a_day = static_cast<unsigned>(dice.between(14, 17));
  out.acts_a_day = static_cast<unsigned>(dice.between(62, 72));
  out.open_ms = dice.chance(150) ? day : dice.between(9, 14) * hour;
  // A calm run now and then: the judge must also hold where nothing happens.
  const bool calm = dice.chance(20);
  std::vector<unsigned> weights;
  for (const FaultRow& row : fault_table()) {
    const bool drawn = row.weight > 0 ? dice.chance(swarm_permille) : dice.chance(row.runs_permille);
    const bool once = drawn && row.weight == 0 && !calm;
    const Fault fault = draw_fault(row, out, dice);
    if (once) out.faults.push_back(fault);
    weights.push_back(drawn ? row.weight : 0);
  }
  const auto count = static_cast<std::size_t>(out.branch_days() * faults_a_branch_day + 1);
  const bool any = std::any_of(weights.begin(), weights.end(), [](unsigned weight) { return weight > 0; });
  for (std::size_t i = 0; i < count && any && !calm; ++i) {
    out.faults.push_back(draw_fault(fault_table()[dice.weighted(weights)], out, dice));
  }
  if (out.whole_casework) fill_centre_of_liar(out);
  std::stable_sort(out.faults.begin(), out.faults.end(),
                   [](const Fault& a, const Fault& b) { return a.at_ms < b.at_ms; });
  for (std::size_t i = 0; i < out.faults.size(); ++i) out.faults[i].number = static_cast<unsigned>(i + 1);
  std::erase_if(out.faults, [&](const Fault& fault) {
    return (row_of(fault.kind).needs_repair && !options.repair) ||
           (options.only && !options.only->contains(fault.number));
  });
  return out;
}

std::string text_of(const Fault& fault) {
  const FaultRow& row = row_of(fault.kind);
  std::string out = std::to_string(fault.number) + " " + std::string{row.name};
  if (row.strikes != Strikes::run)
    out += " at=" + std::to_string(fault.at_ms) + " site=" + std::to_string(fault.machine + 1);
  if (fault.lasts_ms > 0) out += " lasts=" + std::to_string(fault.lasts_ms);
  if (fault.brim) out += " to the brim";
  return out;
}

std::string text_of(const Setting& setting) {
  std::string out = "seed " + std::to_string(setting.seed) + ": " + (setting.real_crypto ? "real" : "mock") +
                    " suite, " + std::to_string(setting.branches) + " branches (" + std::to_string(setting.primaries) +
                    " primary), " + std::to_string(setting.lasts_ms / hour) + " h, open " +
                    std::to_string(setting.open_ms / hour) + " h a day, gather " + std::to_string(setting.gather_ms) +
                    " ms, window " + std::to_string(setting.window_bytes) + " B, " +
                    std::to_string(setting.registrations_a_day) + " registrations and " +
                    std::to_string(setting.acts_a_day) + " acts a branch-day\n";
  for (const Fault& fault : setting.faults) out += "  fault " + text_of(fault) + "\n";
  return out;
}

}  // namespace redress::sim
