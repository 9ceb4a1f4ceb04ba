// Plays an input to a session as a peer that may say anything, and as a shell that keeps the call order: frames and
// ticks, then a turn that commits and sends.
//
// Input: acts, each a byte that chooses and what the act takes; see play(). A frame put together here is what an honest
// peer would say, but for the parts that the input changes.
#pragma once

#include "protocol/base/limits.h"
#include "protocol/sync/agent_session.h"
#include "protocol/sync/gateway_session.h"
#include "tests/fuzz/shelf.h"

namespace redress::fuzz {

inline constexpr SiteId branch_site{7};
inline constexpr StreamName branch_journal = journal_of(branch_site, Epoch{5});
inline constexpr StreamName branch_feed = feed_for(Epoch{3}, branch_site);
inline constexpr std::size_t acts_max = 200;

// What is not in both sessions' interface the same way.
inline bool is_up(const sync::AgentSession& session) { return session.state() == sync::AgentSession::State::up; }
inline bool is_up(const sync::GatewaySession& session) { return session.state() == sync::GatewaySession::State::up; }
inline void commit_failed(sync::AgentSession& session, Now now) { session.on_commit_failed(now); }
inline void commit_failed(sync::GatewaySession& session, Now) { session.on_commit_failed(); }

template <typename Session>
class Dialogue {
 public:
  // `sent` is the stream that the session sends, `received` the one it receives.
  Dialogue(Session& session, Shelf& shelf, const StreamName& sent, const StreamName& received)
      : session_{session}, shelf_{shelf}, sent_{sent}, received_{received}, told_{entries_of(received, entries_told)} {}

  // True if the act was one of those that both kinds of session know.
  bool act(unsigned choice, Input& in) {
    switch (choice) {
      case 0:
        session_.on_frame(now(), in.bytes(in.u16()));
        break;
      case 1:
        patched(in);
        break;
      case 2:
        now_.mono = after_ms(now_.mono, in.u16());
        session_.on_tick(now());
        break;
      case 3:
        turn(in.u8() % 8 == 7);
        break;
      case 4:
        batch(in);
        break;
      case 5:
        hear(wire::Receipted{session(in), receipt(in), in.u16()});
        break;
      case 6:
        hear(wire::Hole{session(in), sent_, mark_of(sent_, in)});
        break;
      case 7:
        hear(wire::Beat{session(in), {{received_, mark_of(received_, in), Seq{1}}}, {}, WallTime{}});
        break;
      default:
        return false;
    }
    return true;
  }
  void hear(const wire::Frame& frame) { session_.on_frame(now(), wire::encode(frame)); }

  // A commit of everything asked since the last, then what may be sent.
  void turn(bool fails) {
    sync::Step step = session_.take_step();
    std::vector<journal::Receipt> receipts;
    bool good = true;
    for (const sync::Write& write : step.writes) {
      good = !fails && std::visit([&](const auto& one) { return shelf_.keep(one, receipts); }, write) && good;
    }
    for (const journal::Receipt& receipt : receipts) session_.on_committed(receipt);
    if (!good) commit_failed(session_, now());
    check(step);
    int batches = 0;
    while (session_.on_sendable(now())) ++batches;
    REDRESS_ASSERT(batches == 0 || is_up(session_));
    const sync::Step after = session_.take_step();
    REDRESS_ASSERT(after.writes.empty());
    check(after);
  }

  [[nodiscard]] Now now() const { return now_; }
  // Where the stream stands at the session's end, moved by the input: mostly not at all.
  [[nodiscard]] journal::Mark mark_of(const StreamName& stream, Input& in) const {
    const unsigned lie = in.u8();
    journal::Mark mark = shelf_.mark_of(stream).value_or(journal::Mark{});
    if (lie % 4 == 1) mark.seq = Seq{mark.seq.value() - std::min<std::uint64_t>(mark.seq.value(), lie / 4 % 16)};
    if (lie % 4 == 2) mark.seq = Seq{mark.seq.value() + lie / 4 % 16};
    if (const auto digest = shelf_.digest_at(stream, mark.seq)) mark.digest = *digest;
    if (lie % 4 == 3) mark.digest.bytes[lie / 4 % 32] ^= std::byte{1};
    return mark;
  }

 private:
  void check(const sync::Step& step) {
    for (const Bytes& frame : step.sends) {
      REDRESS_ASSERT(frame.size() <= limits::frame_bytes_max);
      REDRESS_ASSERT(wire::decode(frame).has_value());
    }
  }
  [[nodiscard]] SessionId session(Input& in) const {
    const SessionId current = session_.exchange().session();
    const unsigned lie = in.u8();
    return lie == 0xFF ? SessionId{current.value() + 1} : current;
  }
  // A whole frame of the input's, made one of this session.
  void patched(Input& in) {
    auto frame = wire::decode(in.bytes(in.u16()));
    if (!frame) return;
    std::visit(
        [&](auto& one) {
          if constexpr (requires { one.session; }) one.session = session_.exchange().session();
        },
        *frame);
    hear(*frame);
  }
  [[nodiscard]] journal::Receipt receipt(Input& in) const {
    const journal::Receipt out{{}, {}, sent_, Seq{1}, mark_of(sent_, in), {}, {}, {}};
    journal::Receipt made = journal::sign(cheap_domain(), CheapSigner{}, out);
    made.signature.bytes[0] = static_cast<std::byte>(in.u8() == 0xFF ? 0 : 1);
    return made;
  }
  void batch(Input& in) {
    const SessionId named = session(in);
    const std::size_t held = shelf_.mark_of(received_).value_or(journal::Mark{}).seq.value();
    const std::size_t moved = held + in.u8() % 8;  // 3: the next one
    const std::size_t first = std::min(moved - std::min<std::size_t>(moved, 3), told_.size() - 1);
    const std::size_t count = std::min<std::size_t>(in.u8() % 8 + 1, told_.size() - first);
    wire::Batch out{named, received_, Seq{first + 1}, {}, {}, {}};
    for (std::size_t i = first; i < first + count; ++i) out.items.push_back(told_[i].item);
    const unsigned lie = in.u8();
    if (lie % 8 == 1) out.items[lie / 8 % count].body[0] ^= std::byte{1};
    if (lie % 8 == 2) out.items[lie / 8 % count].header[in.u8() % limits::header_bytes_min] ^= std::byte{1};
    if (lie % 8 == 3) out.first = Seq{in.u64() | 1};
    if (lie % 8 == 4) out.stream.epoch = Epoch{lie};
    const journal::Checkpoint checkpoint{{}, {}, received_, told_[first + count - 1].mark, {}, {}, {}};
    out.checkpoint = journal::sign(cheap_domain(), CheapSigner{}, checkpoint);
    if (lie % 8 == 5) out.checkpoint.mark.digest.bytes[0] ^= std::byte{1};
    hear(out);
  }

  Session& session_;
  Shelf& shelf_;
  StreamName sent_;
  StreamName received_;
  std::vector<Shelved> told_;  // the received stream as its owner wrote it, all of it
  Now now_{Instant{1'000}, WallTime{1'795'305'600'000}};
};

inline sync::Self self_on(const Shelf& shelf, SiteId site, const CheapSigner& signer) {
  sync::Self self;
  self.domain = cheap_domain();
  self.site = site;
  self.signer = &signer;
  self.streams = &shelf;
  self.version = "fuzz";
  return self;
}

}  // namespace redress::fuzz
