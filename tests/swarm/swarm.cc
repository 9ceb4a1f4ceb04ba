#include "tests/swarm/swarm.h"

#include <algorithm>

#include "ops/measure/stopwatch.h"
#include "ops/shell/process.h"

namespace redress::swarm {
namespace {

constexpr std::int64_t look_ms = 20;
constexpr std::int64_t steady_every_ms = 50;
constexpr std::int64_t drain_ms_max = 10'000;

}  // namespace

Result<std::unique_ptr<Swarm>> Swarm::open(const std::vector<Enrolled>& enrolled, const Office& office,
                                           shell::LinkContext& context) {
  std::unique_ptr<Swarm> swarm{new Swarm{context}};
  for (const Enrolled& one : enrolled) {
    auto branch = Branch::open(one, office, context);
    if (!branch) return fail(branch.error());
    swarm->branches_.push_back(std::move(*branch));
  }
  return swarm;
}

Status Swarm::register_all(std::size_t entries) {
  for (const auto& branch : branches_) {
    const Now now = shell::now();
    for (std::size_t i = 0; i < entries; ++i) {
      const Status done = branch->register_case(now);
      if (!done) return done;
    }
    branch->turn(now);
    if (branch->who().parent != head_office) outlets_wrote_[branch->who().parent] += entries;
  }
  return Done{};
}

void Swarm::cut_all() {
  const Now now = shell::now();
  for (const auto& branch : branches_) branch->cut(now);
}

void Swarm::mend_all() {
  for (const auto& branch : branches_) branch->mend();
}

std::uint64_t Swarm::fed(const Branch& branch) const {
  const auto wrote = outlets_wrote_.find(branch.who().site);
  return wrote == outlets_wrote_.end() ? 0 : wrote->second;
}

Status Swarm::step(Instant until) {
  poller_.clear();
  Instant next = until;
  for (const auto& branch : branches_) {
    if (branch->line() != nullptr) poller_.watch(*branch->line());
    next = std::min(next, branch->next_deadline());
  }
  const std::int64_t wait_ms = std::clamp<std::int64_t>(shell::ms_until(next, shell::mono_now()), 0, look_ms);
  const auto ready = poller_.wait(wait_ms);
  if (!ready) return fail(ready.error());
  for (const auto& branch : branches_) branch->turn(shell::now());
  return Done{};
}

Status Swarm::run_for(std::int64_t ms) {
  const Instant end = after_ms(shell::mono_now(), ms);
  Status done = Done{};
  while (done && shell::mono_now() < end) done = step(end);
  return done;
}

Result<std::int64_t> Swarm::await(std::int64_t ms_max, const char* what,
                                  const std::function<bool(const Branch&, Now)>& is_so) {
  const Instant begun = shell::mono_now();
  const Instant end = after_ms(begun, ms_max);
  for (;;) {
    const Now now = shell::now();
    const auto left =
        std::count_if(branches_.begin(), branches_.end(), [&](const auto& branch) { return !is_so(*branch, now); });
    if (left == 0) return now.mono.value() - begun.value();
    if (now.mono >= end) return fail(Code::unreachable, std::to_string(left) + " branches are not " + what);
    const Status done = step(end);
    if (!done) return fail(done.error());
  }
}

Result<std::int64_t> Swarm::await_up(std::int64_t ms_max) {
  return await(ms_max, "up", [](const Branch& branch, Now now) { return branch.is_up(now); });
}

Result<std::int64_t> Swarm::await_level(std::int64_t ms_max) {
  return await(ms_max, "level", [&](const Branch& branch, Now now) { return branch.is_level(fed(branch), now); });
}

std::int64_t Swarm::asked_within_ms(Instant since) const {
  Instant first = never;
  Instant last = since;
  for (const auto& branch : branches_) {
    if (branch->asked_at() < since) continue;
    first = std::min(first, branch->asked_at());
    last = std::max(last, branch->asked_at());
  }
  return first == never ? 0 : last.value() - first.value();
}

void Steady::start() {
  thread_ = std::thread{[this] {
    const Status done = run();
    if (!done) problem_ = done.error().what;
  }};
}

void Steady::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Status Steady::await_flowing(std::int64_t ms_max) const {
  const std::int64_t end = measure::ns_now() + ms_max * measure::ns_a_ms;
  while (receipted_ == 0) {
    if (measure::ns_now() > end) return fail(Code::unreachable, "the steady branch gets no receipts");
    measure::wait_till_ns(measure::ns_now() + measure::ns_a_ms);
  }
  return Done{};
}

Status Steady::run() {
  auto context = shell::LinkContext::open();
  if (!context) return fail(context.error());
  auto branch = Branch::open(enrolled_, office_, **context);
  if (!branch) return fail(branch.error());
  std::vector<Instant> registered;
  shell::Poller poller;
  Instant due = shell::mono_now();
  Instant end = never;
  while (shell::mono_now() < end && (!stopping_ || lags_.size() < registered.size())) {
    if (stopping_ && end == never) end = after_ms(shell::mono_now(), drain_ms_max);
    const Now now = shell::now();
    if (now.mono >= due && !stopping_) {
      const Status done = (*branch)->register_case(now);
      if (!done) return done;
      registered.push_back(due);
      due = after_ms(due, steady_every_ms);
    }
    (*branch)->turn(now);
    const std::uint64_t upto = (*branch)->written().receipted.value();
    const Instant at = shell::mono_now();
    while (lags_.size() < upto)
      lags_.emplace_back(registered[lags_.size()], at.value() - registered[lags_.size()].value());
    receipted_ = lags_.size();
    poller.clear();
    if ((*branch)->line() != nullptr) poller.watch(*(*branch)->line());
    const Instant next = stopping_ ? (*branch)->next_deadline() : std::min(due, (*branch)->next_deadline());
    const auto ready = poller.wait(std::clamp<std::int64_t>(shell::ms_until(next, at), 0, look_ms));
    if (!ready) return fail(ready.error());
  }
  if (lags_.size() < registered.size())
    return fail(Code::unreachable, "the steady branch's last entries have no receipt");
  return Done{};
}

std::vector<double> Steady::lags_since(Instant since) const {
  std::vector<double> out;
  for (const auto& [registered, ms] : lags_) {
    if (registered >= since) out.push_back(static_cast<double>(ms));
  }
  return out;
}

}  // namespace redress::swarm
