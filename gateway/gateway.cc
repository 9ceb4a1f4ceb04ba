#include "gateway/gateway.h"

#include <algorithm>

#include "ops/shell/letter.h"

namespace redress::gateway {
namespace {

constexpr std::size_t links_a_site_max = 8;
constexpr std::uint32_t quota_retry_ms = 5'000;
constexpr std::int64_t measure_ms = 100;
constexpr std::int64_t heartbeats_fresh = 2;

// The answer to a connection whose key is its site's no more.
Bytes unbound() {
  return wire::encode(wire::Refusal{SessionId{}, Code::revoked, "the site's key is not bound any more", 0});
}

Error over_quota() { return {Code::retry_later, "over the site's quota; keep it and come back", "quota"}; }

}  // namespace

Gateway::Gateway(store::Site& site, const sync::Self& self, Members& members, const crypto::KeyPair& signing,
                 Random& random, const QuotaOptions& quota)
    : site_{site},
      self_{self},
      members_{members},
      signing_{signing.public_key},
      random_{random},
      quota_{quota},
      epoch_{site.epoch()} {
  self_.window_bytes = std::min(self_.window_bytes, Quota::window_bytes(quota));
}

bool Gateway::is_bound(const Connection& from, SiteId site) {
  const auto member = members_.find(site);
  if (member && member->standing == Standing::enrolled) return true;
  // Admission at the handshake does not end a live session: every message asks again.
  answers_.push_back({from, unbound()});
  links_.erase(from);
  quota_.forget(from);
  return false;
}

void Gateway::end_revoked() {
  const std::uint64_t revision = members_.revision();
  if (std::exchange(members_looked_at_, revision) == revision) return;
  std::erase_if(links_, [&](const auto& one) {
    const auto& [connection, link] = one;
    const auto member = members_.find(link.session->site());
    // A site that was enrolled again has another key: its old connection is nobody's.
    const bool bound = member && member->standing == Standing::enrolled && member->transport == link.key;
    if (bound) return false;
    if (link.session->state() != sync::GatewaySession::State::ended) answers_.push_back({connection, unbound()});
    quota_.forget(connection);
    return true;
  });
}

void Gateway::on_frame(Now now, const Connection& from, SiteId site, ByteView frame) {
  if (!is_bound(from, site)) return;
  switch (quota_.on_frame(now.mono, site, from, frame)) {
    case Quota::Verdict::now:
      return hand_on(now, from, site, frame);
    case Quota::Verdict::later:
      return;
    case Quota::Verdict::never:
      return hold_back(from, site);
  }
}

void Gateway::refuse(Link& link, const Error& why, std::uint32_t retry_ms) {
  link.session->refuse(why, retry_ms);
  link.stirred = true;
}

void Gateway::turn_away(const Connection& from, SiteId site, const Error& why, std::uint32_t retry_ms) {
  events_.push_back({sync::Happening::refused, site, why.code, why.what});
  answers_.push_back({from, wire::encode(wire::Refusal{SessionId{}, why.code, why.what, retry_ms})});
}

void Gateway::hold_back(const Connection& from, SiteId site) {
  quota_.forget(from);
  const auto found = links_.find(from);
  if (found == links_.end()) return turn_away(from, site, over_quota(), quota_retry_ms);
  if (found->second.session->state() != sync::GatewaySession::State::ended)
    refuse(found->second, over_quota(), quota_retry_ms);
}

void Gateway::hand_on(Now now, const Connection& from, SiteId site, ByteView frame) {
  auto found = links_.find(from);
  if (found == links_.end()) {
    const auto member = members_.find(site);
    make_room(site);
    auto session = std::make_unique<sync::GatewaySession>(self_, sync::BranchPeer{site, *member->signing}, random_);
    found = links_.emplace(from, Link{std::move(session), *member->transport}).first;
    members_.on_seen(site);
  }
  const auto before = found->second.session->exchange().session();
  found->second.session->on_frame(now, frame);
  found->second.dirty = found->second.stirred = true;
  if (found->second.session->exchange().session() != before) fence(from);
}

// A store that comes back in haste leaves a few silent connections behind; more of one site are not kept.
void Gateway::make_room(SiteId site) {
  std::size_t count = 0;
  for (auto& [connection, link] : links_) {
    if (link.session->site() != site || link.session->state() == sync::GatewaySession::State::ended) continue;
    if (++count < links_a_site_max) continue;
    refuse(link, {Code::stale_session, "too many connections of one site", "session"}, 0);
  }
}

// One live session per (site, epoch): the newer one counts, the older is told so.
void Gateway::fence(const Connection& newcomer) {
  const sync::GatewaySession& fresh = *links_.at(newcomer).session;
  if (fresh.state() != sync::GatewaySession::State::up) return;
  for (auto& [connection, link] : links_) {
    const bool same = connection != newcomer && link.session->state() == sync::GatewaySession::State::up &&
                      link.session->journal() == fresh.journal();
    const bool copy = connection != newcomer && link.session->state() == sync::GatewaySession::State::up &&
                      link.session->site() == fresh.site() && !same;
    if (copy) {
      events_.push_back({sync::Happening::cloned, fresh.site(), Code::fork,
                         "two stores of this site are at work: epochs " +
                             std::to_string(link.session->journal()->epoch.value()) + " and " +
                             std::to_string(fresh.journal()->epoch.value())});
    }
    if (same) refuse(link, {Code::stale_session, "another session of this store began", "session"}, 0);
  }
}

void Gateway::on_invited_frame(Now now, const Connection& from, const Invitation& by, ByteView frame) {
  if (!quota_.on_invited_frame(now.mono, by.one_time, frame))
    return turn_away(from, by.site, over_quota(), quota_retry_ms);
  const auto answer = enrol(now, by, frame);
  if (!answer) return turn_away(from, by.site, answer.error(), 0);
  answers_.push_back({from, wire::encode(*answer)});
  events_.push_back({sync::Happening::up, by.site, std::nullopt, "enrolled"});
}

Result<wire::Enrolled> Gateway::enrol(Now now, const Invitation& by, ByteView frame) {
  if (const Status good = members_.check(by, now.wall); !good) return fail(good.error());
  if (frame.size() > limits::enrol_frame_bytes_max) return fail(Code::too_large, "enrolment frame");
  const auto decoded = wire::decode(frame);
  const auto* asked = decoded ? std::get_if<wire::Enrol>(&*decoded) : nullptr;
  if (asked == nullptr) return fail(Code::unexpected_frame, "an invited site may only enrol");
  if (asked->site != by.site) return fail(Code::foreign_site, "the token is another site's");
  if (asked->network != self_.domain.network) return fail(Code::network, "enrol.network");
  if (asked->suite != self_.domain.suite->id) return fail(Code::suite, "enrol.suite");
  if (asked->protocol_max < wire::protocol_min || asked->protocol_min > wire::protocol_max)
    return fail(Code::version, "enrol.protocol");
  const Status bound = members_.enrol(by, asked->transport, asked->signing, now.wall);
  if (!bound) return fail(bound.error());
  const auto member = members_.find(by.site);
  const auto secret = members_.with(by.site);
  // The door's thread may have revoked it since.
  if (!member || !secret) return fail(Code::revoked, "the site was revoked while it enrolled");
  const shell::Letter letter{*secret, 1, signing_, member->parent, member->name, member->zone};
  auto sealed = shell::seal_letter(self_.domain.network, by.site, asked->transport, letter, random_);
  if (!sealed) return fail(sealed.error());
  return wire::Enrolled{by.site, std::move(*sealed)};
}

void Gateway::drain() {
  for (auto& [connection, link] : links_) {
    if (link.session->state() == sync::GatewaySession::State::up)
      refuse(link, {Code::draining, "the gateway is stopping", "session"}, 500);
  }
}

// Entries cost a site more than their bytes say: each is checked, chained and stored by itself.
void Gateway::charge(Now now, const Pending& pending) {
  for (const sync::Write& write : pending.step.writes) {
    const auto* accept = std::get_if<sync::Accept>(&write);
    if (accept == nullptr) continue;
    std::size_t bytes = 0;
    for (const sync::Placed& placed : accept->entries) bytes += placed.item.header.size() + placed.item.body.size();
    quota_.charge_entries(now.mono, links_.at(pending.link).session->site(), accept->entries.size(), bytes);
  }
}

void Gateway::collect(Pending& pending, std::vector<store::Work>& work) const {
  pending.first = work.size();
  for (sync::Write& write : pending.step.writes) {
    if (auto* renew = std::get_if<sync::RenewOffice>(&write)) renew->unheard = enrolled();
    auto* rewind = std::get_if<sync::RewindFeed>(&write);
    if (rewind != nullptr && !rewind->damaged) rewind->unheard = enrolled();
    std::visit([&](auto& one) { work.emplace_back(std::move(one)); }, write);
  }
  pending.count = work.size() - pending.first;
}

std::vector<SiteId> Gateway::enrolled() const {
  std::vector<SiteId> out;
  for (const Member& member : members_.all()) {
    if (member.standing == Standing::enrolled) out.push_back(member.site);
  }
  return out;
}

void Gateway::give_up(std::vector<store::Work>& work) {
  std::string ended;
  {
    const std::lock_guard lock{mutex_};
    ended = std::exchange(recovery_ended_, {});
  }
  for (const SiteId site : site_.unheard()) {
    const auto member = members_.find(site);
    const bool gone = !member || member->standing != Standing::enrolled;
    if (gone) work.emplace_back(sync::KeepHeard{site, "it was revoked"});
    if (!gone && !ended.empty()) work.emplace_back(sync::KeepHeard{site, ended});
  }
}

void Gateway::end_recovery(const std::string& reason) {
  const std::lock_guard lock{mutex_};
  recovery_ended_ = reason;
}

std::vector<SiteId> Gateway::unheard() const {
  const std::lock_guard lock{mutex_};
  return unheard_;
}

// A session keeps what head office's epoch was when it began. Several may have found out at once: one renewal is
// enough.
void Gateway::begin_anew(Turned& turned) {
  if (epoch_ == site_.epoch()) return;
  epoch_ = site_.epoch();
  for (auto& [connection, link] : links_) {
    if (link.session->state() == sync::GatewaySession::State::ended) continue;
    refuse(link, {Code::recovering, "head office goes on in a new epoch", "session"}, 0);
    sync::Step step = link.session->take_step();
    flush(connection, step, turned);
  }
  const std::lock_guard lock{mutex_};
  meters_.clear();
  members_measured_ = 0;
}

void Gateway::flush(const Connection& link, sync::Step& step, Turned& turned) const {
  for (Bytes& frame : step.sends) turned.sends.push_back({link, std::move(frame)});
  std::move(step.events.begin(), step.events.end(), std::back_inserter(turned.events));
}

void Gateway::settle_commands(const std::vector<Result<store::Outcome>>& outcomes, Turned& turned) {
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    const auto& outcome = outcomes[i];
    if (!outcome && outcome.error().code == Code::unknown_outcome) turned.stop = outcome.error();
    commands_[i].settle(outcome);
  }
  commands_.clear();
}

void Gateway::note_written(Pending& pending) {
  for (const sync::Write& write : pending.step.writes) {
    const auto* accept = std::get_if<sync::Accept>(&write);
    if (accept == nullptr || accept->stream.reader != no_reader) continue;
    for (const sync::Placed& placed : accept->entries) pending.written.push_back(placed.header.what.time);
  }
}

void Gateway::note_durable(Now now, const Pending& pending, Link& link) {
  for (const WallTime written : pending.written)
    link.took.push_back(now.wall.value() - (written.value() - link.session->clock_skew_ms()));
}

// A step whose commit failed sends nothing, and costs its own session only.
void Gateway::settle(Now now, std::vector<Pending>& steps, const std::vector<Result<store::Outcome>>& outcomes,
                     Turned& turned) {
  for (Pending& pending : steps) {
    sync::GatewaySession& session = *links_.at(pending.link).session;
    bool failed = false;
    for (std::size_t i = pending.first; i < pending.first + pending.count; ++i) {
      if (!outcomes[i]) {
        failed = true;
        if (outcomes[i].error().code == Code::unknown_outcome) turned.stop = outcomes[i].error();
      } else if (const auto* receipt = std::get_if<journal::Receipt>(&*outcomes[i])) {
        session.on_committed(*receipt);
      }
    }
    if (failed) {
      pending.step.sends.clear();
      session.on_commit_failed();
    } else {
      note_durable(now, pending, links_.at(pending.link));
    }
    flush(pending.link, pending.step, turned);
    sync::Step after = session.take_step();
    flush(pending.link, after, turned);
    links_.at(pending.link).due = session.next_deadline();
  }
}

// Round robin over branches, a batch each, so that one long feed does not make the others wait.
void Gateway::send_feeds(Now now, Turned& turned) {
  if (const std::set<SiteId> fed = site_.take_fed(); !fed.empty()) {
    for (auto& [connection, link] : links_) link.dirty |= fed.contains(link.session->site());
    fed_.insert(fed.begin(), fed.end());
  }
  sends_due_ = false;
  if (std::none_of(links_.begin(), links_.end(), [](const auto& one) { return one.second.dirty; })) return;
  std::vector<std::map<Connection, Link>::iterator> order;
  for (auto it = links_.lower_bound(next_); it != links_.end(); ++it) order.push_back(it);
  for (auto it = links_.begin(); it != links_.end() && it->first < next_; ++it) order.push_back(it);
  if (!order.empty()) next_ = order.size() > 1 ? order[1]->first : order[0]->first;
  std::size_t bytes = 0;
  for (bool any = true; any && bytes < limits::commit_bytes_max;) {
    any = false;
    for (auto& it : order) {
      if (!it->second.dirty) continue;
      it->second.dirty = it->second.session->on_sendable(now);
      it->second.due = it->second.session->next_deadline();
      if (!it->second.dirty) continue;
      any = true;
      sync::Step step = it->second.session->take_step();
      for (const Bytes& frame : step.sends) bytes += frame.size();
      flush(it->first, step, turned);
    }
  }
  // What is left goes with the next turn: other branches' commits come in between.
  sends_due_ = bytes >= limits::commit_bytes_max;
}

Turned Gateway::turn(Now now) {
  end_revoked();
  for (const Quota::Waiting& due : quota_.take_due(now.mono)) {
    if (is_bound(due.line, due.site)) hand_on(now, due.line, due.site, due.frame);
  }
  Turned turned;
  turned.events = std::exchange(events_, {});
  turned.sends = std::exchange(answers_, {});
  std::vector<store::Work> work;
  for (shell::Command& command : commands_) work.emplace_back(std::move(command.append));
  std::vector<Pending> steps;
  for (auto& [connection, link] : links_) {
    if (!link.stirred && now.mono < link.due) continue;
    link.stirred = false;
    link.moved = true;
    link.session->on_tick(now);
    link.due = link.session->next_deadline();
    Pending pending{connection, link.session->take_step(), 0, 0};
    if (pending.step.empty()) continue;
    charge(now, pending);
    note_written(pending);
    collect(pending, work);
    steps.push_back(std::move(pending));
  }
  give_up(work);
  std::vector<Result<store::Outcome>> outcomes;
  if (!work.empty()) outcomes = site_.commit(work, now.wall, shell::tell_ahead(commands_));
  settle_commands(outcomes, turned);
  settle(now, steps, outcomes, turned);
  begin_anew(turned);
  send_feeds(now, turned);
  measure(now, turned.events);
  std::erase_if(links_, [&](const auto& one) {
    const bool ended = one.second.session->state() == sync::GatewaySession::State::ended;
    if (ended) quota_.forget(one.first);
    return ended;
  });
  return turned;
}

Gateway::Meters& Gateway::meters_of(SiteId site) {
  const auto found = meters_.find(site);
  if (found != meters_.end()) return found->second;
  Meters& meters = meters_.emplace(site, Meters{heartbeats_fresh * self_.heartbeat_ms}).first->second;
  meters.fed = site_.fed(site);
  return meters;
}

void Gateway::measure_link(Now now, const sync::GatewaySession& session, Meters& meters) {
  std::vector<StreamName> journals;
  std::uint64_t said = 0;
  std::uint64_t held = 0;
  for (const wire::Cursor& head : session.exchange().peer_heads()) {
    if (head.stream.owner != session.site()) continue;
    journals.push_back(head.stream);
    said += head.mark.seq.value();
    held += site_.mark_of(head.stream).value_or(journal::Mark{}).seq.value();
  }
  if (journals.empty()) {
    journals.push_back(*session.journal());
    held = site_.mark_of(*session.journal()).value_or(journal::Mark{}).seq.value();
  }
  if (meters.journals != journals) {
    meters.journals = journals;
    meters.up = sync::LagMeter{heartbeats_fresh * self_.heartbeat_ms};
    meters.up.on_up(now.mono);
  }
  if (!meters.is_up) {
    meters.up.on_up(now.mono);
    meters.down.on_up(now.mono);
    meters.is_up = true;
    meters.trouble.reset();
  }
  const Instant heard = session.exchange().heard_at();
  meters.up.on_contact(heard);
  meters.down.on_contact(heard);
  meters.clock_skew_ms = session.clock_skew_ms();
  meters.version = session.peer_version();
  meters.up.on_head(heard, Seq{said});
  meters.up.on_durable(now.mono, Seq{held});
  meters.fed = site_.fed(session.site());
}

void Gateway::measure(Now now, const std::vector<sync::Event>& events) {
  const bool soon = now.mono < after_ms(measured_at_, measure_ms);
  // What moved while measuring was put off may have moved right after the last time: "at most" counts from there.
  const Instant since = measure_due_ ? measured_at_ : now.mono;
  measure_due_ = soon && events.empty();
  if (measure_due_) return;
  measured_at_ = now.mono;
  const std::lock_guard lock{mutex_};
  unheard_.assign(site_.unheard().begin(), site_.unheard().end());
  for (auto& [connection, link] : links_) {
    const sync::GatewaySession& session = *link.session;
    if (session.state() != sync::GatewaySession::State::up || !session.journal()) continue;
    Meters& meters = meters_of(session.site());
    meters.has_line = true;
    for (const std::int64_t ms : std::exchange(link.took, {})) meters.took.add(ms);
    if (std::exchange(link.moved, false) || !meters.is_up) measure_link(now, session, meters);
  }
  if (const std::size_t count = members_.count(); std::exchange(members_measured_, count) != count) {
    for (const SiteId site : members_.sites()) meters_of(site);
  }
  for (const SiteId site : std::exchange(fed_, {})) meters_of(site).fed = site_.fed(site);
  for (auto& [site, meters] : meters_) {
    if (meters.fed.entries != Seq{}) meters.down.on_head(since, meters.fed.entries, since);
    meters.down.on_durable(now.mono, meters.fed.receipted);
    if (std::exchange(meters.has_line, false) || !meters.is_up) continue;
    meters.is_up = false;
    meters.up.on_lost();
    meters.down.on_lost();
  }
  for (const sync::Event& event : events) {
    if (event.what == sync::Happening::refused && event.code)
      meters_of(event.site).trouble = Error{*event.code, event.why, ""};
  }
}

Instant Gateway::next_deadline() const {
  if (sends_due_) return Instant{0};
  Instant next = quota_.next_due();
  if (measure_due_) next = std::min(next, after_ms(measured_at_, measure_ms));
  for (const auto& [connection, link] : links_) next = std::min(next, link.due);
  return next;
}

std::vector<SiteStatus> Gateway::status(Instant now) const {
  const std::lock_guard lock{mutex_};
  std::vector<SiteStatus> out;
  for (const auto& [site, meters] : meters_) {
    out.push_back({site, meters.up.lag(now), meters.down.lag(now), meters.took.took(), meters.down.took(),
                   meters.up.head(), meters.up.durable(), meters.down.head(), meters.down.durable(),
                   meters.clock_skew_ms, meters.version, meters.trouble});
  }
  return out;
}

}  // namespace redress::gateway
