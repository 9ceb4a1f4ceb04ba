#include "protocol/sync/gateway_session.h"

#include <algorithm>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

constexpr int beats_missed_max = 4;  // one more than the branch allows, so that the branch moves first

// `theirs` is a peer's word and may be any number: a difference of more than a hundred years is shown as that.
std::int64_t skew_of(WallTime theirs, WallTime ours) {
  constexpr std::int64_t century_ms = 3'155'760'000'000;
  return std::clamp(theirs.value(), ours.value() - century_ms, ours.value() + century_ms) - ours.value();
}

}  // namespace

GatewaySession::GatewaySession(const Self& self, const BranchPeer& peer, Epoch feed_epoch, Random& random)
    : self_{self}, peer_{peer}, feed_epoch_{feed_epoch}, random_{&random}, exchange_{self, peer.site, peer.signing} {}

std::optional<Error> GatewaySession::check_greeting(const wire::Hello& hello) const {
  if (hello.network != self_.domain.network)
    return Error{Code::network, "hello of another deployment", "hello.network"};
  if (hello.suite != self_.domain.suite->id) {
    return Error{Code::suite, "suite=" + std::to_string(hello.suite.value()), "hello.suite"};
  }
  if (hello.protocol_max < wire::protocol_min || hello.protocol_min > wire::protocol_max) {
    return Error{Code::version,
                 "branch speaks " + std::to_string(hello.protocol_min) + " to " + std::to_string(hello.protocol_max) +
                     ", gateway " + std::to_string(wire::protocol_min) + " to " + std::to_string(wire::protocol_max),
                 "hello.protocol"};
  }
  const auto foreign = [&](SiteId named) { return named != peer_.site && !REDRESS_MUTANT(63); };
  if (foreign(hello.site)) {
    return Error{Code::foreign_site, "hello names site=" + std::to_string(hello.site.value()), "hello.site"};
  }
  for (const wire::OwnJournal& own : hello.journals) {
    if (foreign(own.head.stream.owner) || own.head.stream.reader != no_reader || own.head.stream.epoch == Epoch{}) {
      return Error{Code::foreign_site, "hello names another's journal", "hello.journals"};
    }
  }
  if (hello.journals.empty()) return Error{Code::bad_frame, "hello without a journal", "hello.journals"};
  return std::nullopt;
}

// Nothing is accepted before both ends hold the same entry at the lower of their two places (P8).
std::optional<Error> GatewaySession::check_positions(const wire::Hello& hello) const {
  for (const wire::OwnJournal& own : hello.journals) {
    const auto held = self_.streams->mark_of(own.head.stream);
    if (!held) continue;
    const std::string seqs =
        "held=" + std::to_string(held->seq.value()) + " shown=" + std::to_string(own.head.mark.seq.value());
    if (own.head.mark.seq < held->seq)
      return Error{Code::old_image, "the branch's journal ends before ours: " + seqs, "hello.journals"};
    if (own.head.mark.seq == held->seq && own.head.mark.digest != held->digest) {
      return Error{Code::fork, "another entry at the same place: " + seqs, "hello.journals"};
    }
  }
  for (const wire::Cursor& feed : hello.received) {
    if (feed.stream != feed_for(feed_epoch_, peer_.site)) {
      return Error{Code::recovering, "the branch reads a feed of another epoch of head office", "hello.received"};
    }
    const auto own = self_.streams->digest_at(feed.stream, feed.mark.seq);
    if (!own) return Error{Code::recovering, "the branch holds more of its feed than head office", "hello.received"};
    if (*own != feed.mark.digest) return Error{Code::fork, "the branch holds another feed entry", "hello.received"};
  }
  return std::nullopt;
}

// A store that shows an older token than it was seen to hold is a copy or an old image (D10). A token that was offered
// and never confirmed may have been lost on the way, so the one before is good too.
std::optional<Error> GatewaySession::check_token(const wire::Hello& hello) const {
  const Tokens tokens = self_.streams->tokens(peer_.site, hello.journals.back().head.stream.epoch);
  const bool known = hello.token == tokens.known || (hello.token == tokens.offered && !tokens.offered.is_zero());
  if (known || tokens.known.is_zero()) return std::nullopt;
  return Error{Code::old_image, "the link token is not the last one given", "hello.token"};
}

wire::Welcome GatewaySession::welcome(Now now, const wire::Hello& hello) {
  wire::Welcome out;
  out.protocol = std::min(wire::protocol_max, hello.protocol_max);
  out.session = SessionId{random_->u64() | 1};
  exchange_.open(now.mono, out.session);
  for (const wire::OwnJournal& own : hello.journals) {
    exchange_.receive_stream(own.head.stream, own.parent);
    out.cursors.push_back({own.head.stream, exchange_.receivers().at(own.head.stream).durable(), Seq{1}});
  }
  const StreamName feed = feed_for(feed_epoch_, peer_.site);
  Seq feed_cursor;
  for (const wire::Cursor& cursor : hello.received) feed_cursor = cursor.mark.seq;
  exchange_.send_stream(now.mono, feed, feed_cursor, hello.window);
  const auto feed_mark = self_.streams->mark_of(feed);
  out.cursors.push_back({feed, feed_mark.value_or(journal::Mark{}), Seq{1}});
  // A hello that came twice is offered the same: the branch keeps whichever welcome it saw.
  out.token = offered_.is_zero() ? random_->fixed<LinkToken>() : offered_;
  out.window = static_cast<std::uint32_t>(self_.window_bytes);
  out.server_time = now.wall;
  out.version = self_.version;
  return out;
}

void GatewaySession::on_hello(Now now, const wire::Hello& hello) {
  std::optional<Error> error = check_greeting(hello);
  if (!error) error = check_positions(hello);
  if (!error) error = check_token(hello);
  if (error) return refuse(std::move(*error), 0);
  journal_ = hello.journals.back().head.stream;
  const wire::Welcome out = welcome(now, hello);
  offered_ = out.token;
  // What was shown is what the store is known to hold.
  step_.writes.emplace_back(KeepTokens{peer_.site, journal_->epoch, hello.token, offered_});
  step_.sends.push_back(wire::encode(out));
  clock_skew_ms_ = skew_of(hello.clock, now.wall);
  peer_version_ = hello.version;
  state_ = State::up;
  step_.events.push_back({Happening::up, peer_.site, std::nullopt, "peer_version=" + hello.version});
}

void GatewaySession::confirm_token() {
  if (offered_.is_zero() || !journal_) return;
  step_.writes.emplace_back(KeepTokens{peer_.site, journal_->epoch, offered_, {}});
  offered_ = LinkToken{};
}

void GatewaySession::on_frame(Now now, ByteView bytes) {
  if (state_ == State::ended) return;
  if (state_ == State::expecting && bytes.size() > limits::hello_bytes_max) {
    return refuse({Code::too_large, "a hello of " + std::to_string(bytes.size()) + " bytes", "frame"}, 0);
  }
  auto frame = wire::decode(bytes);
  if (!frame) return refuse(frame.error(), 0);
  if (const auto* hello = std::get_if<wire::Hello>(&*frame)) return on_hello(now, *hello);
  if (const auto* refusal = std::get_if<wire::Refusal>(&*frame)) {
    step_.events.push_back({Happening::peer_refused, peer_.site, refusal->code, refusal->what});
    exchange_.close();
    state_ = State::ended;
    return;
  }
  if (state_ != State::up) return refuse({Code::unexpected_frame, "a frame before the hello", "frame"}, 0);
  confirm_token();
  if (auto error = exchange_.on_frame(now, *frame, step_)) refuse(std::move(*error), 0);
}

void GatewaySession::refuse(Error why, std::uint32_t retry_after_ms) {
  step_.sends.push_back(wire::encode(wire::Refusal{exchange_.session(), why.code, why.what, retry_after_ms}));
  step_.events.push_back({Happening::refused, peer_.site, why.code, std::move(why.what)});
  exchange_.close();
  state_ = State::ended;
}

void GatewaySession::on_committed(const journal::Receipt& receipt) { exchange_.on_committed(receipt, step_); }

void GatewaySession::on_commit_failed() {
  exchange_.on_commit_failed();
  if (state_ == State::up)
    refuse({Code::retry_later, "nothing of it was taken; keep it and come back", "store"}, 5'000);
}

bool GatewaySession::on_sendable(Now now) { return state_ == State::up && exchange_.send_next(now, step_); }

void GatewaySession::on_tick(Now now) {
  if (state_ != State::up) return;
  if (now.mono >= after_ms(exchange_.heard_at(), beats_missed_max * self_.heartbeat_ms)) {
    step_.events.push_back({Happening::down, peer_.site, Code::silent, "heartbeats missed"});
    exchange_.close();
    state_ = State::ended;
    return;
  }
  exchange_.on_tick(now, step_);
}

Instant GatewaySession::next_deadline() const {
  if (state_ != State::up) return never;
  return std::min(exchange_.next_deadline(), after_ms(exchange_.heard_at(), beats_missed_max * self_.heartbeat_ms));
}

Step GatewaySession::take_step() { return std::exchange(step_, Step{}); }

}  // namespace redress::sync
