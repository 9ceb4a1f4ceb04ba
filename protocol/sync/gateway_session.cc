#include "protocol/sync/gateway_session.h"

#include <algorithm>
#include <array>

#include "protocol/base/limits.h"
#include "protocol/base/mutant.h"
#include "protocol/sync/held.h"

namespace redress::sync {
namespace {

constexpr int beats_missed_max = 4;  // one more than the branch allows, so that the branch moves first
// Of a branch that told of more than has come. Nobody waits for this end to give up: a new session of the branch
// replaces the old one.
constexpr int beats_awaited_max = 16;

// `theirs` is a peer's word and may be any number: a difference of more than a hundred years is shown as that.
std::int64_t skew_of(WallTime theirs, WallTime ours) {
  constexpr std::int64_t century_ms = 3'155'760'000'000;
  return std::clamp(theirs.value(), ours.value() - century_ms, ours.value() + century_ms) - ours.value();
}

}  // namespace

GatewaySession::GatewaySession(const Self& self, const BranchPeer& peer, Random& random)
    : self_{self}, peer_{peer}, random_{&random}, exchange_{self, peer.site, peer.signing} {}

std::optional<Error> GatewaySession::check_greeting(const wire::Hello& hello) const {
  if (hello.network != self_.domain.network)
    return Error{Code::network, "hello of another deployment", "hello.network"};
  if (hello.suite != self_.domain.suite->id) {
    return Error{Code::suite, "suite=" + std::to_string(hello.suite.value()), "hello.suite"};
  }
  if (hello.protocol_max < wire::protocol_min || hello.protocol_min > self_.protocol_max) {
    return Error{Code::version,
                 "branch speaks " + std::to_string(hello.protocol_min) + " to " + std::to_string(hello.protocol_max) +
                     ", gateway " + std::to_string(wire::protocol_min) + " to " + std::to_string(self_.protocol_max),
                 "hello.protocol"};
  }
  const auto foreign = [&](SiteId named) { return named != peer_.site && !REDRESS_MUTANT(63); };
  if (foreign(hello.site)) {
    return Error{Code::foreign_site, "hello names site=" + std::to_string(hello.site.value()), "hello.site"};
  }
  for (const wire::Held& own : hello.journals) {
    if (foreign(own.head.stream.owner) || own.head.stream.reader != no_reader || own.head.stream.epoch == Epoch{}) {
      return Error{Code::foreign_site, "hello names another's journal", "hello.journals"};
    }
  }
  for (const wire::Held& feed : hello.feeds) {
    const StreamName& stream = feed.head.stream;
    if (stream.owner != head_office || foreign(stream.reader) || stream.epoch == Epoch{}) {
      return Error{Code::foreign_site, "hello names another's feed", "hello.feeds"};
    }
  }
  if (hello.journals.empty()) return Error{Code::bad_frame, "hello without a journal", "hello.journals"};
  return std::nullopt;
}

namespace {

std::string places_of(const journal::Mark& ours, const journal::Mark& theirs) {
  return "held=" + std::to_string(ours.seq.value()) + " shown=" + std::to_string(theirs.seq.value());
}

// Version 1 named the cursor of one feed, without its parent.
std::vector<wire::Held> feeds_in(const wire::Hello& hello) {
  if (!hello.feeds.empty()) return hello.feeds;
  std::vector<wire::Held> out;
  for (const wire::Cursor& cursor : hello.received) out.push_back({cursor, std::nullopt, {}});
  return out;
}

}  // namespace

// True if we signed that our stream stood there.
bool GatewaySession::is_proven(const StreamName& stream, ByteView proof) const {
  const auto checkpoint = journal::decode_checkpoint(proof);
  return checkpoint && checkpoint->stream == stream &&
         journal::holds(self_.domain, self_.signer->public_key(), *checkpoint);
}

bool GatewaySession::is_lost(const wire::Held& feed) const {
  const StreamName& stream = feed.head.stream;
  if (feed.head.mark.seq == Seq{}) return false;
  const auto known = self_.streams->mark_of(stream);
  const bool beyond = !known || known->seq < feed.head.mark.seq;
  // What goes beyond a feed of an earlier epoch was found to be lost already: it is returned.
  const bool now = stream.epoch == self_.streams->epoch();
  const bool forgotten = !known && !self_.streams->is_epoch(stream.epoch);
  if (!beyond || (!now && !forgotten)) return false;
  const auto proof = journal::decode_checkpoint(feed.proof);
  // 93: a branch's word is enough
  return REDRESS_MUTANT(93) || (proof && proof->mark == feed.head.mark && is_proven(stream, feed.proof));
}

// A receipt that we gave for a place that we do not hold. What a site lost to us is on its way back once it was asked.
bool GatewaySession::is_lost(const wire::Hello& hello, const journal::Receipt& receipt) const {
  if (receipt.stream.owner != peer_.site || self_.streams->is_unheard(peer_.site)) return false;
  if (held_in(hello.journals, receipt.stream) == nullptr) return false;
  const auto known = self_.streams->mark_of(receipt.stream);
  if (known && known->seq >= receipt.to.seq) return false;
  if (self_.streams->asked_up_to(receipt.stream) >= receipt.to.seq) return false;
  return journal::holds(self_.domain, self_.signer->public_key(), receipt);
}

std::optional<RenewOffice> GatewaySession::lost(const wire::Hello& hello) const {
  RenewOffice renew{peer_.site, {}, {}, {}, {}};
  for (const wire::Held& feed : hello.feeds) {
    if (!is_lost(feed)) continue;
    renew.why = "feed epoch=" + std::to_string(feed.head.stream.epoch.value()) +
                " seq=" + std::to_string(feed.head.mark.seq.value());
    if (!self_.streams->is_epoch(feed.head.stream.epoch)) renew.unknown.push_back(feed);
  }
  const auto receipt = journal::decode_receipt(hello.last_receipt);
  if (receipt && is_lost(hello, *receipt)) {
    renew.why = "receipt to=" + std::to_string(receipt->to.seq.value());
    renew.receipt = *receipt;
  }
  if (renew.why.empty()) return std::nullopt;
  return renew;
}

std::optional<wire::Fork> GatewaySession::forked_journal(const wire::Held& shown, bool current) const {
  const StreamName& stream = shown.head.stream;
  const auto held = self_.streams->mark_of(stream);
  const journal::Mark& mark = shown.head.mark;
  // What the branch holds beyond us it compares itself, at the cursor of our welcome.
  if (!held || mark.seq > held->seq) return std::nullopt;
  const bool same = self_.streams->digest_at(stream, mark.seq) == mark.digest;
  if (same && (mark.seq == held->seq || !current)) return std::nullopt;
  if (same && REDRESS_MUTANT(82)) return std::nullopt;  // 82: an old image is not noticed
  wire::Fork fork{stream, *held, same ? Code::old_image : Code::fork, places_of(*held, mark), {}};
  if (same) fork.what = "the branch's journal ends before ours: " + fork.what;
  return fork;
}

std::optional<wire::Fork> GatewaySession::forked_feed(const wire::Held& shown) const {
  const StreamName& stream = shown.head.stream;
  const auto held = self_.streams->mark_of(stream);
  const journal::Mark& mark = shown.head.mark;
  if (!held || mark.seq > held->seq || mark.seq == Seq{}) return std::nullopt;
  if (self_.streams->digest_at(stream, mark.seq) == mark.digest) return std::nullopt;
  return wire::Fork{stream, *held, Code::fork, "the branch holds another feed entry: " + places_of(*held, mark), {}};
}

wire::Fork GatewaySession::old_image(const wire::Hello& hello, std::string what) const {
  const wire::Held& current = hello.journals.back();
  const journal::Mark none{Seq{}, journal::genesis(self_.domain, current.head.stream, current.parent)};
  return {current.head.stream,
          self_.streams->mark_of(current.head.stream).value_or(none),
          Code::old_image,
          std::move(what),
          {}};
}

// A store that shows an older token than it was seen to hold is a copy or an old image (D10). What was offered since
// and never confirmed may have been lost on the way, or overtaken: the one before and each of these are good. A site
// that was not heard since head office lost its past has seen tokens that head office has not.
std::optional<wire::Fork> GatewaySession::forked_token(const wire::Hello& hello) const {
  const StreamName& stream = hello.journals.back().head.stream;
  const Tokens tokens = self_.streams->tokens(peer_.site, stream.epoch);
  const bool known =
      hello.token == tokens.known || std::count(tokens.offered.begin(), tokens.offered.end(), hello.token) > 0;
  if (known || tokens.known.is_zero() || self_.streams->is_unheard(peer_.site) || REDRESS_MUTANT(83))
    return std::nullopt;
  return old_image(hello, "the link token is not the last one given");
}

// An image of the same session, whose journal ends where ours does, shows by its feed alone that it is old.
std::optional<wire::Fork> GatewaySession::forgotten_feed(const wire::Hello& hello) const {
  const Seq signed_for = self_.streams->signed_for(hello.journals.back().head.stream);
  const std::vector<wire::Held> feeds = feeds_in(hello);
  const wire::Held* shown = held_in(feeds, feed_for(self_.streams->epoch(), peer_.site));
  const Seq there = shown == nullptr ? Seq{} : shown->head.mark.seq;
  if (there >= signed_for) return std::nullopt;
  return old_image(hello, "the branch's feed ends before what it signed for: signed=" +
                              std::to_string(signed_for.value()) + " shown=" + std::to_string(there.value()));
}

std::optional<wire::Fork> GatewaySession::forked(const wire::Hello& hello) const {
  const StreamName& current = hello.journals.back().head.stream;
  for (const wire::Held& own : hello.journals) {
    if (auto fork = forked_journal(own, own.head.stream == current)) return fork;
  }
  for (const wire::Held& feed : feeds_in(hello)) {
    if (auto fork = forked_feed(feed)) return fork;
  }
  auto fork = forked_token(hello);
  return fork ? std::move(fork) : forgotten_feed(hello);
}

// Says where the copies differ. The branch looks for the place where they part, and greets again.
void GatewaySession::part(Now now, const wire::Hello& hello, wire::Fork fork) {
  if (hello.protocol_max < 2) return refuse({fork.code, std::move(fork.what), "hello"}, 0);
  if (fork.stream.reader == no_reader) {
    const auto signed_once = self_.streams->checkpoint_at(fork.stream, fork.have.seq);
    if (signed_once) fork.proof = journal::encode(*signed_once);
  }
  // A hello that comes late looks like an old image: people are told once the branch begins to look for the place.
  parted_ = Event{Happening::forked, peer_.site, fork.code, fork.what};
  step_.sends.push_back(wire::encode(fork));
  exchange_.close();
  state_ = State::expecting;
  clock_skew_ms_ = skew_of(hello.clock, now.wall);
}

void GatewaySession::on_probe(Now now, const wire::Probe& probe) {
  const bool own = probe.stream.owner == peer_.site && probe.stream.reader == no_reader;
  const bool feed = probe.stream.owner == head_office && probe.stream.reader == peer_.site;
  if (!greeted_) return refuse({Code::unexpected_frame, "a probe before the hello", "frame"}, 0);
  if (!own && !feed) return refuse({Code::foreign_site, "a probe of another's stream", "probe"}, 0);
  // A branch that parts by what the welcome named asks in the session that it never took up.
  exchange_.on_heard(now.mono);
  if (parted_) step_.events.push_back(std::move(*std::exchange(parted_, std::nullopt)));
  step_.sends.push_back(
      wire::encode(wire::Probe{probe.stream, probe.seq, self_.streams->digest_at(probe.stream, probe.seq)}));
}

// The branch holds a feed of ours that we do not: with our own signature for it, the fault is ours.
void GatewaySession::on_common(const wire::Common& common) {
  const StreamName& feed = common.stream;
  const bool readers = greeted_ && feed.owner == head_office && feed.reader == peer_.site;
  const auto proof = journal::decode_checkpoint(common.proof);
  const bool proven = readers && proof && proof->mark.seq > common.mark.seq && is_proven(feed, common.proof);
  const bool differs = proven && self_.streams->digest_at(feed, proof->mark.seq) != proof->mark.digest;
  const bool shared = differs && self_.streams->digest_at(feed, common.mark.seq) == common.mark.digest;
  if (!shared) return refuse({Code::fork, "the branch's feed is not one that head office signed", "common"}, 0);
  step_.writes.emplace_back(RewindFeed{feed, common.mark, {}});
  step_.events.push_back(
      {Happening::recovering, peer_.site, Code::fork,
       "feed epoch=" + std::to_string(feed.epoch.value()) + " common=" + std::to_string(common.mark.seq.value())});
  refuse({Code::recovering, "head office takes back another line of this feed", "common"}, 0);
}

wire::Welcome GatewaySession::welcome(Now now, const wire::Hello& hello) {
  wire::Welcome out;
  out.protocol = std::min(self_.protocol_max, hello.protocol_max);
  out.session = SessionId{random_->u64() | 1};
  exchange_.open(now.mono, out.session, out.protocol, hello.window);
  out.streams = self_.streams->streams_of(peer_.site);
  keep_newest(out.streams, limits::hello_journals_max);
  open_streams(now, hello, out.streams);
  for (const wire::Held& own : hello.journals) {
    out.cursors.push_back({own.head.stream, exchange_.receivers().at(own.head.stream).durable(), Seq{1}});
  }
  out.cursors.push_back(out.streams.back().head);
  // A hello that came twice is offered the same: the branch keeps whichever welcome it saw.
  out.token = offered_.is_zero() ? random_->fixed<LinkToken>() : offered_;
  out.window = static_cast<std::uint32_t>(self_.window_bytes);
  out.server_time = now.wall;
  out.version = self_.version;
  return out;
}

void GatewaySession::open_journal(Now now, const wire::Held& held, Seq there, bool unnamed) {
  const StreamName& stream = held.head.stream;
  // Another store of this site may write it on, so that it stays open.
  const bool here_more = stream != *journal_ && held.head.mark.seq >= there && !REDRESS_MUTANT(84);
  if (here_more) exchange_.send_stream(now.mono, stream, there, Lane{true, false});
  // What has come back whole is sent once more, for its receipt.
  if (unnamed) exchange_.receive_stream(stream, held.parent);
}

// Both ends hold the same at the lower of their two places: who has less receives, who has more sends.
void GatewaySession::open_streams(Now now, const wire::Hello& hello, const std::vector<wire::Held>& ours) {
  awaited_.clear();
  const std::vector<wire::Held> feeds = feeds_in(hello);
  const auto theirs = [&](const StreamName& stream) {
    const wire::Held* held = held_in(stream.reader == no_reader ? hello.journals : feeds, stream);
    return held == nullptr ? Seq{} : held->head.mark.seq;
  };
  // No more than a heartbeat can name.
  const std::size_t named = hello.journals.size() + feeds.size();
  std::size_t room = limits::hello_journals_max - std::min(limits::hello_journals_max, named);
  for (const wire::Held& held : ours) {
    const StreamName& stream = held.head.stream;
    const Seq there = theirs(stream);
    if (stream.reader == no_reader) {
      const bool unnamed = held_in(hello.journals, stream) == nullptr;
      if (unnamed && room == 0) continue;
      if (unnamed) --room;
      open_journal(now, held, there, unnamed);
    } else if (stream.epoch == self_.streams->epoch()) {
      exchange_.send_stream(now.mono, stream, there);
    } else if (!REDRESS_MUTANT(92)) {  // 92: the rest of the parent is skipped
      // What the branch has without our holding its receipt goes again, and delays nothing.
      const auto receipt = self_.streams->last_receipt(stream);
      const Seq receipted = receipt ? receipt->to.seq : Seq{};
      const bool behind = held.head.mark.seq > there;
      if (behind || held.head.mark.seq > receipted) exchange_.send_stream(now.mono, stream, there, Lane{false, behind});
    }
  }
  const auto take = [&](const wire::Held& held) {
    exchange_.receive_stream(held.head.stream, held.parent);
    if (held.head.mark.seq > exchange_.receivers().at(held.head.stream).durable().seq) awaited_.push_back(held.head);
  };
  for (const wire::Held& own : hello.journals) take(own);
  keep_word(hello.journals.back());
  for (const wire::Held& feed : feeds) {
    const auto here = self_.streams->mark_of(feed.head.stream).value_or(journal::Mark{});
    if (feed.head.stream.epoch != self_.streams->epoch() && feed.head.mark.seq > here.seq) take(feed);
  }
}

// What the branch signed before its store was found to be a copy: evidence of the fork.
void GatewaySession::keep_word(const wire::Held& own) {
  const auto word = journal::decode_checkpoint(own.proof);
  if (!word || !own.parent || self_.streams->checkpoint_at(own.head.stream, Seq{})) return;
  const bool theirs =
      word->stream == journal_of(peer_.site, own.parent->epoch) && journal::holds(self_.domain, peer_.signing, *word);
  if (theirs) step_.writes.emplace_back(KeepWord{own.head.stream, *word});
}

void GatewaySession::on_hello(Now now, const wire::Hello& hello, ByteView bytes) {
  const std::array<ByteView, 1> whole{bytes};
  const Digest digest = self_.domain.suite->hash(whole);
  // The same hello again, whose token was replaced since: a branch greets once a line, and once an epoch.
  if (state_ == State::up && digest == welcomed_) {
    step_.events.push_back({Happening::stale, peer_.site, Code::stale_session, "the hello came again"});
    return;
  }
  if (auto error = check_greeting(hello)) return refuse(std::move(*error), 0);
  greeted_ = true;
  journal_ = hello.journals.back().head.stream;
  if (auto renew = lost(hello)) {
    step_.events.push_back({Happening::recovering, peer_.site, Code::recovering, renew->why});
    step_.writes.emplace_back(std::move(*renew));
    return refuse({Code::recovering, "head office was shown what it has lost, and takes it back", "hello"}, 0);
  }
  if (auto fork = forked(hello)) return part(now, hello, std::move(*fork));
  for (const wire::Held& feed : feeds_in(hello)) {
    const auto here = self_.streams->mark_of(feed.head.stream).value_or(journal::Mark{});
    if (feed.head.stream.epoch == self_.streams->epoch() && feed.head.mark.seq > here.seq)
      return refuse({Code::recovering, "the branch holds more of its feed than head office", "hello.feeds"}, 0);
  }
  const wire::Welcome out = welcome(now, hello);
  offered_ = out.token;
  // What was shown is what the store is known to hold.
  step_.writes.emplace_back(KeepTokens{peer_.site, journal_->epoch, hello.token, offered_});
  step_.sends.push_back(wire::encode(out));
  clock_skew_ms_ = skew_of(hello.clock, now.wall);
  peer_version_ = hello.version;
  state_ = State::up;
  welcomed_ = digest;
  step_.events.push_back({Happening::up, peer_.site, std::nullopt, "peer_version=" + hello.version});
}

void GatewaySession::note_heard() {
  if (state_ != State::up || !self_.streams->is_unheard(peer_.site)) return;
  const bool all = std::all_of(awaited_.begin(), awaited_.end(), [&](const wire::Cursor& shown) {
    const auto here = self_.streams->mark_of(shown.stream);
    return here && here->seq >= shown.mark.seq;
  });
  if (!all) return;
  step_.writes.emplace_back(KeepHeard{peer_.site, {}});
  step_.events.push_back({Happening::heard, peer_.site, std::nullopt, "everything it held came back"});
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
  if (const auto* hello = std::get_if<wire::Hello>(&*frame)) return on_hello(now, *hello, bytes);
  if (const auto* refusal = std::get_if<wire::Refusal>(&*frame)) {
    step_.events.push_back({Happening::peer_refused, peer_.site, refusal->code, refusal->what});
    exchange_.close();
    state_ = State::ended;
    return;
  }
  if (const auto* probe = std::get_if<wire::Probe>(&*frame)) return on_probe(now, *probe);
  if (const auto* common = std::get_if<wire::Common>(&*frame)) return on_common(*common);
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

// What follows a damaged entry does not wait for it: it goes on in the feed of a new epoch, without it (D11).
void GatewaySession::pass_over(const Exchange::Stopped& stopped) {
  step_.writes.emplace_back(RewindFeed{stopped.stream, stopped.common, {}, /*damaged=*/true});
  step_.events.push_back({Happening::renewed, peer_.site, Code::damaged, stopped.why()});
  refuse({Code::recovering, "head office goes on in a new epoch", "session"}, 0);
}

void GatewaySession::on_tick(Now now) {
  if (state_ != State::up) return;
  if (now.mono >= silent_at()) {
    step_.events.push_back({Happening::down, peer_.site, Code::silent, "heartbeats missed"});
    exchange_.close();
    state_ = State::ended;
    return;
  }
  if (const auto stopped = exchange_.stopped()) return pass_over(*stopped);
  exchange_.on_tick(now, step_);
  note_heard();
}

Instant GatewaySession::silent_at() const {
  const int beats = exchange_.is_awaiting() ? beats_awaited_max : beats_missed_max;
  return after_ms(exchange_.heard_at(), beats * self_.heartbeat_ms);
}

Instant GatewaySession::next_deadline() const {
  if (state_ != State::up) return never;
  return std::min(exchange_.next_deadline(), silent_at());
}

Step GatewaySession::take_step() { return std::exchange(step_, Step{}); }

}  // namespace redress::sync
