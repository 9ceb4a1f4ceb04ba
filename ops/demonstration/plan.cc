#include "ops/demonstration/plan.h"

#include <algorithm>

#include "ops/demonstration/dice.h"
#include "protocol/base/assert.h"

namespace redress::demo {
namespace {

constexpr std::uint32_t first_site = 10;
constexpr std::size_t group_size = 10;

Kill draw_kill(Dice& dice) {
  Kill kill;
  kill.slice = static_cast<std::size_t>(dice.between(1, Plan::slice_count - 1));
  kill.after_ms = dice.between(0, 250);
  kill.down_ms = dice.between(0, 600);
  return kill;
}

}  // namespace

std::vector<PlannedSite> sites_for(std::size_t branches) {
  REDRESS_ASSERT(branches > 0);
  std::vector<PlannedSite> sites;
  SiteId primary;
  for (std::size_t i = 0; i < branches; ++i) {
    const SiteId site{first_site + static_cast<std::uint32_t>(i)};
    const bool leads = i % group_size == 0;
    if (leads) primary = site;
    const std::string number = std::to_string(site.value());
    sites.push_back({site, leads ? head_office : primary, (leads ? "一级行 " : "网点 ") + number});
    if (!leads && site.value() % 2 == 0) sites.back().desk_roles = {"outlet_head"};
  }
  return sites;
}

Plan make_plan(std::uint64_t seed, std::size_t rows, std::size_t branches) {
  REDRESS_ASSERT(branches > 0);
  Dice dice{seed};
  Plan plan;
  plan.units = std::clamp<std::size_t>(rows, 1, branches * Plan::slice_count);
  plan.slices.resize(Plan::slice_count);
  for (std::size_t unit = 0; unit < plan.units; ++unit) {
    plan.slices[unit * Plan::slice_count / plan.units].push_back({unit, unit % branches});
  }
  plan.cut_slice = static_cast<std::size_t>(dice.between(2, 6));
  // With few rows some slices are empty: whoever is cut off must have something to say meanwhile.
  std::vector<std::size_t> active;
  for (std::size_t slice = plan.cut_slice; slice < plan.slices.size(); ++slice) {
    for (const Share& share : plan.slices[slice]) active.push_back(share.branch);
  }
  if (active.empty()) active.push_back(0);
  plan.cut_branch = active[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(active.size())))];
  plan.killed_branch = static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(branches)));
  plan.gateway = draw_kill(dice);
  plan.agent = draw_kill(dice);
  return plan;
}

}  // namespace redress::demo
