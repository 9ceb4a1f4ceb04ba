#include "protocol/sync/agent_session.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/sync/held.h"

namespace redress::sync {
namespace {

constexpr std::int64_t open_ms_max = 5'000;
constexpr std::int64_t welcome_ms_max = 5'000;
constexpr std::int64_t backoff_first_ms = 200;
constexpr std::int64_t backoff_ms_max = 3'000;  // the line could not be had (D17)
constexpr std::uint32_t eager_tries = 500;
constexpr std::int64_t refusal_first_ms = 1'000;
constexpr std::int64_t refusal_ms_max = 60'000;  // the line was had, and the peer said no
constexpr int beats_missed_max = 3;
constexpr int patience_max = 2;  // doublings: an entry of any size takes 16 kbit/s no longer
constexpr int steady_beats = 3;
constexpr int withheld_beats = 30;  // longer than the greatest entry takes any line that bears it

std::int64_t doubled(std::int64_t first, std::uint32_t times, std::int64_t most) {
  return std::min(most, first << std::min<std::uint32_t>(times, 16));
}

}  // namespace

AgentSession::AgentSession(const Self& self, const AgentPeer& peer, Random& random)
    : self_{self}, peer_{peer}, random_{&random}, exchange_{self, head_office, peer.head_office_signing} {}

void AgentSession::on_line_up(Now now) {
  if (state_ == State::opening) greet(now);
}

void AgentSession::greet(Now now) {
  wire::Hello hello;
  hello.protocol_min = wire::protocol_min;
  hello.protocol_max = self_.protocol_max;
  hello.suite = self_.domain.suite->id;
  hello.network = self_.domain.network;
  hello.site = self_.site;
  hello.journals = journals_shown();
  for (const wire::Held& own : hello.journals) {
    if (const auto receipt = self_.streams->last_receipt(own.head.stream))
      hello.last_receipt = journal::encode(*receipt);
  }
  hello.token = self_.streams->tokens(self_.site, hello.journals.back().head.stream.epoch).known;
  hello.feeds = feeds_shown();
  if (!hello.feeds.empty()) hello.received.push_back(hello.feeds.back().head);
  hello.window = static_cast<std::uint32_t>(self_.window_bytes);
  hello.clock = now.wall;
  hello.version = self_.version;
  step_.sends.push_back(wire::encode(hello));
  state_ = State::greeting;
  wake_at_ = after_ms(now.mono, welcome_ms_max);
}

std::optional<wire::Held> AgentSession::parted(const std::vector<wire::Held>& theirs) const {
  for (const wire::Held& held : theirs) {
    const auto own = self_.streams->mark_of(held.head.stream);
    const journal::Mark& mark = held.head.mark;
    if (!own || mark.seq == Seq{}) continue;
    // What ends later there was compared there.
    const bool differs = mark.seq <= own->seq && self_.streams->digest_at(held.head.stream, mark.seq) != mark.digest;
    if (differs && !REDRESS_MUTANT(81)) return held;  // 81: a fork is not noticed
  }
  return std::nullopt;
}

namespace {

// Version 1 named cursors only, and knew no earlier epochs.
std::vector<wire::Held> streams_in(const wire::Welcome& welcome) {
  if (!welcome.streams.empty()) return welcome.streams;
  std::vector<wire::Held> out;
  for (const wire::Cursor& cursor : welcome.cursors) out.push_back({cursor, std::nullopt, {}});
  return out;
}

}  // namespace

std::vector<wire::Held> AgentSession::feeds_shown() const {
  std::vector<wire::Held> feeds = self_.streams->received_feeds();
  keep_newest(feeds, limits::hello_feeds_shown);
  return feeds;
}

// What this store holds of a feed beyond head office goes back to it, before anything that may rest on it.
void AgentSession::return_feeds(Now now, const std::vector<wire::Held>& theirs) {
  for (const wire::Held& feed : feeds_shown()) {
    const wire::Held* held = held_in(theirs, feed.head.stream);
    const Seq there = held == nullptr ? Seq{} : held->head.mark.seq;
    const bool ahead = feed.head.mark.seq > there && feed.head.stream != live_feed_;
    if (ahead && !REDRESS_MUTANT(91)) {  // 91: what head office lost is not returned
      // 98: nothing waits for it
      exchange_.send_stream(now.mono, feed.head.stream, there, Lane{true, !REDRESS_MUTANT(98)});
    }
  }
}

// Of more than a hello can name, those that head office has receipted whole are left out first, then the younger ones:
// their turn comes in a later session.
std::vector<wire::Held> AgentSession::journals_shown() const {
  std::vector<wire::Held> all = self_.streams->own_journals();
  if (all.size() <= limits::hello_journals_shown) return all;
  std::size_t over = all.size() - limits::hello_journals_shown;
  const wire::Held current = std::move(all.back());
  all.pop_back();
  std::erase_if(all, [&](const wire::Held& one) {
    if (over == 0) return false;
    const auto receipt = self_.streams->last_receipt(one.head.stream);
    const bool whole = one.head.mark.seq == Seq{} || (receipt && receipt->to.seq >= one.head.mark.seq);
    if (whole) --over;
    return whole;
  });
  all.resize(all.size() - over);
  all.push_back(current);
  return all;
}

void AgentSession::send_journals(Now now, const std::vector<wire::Held>& theirs) {
  const std::vector<wire::Held> shown = journals_shown();
  current_ = shown.back().head.stream;
  for (const wire::Held& own : shown) {
    const wire::Held* held = held_in(theirs, own.head.stream);
    const Seq there = held == nullptr ? Seq{} : held->head.mark.seq;
    if (own.head.stream == current_) {
      exchange_.send_stream(now.mono, own.head.stream, there);
    } else if (own.head.mark.seq > there) {
      exchange_.send_stream(now.mono, own.head.stream, there, Lane{false, true});
    }
  }
}

void AgentSession::open_streams(Now now, const std::vector<wire::Held>& theirs) {
  live_feed_ = {};
  for (const wire::Held& held : theirs) {
    if (held.head.stream.owner == head_office && held.head.stream.reader == self_.site) live_feed_ = held.head.stream;
  }
  return_feeds(now, theirs);
  send_journals(now, theirs);
  for (const wire::Held& held : theirs) {
    const StreamName& stream = held.head.stream;
    const bool feed = stream.owner == head_office && stream.reader == self_.site;
    const bool own = stream.owner == self_.site && stream.reader == no_reader && stream != current_;
    // An earlier journal may grow on: another store of this site writes it. Of an earlier feed even what is held here
    // may come again, for its receipt.
    if (own || feed) exchange_.receive_stream(stream, held.parent);
  }
}

void AgentSession::ask_receipts(Now now) {
  std::vector<StreamName> whole;
  for (const wire::Cursor& there : exchange_.peer_heads()) {
    const StreamName& stream = there.stream;
    if (stream.owner != self_.site || exchange_.senders().contains(stream)) continue;
    if (self_.streams->mark_of(stream) != there.mark) continue;
    const auto receipt = self_.streams->last_receipt(stream);
    if (!receipt || receipt->to.seq < there.mark.seq) whole.push_back(stream);
  }
  for (const StreamName& stream : whole) {
    exchange_.send_stream(now.mono, stream, self_.streams->mark_of(stream)->seq);
  }
}

bool AgentSession::is_awaiting() const { return exchange_.is_awaiting() && !trouble_; }

// Head office goes round what is damaged in its own feeds, by a new epoch; of a journal that goes back to its author it
// can send nothing after the damage. It holds up nothing else, so that nobody would notice.
void AgentSession::note_withheld() {
  std::map<StreamName, Withheld> now;
  std::optional<Error> trouble;
  for (const wire::Cursor& there : exchange_.peer_heads()) {
    const auto receiver = exchange_.receivers().find(there.stream);
    if (there.stream.owner != self_.site || receiver == exchange_.receivers().end()) continue;
    const Seq here = receiver->second.durable().seq;
    if (here >= there.mark.seq) continue;
    const auto before = withheld_.find(there.stream);
    const int beats = before != withheld_.end() && before->second.here == here ? before->second.beats + 1 : 0;
    now.insert_or_assign(there.stream, Withheld{here, beats});
    if (beats < withheld_beats) continue;
    trouble = Error{Code::damaged,
                    "head office holds more of this site's journal, and does not send it: epoch=" +
                        std::to_string(there.stream.epoch.value()) + " after seq=" + std::to_string(here.value()) +
                        " up to seq=" + std::to_string(there.mark.seq.value()),
                    "journal"};
    if (beats == withheld_beats) step_.events.push_back({Happening::wanted, head_office, std::nullopt, trouble->what});
  }
  withheld_ = std::move(now);
  trouble_ = std::move(trouble);
}

void AgentSession::on_welcome(Now now, const wire::Welcome& welcome) {
  if (state_ != State::greeting)
    return fail_line(now, {Code::unexpected_frame, "welcome without hello", "frame"}, true);
  if (welcome.protocol < wire::protocol_min || welcome.protocol > self_.protocol_max) {
    return fail_line(now, {Code::version, "protocol=" + std::to_string(welcome.protocol), "welcome"}, true);
  }
  const std::vector<wire::Held> theirs = streams_in(welcome);
  if (const auto held = parted(theirs)) {
    const StreamName& stream = held->head.stream;
    return on_fork(now, {stream, held->head.mark, Code::fork, "the welcome names another entry", held->proof});
  }
  exchange_.open(now.mono, welcome.session, welcome.protocol, welcome.window);
  open_streams(now, theirs);
  step_.writes.emplace_back(
      KeepTokens{self_.site, self_.streams->own_journals().back().head.stream.epoch, welcome.token, {}});
  state_ = State::up;
  // A welcome is cheap, and may be followed by a no or by silence each time: the wait goes on growing until the session
  // is good for something (D17).
  steady_at_ = after_ms(now.mono, steady_beats * self_.heartbeat_ms);
  trouble_.reset();
  withheld_.clear();
  wake_at_ = never;
  step_.events.push_back({Happening::up, head_office, std::nullopt, "peer_version=" + welcome.version});
}

// Head office shows an entry of ours that this store does not hold, or a feed of its own that it does not. A place of
// our own journal counts only if we signed it once.
void AgentSession::on_fork(Now now, const wire::Fork& fork) {
  const auto own = self_.streams->mark_of(fork.stream);
  const bool journal = fork.stream.owner == self_.site && fork.stream.reader == no_reader;
  const bool feed = fork.stream.owner == head_office && fork.stream.reader == self_.site;
  if (!own || (!journal && !feed)) {
    return fail_line(now, {Code::fork, "head office names a stream that is not written or read here", "fork"}, true);
  }
  if (journal && fork.have.seq != Seq{}) {
    const auto proof = journal::decode_checkpoint(fork.proof);
    const bool ours = proof && proof->stream == fork.stream && proof->mark == fork.have &&
                      journal::holds(self_.domain, self_.signer->public_key(), *proof);
    if (!ours && !REDRESS_MUTANT(86))
      return fail_line(now, {Code::bad_signature, "head office cannot show what we signed", "fork"}, true);
  }
  step_.events.push_back({Happening::forked, self_.site, fork.code, fork.what});
  exchange_.close();
  repair_ = Repair{Bisect{fork.stream, std::min(own->seq, fork.have.seq)}, fork.code};
  state_ = State::repairing;
  ask_or_settle(now);
}

void AgentSession::on_probe(Now now, const wire::Probe& probe) {
  if (state_ != State::repairing || !repair_ || repair_->bisect.is_done()) return;
  Bisect& bisect = repair_->bisect;
  if (probe.stream != bisect.stream() || probe.seq != bisect.asked()) return;
  bisect.on_answer(probe.digest.has_value() && probe.digest == self_.streams->digest_at(probe.stream, probe.seq));
  ask_or_settle(now);
}

void AgentSession::ask_or_settle(Now now) {
  wake_at_ = after_ms(now.mono, welcome_ms_max);
  const Bisect& bisect = repair_->bisect;
  const StreamName& stream = bisect.stream();
  if (!bisect.is_done()) {
    step_.sends.push_back(wire::encode(wire::Probe{stream, bisect.asked(), std::nullopt}));
    return;
  }
  const journal::Mark common{bisect.common(), self_.streams->digest_at(stream, bisect.common()).value_or(Digest{})};
  if (stream.reader == no_reader) {
    step_.writes.emplace_back(RenewJournal{stream, common, repair_->why});
    return;
  }
  const auto proof = self_.streams->checkpoint_at(stream, self_.streams->mark_of(stream)->seq);
  step_.sends.push_back(wire::encode(wire::Common{stream, common, proof ? journal::encode(*proof) : Bytes{}}));
}

void AgentSession::on_renewed(Now now) {
  if (state_ != State::repairing) return;
  step_.events.push_back(
      {Happening::renewed, self_.site, repair_->why, "common=" + std::to_string(repair_->bisect.common().value())});
  repair_.reset();
  greet(now);
}

void AgentSession::on_refusal(Now now, const wire::Refusal& refusal) {
  step_.events.push_back({Happening::peer_refused, head_office, refusal.code, refusal.what});
  exchange_.close();
  step_.line = Line::close;
  trouble_ = Error{refusal.code, refusal.what, "refusal"};
  schedule(now, /*refused=*/true, refusal.retry_after_ms);
}

void AgentSession::on_frame(Now now, ByteView bytes) {
  if (state_ == State::waiting || state_ == State::opening) return;
  auto frame = wire::decode(bytes);
  if (!frame) return fail_line(now, frame.error(), true);
  if (const auto* welcome = std::get_if<wire::Welcome>(&*frame)) return on_welcome(now, *welcome);
  if (const auto* refusal = std::get_if<wire::Refusal>(&*frame)) return on_refusal(now, *refusal);
  if (const auto* fork = std::get_if<wire::Fork>(&*frame)) return on_fork(now, *fork);
  if (const auto* probe = std::get_if<wire::Probe>(&*frame)) return on_probe(now, *probe);
  if (state_ != State::up) return;
  if (auto error = exchange_.on_frame(now, *frame, step_)) return fail_line(now, std::move(*error), true);
  const auto* receipted = std::get_if<wire::Receipted>(&*frame);
  if (receipted != nullptr && receipted->session == exchange_.session()) failures_ = refusals_ = 0;
  if (!std::holds_alternative<wire::Beat>(*frame)) return;
  note_withheld();
  if (!is_awaiting()) patience_ = 0;
  ask_receipts(now);
}

void AgentSession::fail_line(Now now, Error why, bool refused) {
  if (refused && state_ != State::waiting) {
    step_.sends.push_back(wire::encode(wire::Refusal{exchange_.session(), why.code, why.what, 0}));
    step_.events.push_back({Happening::refused, head_office, why.code, why.what});
  } else {
    step_.events.push_back({Happening::down, head_office, why.code, why.what});
  }
  exchange_.close();
  step_.line = Line::close;
  trouble_ = std::move(why);
  schedule(now, refused, 0);
}

void AgentSession::schedule(Now now, bool refused, std::uint32_t retry_after_ms) {
  state_ = State::waiting;
  repair_.reset();
  const std::int64_t longest = failures_ < eager_tries ? std::min(self_.eager_ms_max, backoff_ms_max) : backoff_ms_max;
  const std::int64_t most = refused ? doubled(refusal_first_ms, refusals_++, refusal_ms_max)
                                    : doubled(backoff_first_ms, failures_++, longest);
  const auto asked = static_cast<std::int64_t>(std::min<std::uint32_t>(retry_after_ms, 3'600'000));
  // Full jitter, so that branches that fell silent together do not come back together.
  wake_at_ = after_ms(now.mono, asked + 1 + random_->below(most));
}

void AgentSession::on_line_down(Now now, Code why) {
  if (state_ == State::waiting) return;
  fail_line(now, {why, "the line ended", "line"}, false);
  if (why != Code::unknown_site) return;
  // The line was had, and our key was refused: no use in knocking every second (D17).
  failures_ = 0;
  schedule(now, /*refused=*/true, 0);
}

void AgentSession::on_commit_failed(Now now, const Error& why) {
  exchange_.on_commit_failed();
  if (state_ == State::up || state_ == State::repairing) {
    fail_line(now, {Code::retry_later, "what head office sent was not stored: " + why.what, "store"}, true);
  }
}

void AgentSession::on_committed(const journal::Receipt& receipt) { exchange_.on_committed(receipt, step_); }

bool AgentSession::on_sendable(Now now) { return state_ == State::up && exchange_.send_next(now, step_); }

void AgentSession::on_tick(Now now) {
  switch (state_) {
    case State::waiting:
      if (now.mono < wake_at_) return;
      step_.line = Line::open;
      state_ = State::opening;
      wake_at_ = after_ms(now.mono, open_ms_max);
      return;
    case State::opening:
    case State::greeting:
    case State::repairing:
      if (now.mono >= wake_at_) fail_line(now, {Code::silent, "no answer from the gateway", "line"}, false);
      return;
    case State::up:
      if (now.mono >= silent_at() && !REDRESS_MUTANT(22)) return fall_silent(now);
      if (now.mono >= steady_at_) failures_ = refusals_ = 0;
      if (const auto stopped = exchange_.stopped()) return pass_over(now, *stopped);
      exchange_.on_tick(now, step_);
      return;
  }
}

Instant AgentSession::silent_at() const {
  return after_ms(exchange_.heard_at(), (beats_missed_max << patience_) * self_.heartbeat_ms);
}

// A dead line, or one so narrow that what was on its way takes longer: the next session will show which.
void AgentSession::fall_silent(Now now) {
  if (is_awaiting()) patience_ = std::min(patience_ + 1, patience_max);
  exchange_.on_silence();
  fail_line(now, {Code::silent, "heartbeats missed", "line"}, false);
}

// What follows a damaged entry does not wait for it: it goes on in a new epoch, without it (D11).
void AgentSession::pass_over(Now now, const Exchange::Stopped& stopped) {
  step_.writes.emplace_back(RenewJournal{stopped.stream, stopped.common, Code::damaged});
  fail_line(now, {Code::damaged, stopped.why(), "store"}, false);
}

Instant AgentSession::next_deadline() const {
  if (state_ != State::up) return wake_at_;
  return std::min(exchange_.next_deadline(), silent_at());
}

std::optional<Seq> AgentSession::feed_head() const {
  for (const wire::Cursor& head : exchange_.peer_heads()) {
    if (head.stream == live_feed_) return head.mark.seq;
  }
  return std::nullopt;
}

Step AgentSession::take_step() { return std::exchange(step_, Step{}); }

}  // namespace redress::sync
