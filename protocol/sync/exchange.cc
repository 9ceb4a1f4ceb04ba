#include "protocol/sync/exchange.h"

#include <algorithm>

#include "protocol/base/mutant.h"

namespace redress::sync {
namespace {

Error unexpected(std::string what) { return {Code::unexpected_frame, std::move(what), "frame"}; }

}  // namespace

void Exchange::open(Instant now, SessionId session, std::uint16_t protocol, std::size_t window_bytes) {
  close();
  pace_.begin(self_.heartbeat_ms);
  pace_.on_window(window_bytes);
  healing_.open(session, protocol >= wire::protocol_heals);
  session_ = session;
  heard_at_ = now;
  beat_at_ = now;
}

void Exchange::close() {
  session_ = SessionId{};
  senders_.clear();
  order_.clear();
  receivers_.clear();
  peer_heads_.clear();
  beat_at_ = never;
  healing_.close();
}

void Exchange::send_stream(Instant now, const StreamName& stream, Seq peer_has, Lane lane) {
  Sender sender{stream, lane};
  // What the peer holds without our holding its receipt goes again: the receipt is the answer.
  const auto receipt = lane.returned ? std::nullopt : self_.streams->last_receipt(stream);
  const Seq receipted = receipt ? receipt->to.seq : Seq{};
  Seq from = lane.returned ? peer_has : std::min(peer_has, receipted);
  if (REDRESS_MUTANT(24)) from = self_.streams->mark_of(stream).value_or(journal::Mark{}).seq;  // 24: edge-triggered
  sender.connect(now, from);
  if (senders_.insert_or_assign(stream, sender).second) order_.push_back(stream);
}

void Exchange::receive_stream(const StreamName& stream, const std::optional<journal::Parent>& parent) {
  const auto held = self_.streams->mark_of(stream);
  const journal::Mark durable = held.value_or(journal::Mark{Seq{}, journal::genesis(self_.domain, stream, parent)});
  const bool returned = stream.owner == self_.site;
  // A site that was enrolled anew has no key any more that signed what it wrote before: head office vouches for it, and
  // takes its own word when that comes back to it.
  std::optional<PublicKey> witness;
  if (returned && self_.site != head_office) witness = peer_signing_;
  if (self_.site == head_office && stream.reader == no_reader) witness = self_.signer->public_key();
  const PublicKey author = returned ? self_.signer->public_key() : peer_signing_;
  receivers_.insert_or_assign(stream, Receiver{self_.domain, stream, durable, parent, author, witness});
}

bool Exchange::is_current(Now now, SessionId session, Step& step) {
  if ((session != session_ && !REDRESS_MUTANT(26)) || session_ == SessionId{}) {
    step.events.push_back({Happening::stale, peer_, Code::stale_session, "session=" + std::to_string(session.value())});
    return false;
  }
  heard_at_ = REDRESS_MUTANT(133) ? Instant{now.wall.value()} : now.mono;  // 133: by the wall clock
  return true;
}

std::optional<Error> Exchange::on_frame(Now now, wire::Frame& frame, Step& step) {
  if (auto* batch = std::get_if<wire::Batch>(&frame)) return on_batch(now, *batch, step);
  if (const auto* receipted = std::get_if<wire::Receipted>(&frame)) return on_receipted(now, *receipted, step);
  if (const auto* hole = std::get_if<wire::Hole>(&frame)) return on_hole(now, *hole, step);
  if (const auto* beat = std::get_if<wire::Beat>(&frame)) return on_beat(now, *beat, step);
  if (const auto* want = std::get_if<wire::Want>(&frame)) {
    return is_current(now, want->session, step) ? healing_.on_want(*want, step) : std::nullopt;
  }
  if (const auto* give = std::get_if<wire::Give>(&frame)) {
    return is_current(now, give->session, step) ? healing_.on_give(now.mono, *give, step) : std::nullopt;
  }
  return unexpected("frame of kind " + std::to_string(frame.index()));
}

std::optional<Error> Exchange::on_batch(Now now, wire::Batch& batch, Step& step) {
  if (!is_current(now, batch.session, step)) return std::nullopt;
  const auto found = receivers_.find(batch.stream);
  if (found == receivers_.end()) return unexpected("batch of a stream that was not agreed on");
  Receiver& receiver = found->second;
  Verdict verdict = receiver.on_batch(batch, *self_.streams);
  switch (verdict.kind) {
    case Verdict::Kind::next:
      step.writes.emplace_back(std::move(*verdict.accept));
      break;
    case Verdict::Kind::duplicate: {
      step.events.push_back(
          {Happening::duplicate, peer_, std::nullopt, "first=" + std::to_string(batch.first.value())});
      answer_duplicate(receiver, batch, now, step);
      break;
    }
    case Verdict::Kind::hole:
      step.events.push_back({Happening::hole, peer_, Code::hole, "first=" + std::to_string(batch.first.value())});
      step.sends.push_back(wire::encode(wire::Hole{session_, batch.stream, receiver.accepted()}));
      break;
    case Verdict::Kind::refuse:
      return verdict.error;
  }
  return std::nullopt;
}

std::optional<Error> Exchange::on_receipted(Now now, const wire::Receipted& receipted, Step& step) {
  if (!is_current(now, receipted.session, step)) return std::nullopt;
  const journal::Receipt& receipt = receipted.receipt;
  if (!journal::holds(self_.domain, peer_signing_, receipt)) {
    return Error{Code::bad_signature, "receipt does not hold: to=" + std::to_string(receipt.to.seq.value()), "receipt"};
  }
  const auto found = senders_.find(receipt.stream);
  if (found == senders_.end()) return unexpected("receipt for a stream that is not sent here");
  pace_.on_window(receipted.window);
  Sender& sender = found->second;
  const auto own = self_.streams->digest_at(receipt.stream, receipt.to.seq);
  // A reader that holds more of an earlier feed than we do returns it in this very session; what we hold, it has.
  const bool earlier = self_.site == head_office && receipt.stream.epoch != self_.streams->epoch();
  if (!own && earlier) {
    sender.on_receipt(now.mono, self_.streams->mark_of(receipt.stream).value_or(journal::Mark{}).seq, pace_);
    return std::nullopt;
  }
  if (!own || *own != receipt.to.digest) {
    return Error{own ? Code::fork : Code::old_image,
                 "receipt for an entry that is not the one held here: to=" + std::to_string(receipt.to.seq.value()),
                 "receipt"};
  }
  if (receipt.to.seq > sender.receipted() && !sender.lane().returned) step.writes.emplace_back(KeepReceipt{receipt});
  sender.on_receipt(now.mono, receipt.to.seq, pace_);
  return std::nullopt;
}

void Exchange::answer_duplicate(const Receiver& receiver, const wire::Batch& batch, Now now, Step& step) const {
  if (batch.stream.owner != self_.site) {
    if (const auto receipt = self_.streams->last_receipt(batch.stream)) send_receipt(*receipt, step);
    return;
  }
  // For what is returned to us no receipt is kept: it is our own.
  if (receiver.durable().seq == Seq{}) return;
  send_receipt(
      journal::sign(self_.domain, *self_.signer,
                    {{}, {}, batch.stream, batch.first, receiver.durable(), now.wall, self_.streams->ledger(), {}}),
      step);
}

std::optional<Error> Exchange::on_hole(Now now, const wire::Hole& hole, Step& step) {
  if (!is_current(now, hole.session, step)) return std::nullopt;
  const auto found = senders_.find(hole.stream);
  if (found == senders_.end()) return unexpected("hole in a stream that is not sent here");
  const auto own = self_.streams->digest_at(hole.stream, hole.have.seq);
  if (!own || *own != hole.have.digest)
    return Error{Code::fork, "the peer stands at an entry that is not held here", "hole"};
  found->second.on_hole(now.mono, hole.have.seq, pace_);
  return std::nullopt;
}

std::optional<Error> Exchange::on_beat(Now now, const wire::Beat& beat, Step& step) {
  if (!is_current(now, beat.session, step)) return std::nullopt;
  peer_heads_ = beat.heads;
  return std::nullopt;
}

void Exchange::send_receipt(const journal::Receipt& receipt, Step& step) const {
  step.sends.push_back(
      wire::encode(wire::Receipted{session_, receipt, static_cast<std::uint32_t>(self_.window_bytes)}));
}

void Exchange::on_committed(const journal::Receipt& receipt, Step& step) {
  const auto found = receivers_.find(receipt.stream);
  if (found == receivers_.end()) return;  // the session ended meanwhile; the hello will tell
  found->second.on_durable(receipt.to);
  send_receipt(receipt, step);
}

void Exchange::on_commit_failed() {
  for (auto& [name, receiver] : receivers_) receiver.on_failed();
}

void Exchange::send_batch(Now now, const StreamName& stream, Outgoing out, Step& step) const {
  const Seq first{out.last.seq.value() - out.items.size() + 1};
  wire::Batch batch{session_, stream, first, std::move(out.items), std::move(out.grants), {}};
  auto stored = out.checkpoint ? out.checkpoint : self_.streams->checkpoint_at(stream, out.last.seq);
  // The author checks what comes back by the key that it has today.
  const bool own_journal = senders_.at(stream).lane().returned && stream.reader == no_reader;
  if (own_journal && stored && !journal::holds(self_.domain, peer_signing_, *stored)) stored.reset();
  batch.checkpoint = stored ? *stored
                            : journal::sign(self_.domain, *self_.signer,
                                            {{}, {}, stream, out.last, now.wall, self_.streams->ledger(), {}});
  step.sends.push_back(wire::encode(std::move(batch)));
}

bool Exchange::send_next(Now now, Step& step) {
  for (const StreamName& name : order_) {
    Sender& sender = senders_.at(name);
    const auto head = self_.streams->mark_of(name);
    if (!head) continue;
    auto out = sender.next(now.mono, *self_.streams, head->seq, peer_, pace_);
    if (out) {
      // The peer hears nothing while a batch is on its way, and is patient if it was told of one (is_awaiting).
      if (now.mono >= beat_at_) beat(now, step);
      send_batch(now, name, std::move(*out), step);
      return true;
    }
    if (sender.lane().first && sender.receipted() < head->seq && !sender.is_barred()) return false;
  }
  return false;
}

void Exchange::beat(Now now, Step& step) {
  wire::Beat out{session_, {}, {}, now.wall};
  for (const auto& [name, sender] : senders_) {
    if (const auto mark = self_.streams->mark_of(name)) out.heads.push_back({name, *mark, Seq{1}});
  }
  for (const auto& [name, receiver] : receivers_) out.received.push_back({name, receiver.durable(), Seq{1}});
  step.sends.push_back(wire::encode(out));
  healing_.on_beat(now.mono, step);
  beat_at_ = after_ms(now.mono, self_.heartbeat_ms);
}

void Exchange::on_tick(Now now, Step& step) {
  if (session_ == SessionId{}) return;
  if (now.mono >= beat_at_) beat(now, step);
  bool stuck = false;
  for (auto& [name, sender] : senders_) {
    if (REDRESS_MUTANT(21)) break;  // a lost tail is never sent again
    if (!sender.rewind_if_stuck(now.mono, pace_)) continue;
    stuck = true;
    step.events.push_back(
        {Happening::rewound, peer_, std::nullopt, "from=" + std::to_string(sender.receipted().value())});
  }
  if (stuck) pace_.on_silence();
}

bool Exchange::is_awaiting() const {
  return std::any_of(peer_heads_.begin(), peer_heads_.end(), [&](const wire::Cursor& head) {
    const auto found = receivers_.find(head.stream);
    return found != receivers_.end() && found->second.accepted().seq < head.mark.seq;
  });
}

std::string Exchange::Stopped::why() const {
  return "the next entry is damaged here: epoch=" + std::to_string(stream.epoch.value()) +
         " after seq=" + std::to_string(common.seq.value());
}

std::optional<Exchange::Stopped> Exchange::stopped() const {
  if (REDRESS_MUTANT(113)) return std::nullopt;  // 113: damage stops its stream for good
  for (const auto& [name, sender] : senders_) {
    const auto after = sender.lane().returned ? std::nullopt : sender.damaged_after();
    if (!after) continue;
    return Stopped{name, {*after, self_.streams->digest_at(name, *after).value_or(Digest{})}};
  }
  return std::nullopt;
}

Instant Exchange::next_deadline() const {
  if (session_ == SessionId{}) return never;
  if (stopped()) return Instant{0};
  Instant next = beat_at_;
  for (const auto& [name, sender] : senders_) next = std::min(next, sender.deadline(pace_));
  return next;
}

}  // namespace redress::sync
