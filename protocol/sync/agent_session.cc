#include "protocol/sync/agent_session.h"

#include <algorithm>

#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

constexpr std::int64_t open_ms_max = 5'000;
constexpr std::int64_t welcome_ms_max = 5'000;
constexpr std::int64_t backoff_first_ms = 200;
constexpr std::int64_t backoff_ms_max = 3'000;  // the line could not be had (D17)
constexpr std::int64_t refusal_first_ms = 1'000;
constexpr std::int64_t refusal_ms_max = 60'000;  // the line was had, and the peer said no
constexpr int beats_missed_max = 3;

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
  hello.protocol_max = wire::protocol_max;
  hello.suite = self_.domain.suite->id;
  hello.network = self_.domain.network;
  hello.site = self_.site;
  hello.journals = self_.streams->own_journals();
  for (const wire::OwnJournal& own : hello.journals) {
    if (const auto receipt = self_.streams->last_receipt(own.head.stream))
      hello.last_receipt = journal::encode(*receipt);
    hello.token = self_.streams->tokens(self_.site, own.head.stream.epoch).known;
  }
  // Which feeds are held here is the store's to say: at most one an epoch of head office.
  for (const wire::Cursor& feed : self_.streams->received_feeds()) hello.received.push_back(feed);
  hello.window = static_cast<std::uint32_t>(self_.window_bytes);
  hello.clock = now.wall;
  hello.version = self_.version;
  step_.sends.push_back(wire::encode(hello));
  state_ = State::greeting;
  wake_at_ = after_ms(now.mono, welcome_ms_max);
}

// Each own journal must hold, at the gateway's cursor, the very entry that the gateway holds there (P8).
std::optional<Error> AgentSession::check_cursors(const wire::Welcome& welcome) const {
  for (const wire::Cursor& cursor : welcome.cursors) {
    if (cursor.stream.owner != self_.site || cursor.stream.reader != no_reader) continue;
    const auto own = self_.streams->digest_at(cursor.stream, cursor.mark.seq);
    if (!own) {
      return Error{
          Code::old_image,
          "head office holds more of this journal than this store: seq=" + std::to_string(cursor.mark.seq.value()),
          "welcome"};
    }
    if (*own != cursor.mark.digest) {
      return Error{Code::fork, "head office holds another entry: seq=" + std::to_string(cursor.mark.seq.value()),
                   "welcome"};
    }
  }
  return std::nullopt;
}

void AgentSession::on_welcome(Now now, const wire::Welcome& welcome) {
  if (state_ != State::greeting)
    return fail_line(now, {Code::unexpected_frame, "welcome without hello", "frame"}, true);
  if (welcome.protocol < wire::protocol_min || welcome.protocol > wire::protocol_max) {
    return fail_line(now, {Code::version, "protocol=" + std::to_string(welcome.protocol), "welcome"}, true);
  }
  if (auto error = check_cursors(welcome)) return fail_line(now, std::move(*error), true);
  exchange_.open(now.mono, welcome.session);
  for (const wire::Cursor& cursor : welcome.cursors) {
    if (cursor.stream.owner == self_.site && cursor.stream.reader == no_reader) {
      exchange_.send_stream(now.mono, cursor.stream, cursor.mark.seq, welcome.window);
    } else if (cursor.stream.owner == head_office && cursor.stream.reader == self_.site) {
      exchange_.receive_stream(cursor.stream, std::nullopt);
    }
  }
  for (const wire::OwnJournal& own : self_.streams->own_journals()) {
    step_.writes.emplace_back(KeepTokens{self_.site, own.head.stream.epoch, welcome.token, {}});
  }
  state_ = State::up;
  failures_ = refusals_ = 0;
  trouble_.reset();
  wake_at_ = never;
  step_.events.push_back({Happening::up, head_office, std::nullopt, "peer_version=" + welcome.version});
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
  if (state_ != State::up) return;
  if (auto error = exchange_.on_frame(now, *frame, step_)) fail_line(now, std::move(*error), true);
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
  const std::int64_t most = refused ? doubled(refusal_first_ms, refusals_++, refusal_ms_max)
                                    : doubled(backoff_first_ms, failures_++, backoff_ms_max);
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

void AgentSession::on_commit_failed(Now now) {
  exchange_.on_commit_failed();
  if (state_ == State::up) {
    fail_line(now, {Code::retry_later, "no room for what head office sent", "store"}, true);
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
      if (now.mono >= wake_at_) fail_line(now, {Code::silent, "no answer from the gateway", "line"}, false);
      return;
    case State::up:
      if (now.mono >= after_ms(exchange_.heard_at(), beats_missed_max * self_.heartbeat_ms) && !REDRESS_MUTANT(22)) {
        return fail_line(now, {Code::silent, "heartbeats missed", "line"}, false);
      }
      exchange_.on_tick(now, step_);
      return;
  }
}

Instant AgentSession::next_deadline() const {
  if (state_ != State::up) return wake_at_;
  return std::min(exchange_.next_deadline(), after_ms(exchange_.heard_at(), beats_missed_max * self_.heartbeat_ms));
}

std::optional<Seq> AgentSession::feed_head() const {
  for (const wire::Cursor& head : exchange_.peer_heads()) {
    if (head.stream.owner == head_office && head.stream.reader == self_.site) return head.mark.seq;
  }
  return std::nullopt;
}

Step AgentSession::take_step() { return std::exchange(step_, Step{}); }

}  // namespace redress::sync
