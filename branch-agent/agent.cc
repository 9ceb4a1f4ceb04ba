#include "branch-agent/agent.h"

#include <algorithm>

namespace redress::agent {
namespace {

constexpr std::int64_t heartbeats_fresh = 2;

const char* name_of(sync::AgentSession::State state) {
  switch (state) {
    case sync::AgentSession::State::waiting:
      return "waiting";
    case sync::AgentSession::State::opening:
      return "opening";
    case sync::AgentSession::State::greeting:
      return "greeting";
    case sync::AgentSession::State::repairing:
      return "repairing";
    case sync::AgentSession::State::up:
      return "up";
  }
  return "";
}

}  // namespace

Agent::Agent(store::Site& site, const sync::Self& self, const sync::AgentPeer& peer, Random& random)
    : site_{site},
      session_{self, peer, random},
      up_{heartbeats_fresh * self.heartbeat_ms},
      down_{heartbeats_fresh * self.heartbeat_ms} {}

void Agent::commit(Now now, sync::Step& step, Turned& turned) {
  std::vector<store::Work> work;
  for (shell::Command& command : commands_) work.emplace_back(std::move(command.append));
  for (sync::Write& write : step.writes) std::visit([&](auto& one) { work.emplace_back(std::move(one)); }, write);
  if (work.empty()) return;
  const std::vector<Result<store::Outcome>> outcomes = site_.commit(work, now.wall, shell::tell_ahead(commands_));
  std::optional<Error> link_failed;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const auto& outcome = outcomes[i];
    if (!outcome && outcome.error().code == Code::unknown_outcome) turned.stop = outcome.error();
    if (i < commands_.size()) {
      commands_[i].settle(outcome);
    } else if (!outcome) {
      if (!link_failed) link_failed = outcome.error();
    } else if (const auto* receipt = std::get_if<journal::Receipt>(&*outcome)) {
      session_.on_committed(*receipt);
    } else if (std::holds_alternative<store::Renewed>(*outcome)) {
      session_.on_renewed(now);
    }
  }
  commands_.clear();
  if (!link_failed) return;
  step.sends.clear();  // nothing leaves that rests on what was not committed
  session_.on_commit_failed(now, *link_failed);
}

void Agent::note_answers(const sync::Step& step) {
  for (const sync::Write& write : step.writes) {
    const auto* keep = std::get_if<sync::KeepReceipt>(&write);
    if (keep == nullptr || keep->receipt.stream != site_.journal()) continue;
    const Seq kept = site_.receipted(site_.journal());
    const std::uint64_t more = std::max(keep->receipt.to.seq, kept).value() - kept.value();
    const std::lock_guard lock{mutex_};
    view_.journal_answered = Seq{site_.written().receipted.value() + more};
  }
}

Turned Agent::turn(Now now) {
  Turned turned;
  session_.on_tick(now);
  sync::Step step = session_.take_step();
  note_answers(step);
  commit(now, step, turned);
  while (session_.on_sendable(now)) {
  }
  sync::Step after = session_.take_step();
  turned.sends = std::move(step.sends);
  std::move(after.sends.begin(), after.sends.end(), std::back_inserter(turned.sends));
  turned.events = std::move(step.events);
  std::move(after.events.begin(), after.events.end(), std::back_inserter(turned.events));
  turned.line = after.line != sync::Line::keep ? after.line : step.line;
  measure(now);
  return turned;
}

void Agent::measure(Now now) {
  const std::lock_guard lock{mutex_};
  const bool up = session_.state() == sync::AgentSession::State::up;
  const auto [head, receipted] = site_.written();
  up_.on_head(now.mono, head, now.mono);
  up_.on_durable(now.mono, receipted);
  const StreamName feed = session_.live_feed();
  if (feed != feed_) {
    feed_ = feed;
    down_ = sync::LagMeter{down_.fresh_ms()};
    if (up) down_.on_up(now.mono);
  }
  view_.feed_held = site_.mark_of(feed).value_or(journal::Mark{}).seq;
  down_.on_durable(now.mono, view_.feed_held);
  if (const auto feed_head = session_.feed_head()) {
    // Any frame is heard, but only heartbeats tell the head: it may have grown since the one before.
    std::optional<Instant> since = down_.told_at();
    if (since) since = after_ms(*since, -down_.fresh_ms());
    down_.on_head(session_.exchange().heard_at(), *feed_head, since);
  }
  for (sync::LagMeter* meter : {&up_, &down_}) {
    if (!up) {
      meter->on_lost();
    } else if (view_.state != "up") {
      meter->on_up(now.mono);
    } else {
      meter->on_contact(session_.exchange().heard_at());
    }
  }
  view_.state = name_of(session_.state());
  // A line that cannot be had for days is tried all the time, and says the same.
  const auto& trouble = session_.trouble();
  const bool same = trouble && view_.trouble && trouble->code == view_.trouble->code &&
                    trouble->what == view_.trouble->what && trouble->field == view_.trouble->field;
  if (!same) view_.trouble = trouble;
  view_.journal_head = head;
  view_.journal_receipted = receipted;
  view_.journal_answered = receipted;
  view_.feed_head = std::max(down_.head(), view_.feed_held);
}

LinkView Agent::view(Instant now) const {
  const std::lock_guard lock{mutex_};
  LinkView view = view_;
  view.up = up_.lag(now);
  view.down = down_.lag(now);
  view.up_took = up_.took();
  view.down_took = down_.took();
  return view;
}

}  // namespace redress::agent
