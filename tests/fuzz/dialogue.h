// Plays an input to a session as a peer that may say anything, and as a shell that keeps the call order: frames and
// ticks, then a turn that commits and sends.
//
// Input: acts, each a byte that chooses and what the act takes; see play(). A frame put together here is what an honest
// peer would say, but for the parts that the input changes. New acts get new numbers: the kept inputs name the old
// ones.
#pragma once

#include <algorithm>
#include <array>

#include "protocol/base/limits.h"
#include "protocol/sync/agent_session.h"
#include "protocol/sync/gateway_session.h"
#include "tests/fuzz/shelf.h"

namespace redress::fuzz {

inline constexpr SiteId branch_site{7};
inline constexpr StreamName branch_journal = journal_of(branch_site, live_epoch);
inline constexpr StreamName branch_feed = feed_for(Epoch{3}, branch_site);
inline constexpr StreamName earlier_journal = journal_of(branch_site, Epoch{4});
inline constexpr StreamName earlier_feed = feed_for(Epoch{2}, branch_site);
inline constexpr std::size_t acts_max = 64;
inline constexpr unsigned acts_known = 23;
inline constexpr std::size_t long_input = 512;  // bytes

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
      : session_{session}, shelf_{shelf}, sent_{sent}, received_{received} {}

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
        batch(received_, in);
        break;
      case 5:
        receipted(sent_, in);
        break;
      case 6:
        hear(wire::Hole{session(in), sent_, mark_of(sent_, in)});
        break;
      case 7:
        hear(wire::Beat{session(in), {{received_, mark_of(received_, in), Seq{1}}}, {}, WallTime{}});
        break;
      case 15:
        // What a store that was repaired before holds beside: there from the beginning, or not at all.
        if (begun_) break;
        shelf_.put(earlier_journal, entries_of(earlier_journal, in.u8() % 4));
        shelf_.put(earlier_feed, entries_of(earlier_feed, in.u8() % 4));
        break;
      case 16:
        shelf_.spoil(stream(in), Seq{in.u8() % 8 + std::uint64_t{1}});
        break;
      case 17:
        hear(wire::Beat{session(in), {held(in).head, held(in).head}, {}, WallTime{}});
        break;
      case 18:
        if (!begun_) repaired(in);
        break;
      case 19:
        receipted(stream(in), in);
        break;
      case 20:
        batch(stream(in), in);
        break;
      case 21:
        hear(wire::Want{session(in), stream(in), Seq{in.u8() % 8 + std::uint64_t{1}}});
        break;
      case 22:
        hear(give(in));
        break;
      default:
        return false;
    }
    return true;
  }
  void hear(const wire::Frame& frame) {
    begun_ = true;
    session_.on_frame(now(), wire::encode(frame));
  }
  void begin() { begun_ = true; }

  // A commit of everything asked since the last, then what may be sent.
  void turn(bool fails) {
    sync::Step step = session_.take_step();
    std::vector<journal::Receipt> receipts;
    bool good = true;
    for (const sync::Write& write : step.writes) {
      good = !fails && std::visit([&](const auto& one) { return shelf_.keep(one, receipts); }, write) && good;
    }
    for (const journal::Receipt& receipt : receipts) session_.on_committed(receipt);
    if (!good) {
      commit_failed(session_, now());
    } else if constexpr (requires { session_.on_renewed(now()); }) {
      const auto renews = [](const sync::Write& write) { return std::holds_alternative<sync::RenewJournal>(write); };
      if (std::any_of(step.writes.begin(), step.writes.end(), renews)) session_.on_renewed(now());
    }
    check(step);
    int batches = 0;
    while (session_.on_sendable(now())) ++batches;
    REDRESS_ASSERT(batches == 0 || is_up(session_));
    const sync::Step after = session_.take_step();
    REDRESS_ASSERT(after.writes.empty());
    check(after);
    REDRESS_ASSERT(!is_up(session_) || session_.next_deadline() != never);
    if constexpr (requires { session_.feed_head(); }) REDRESS_ASSERT(is_up(session_) || !session_.feed_head());
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
  // One of the streams that the two may talk about, or one that nobody knows.
  [[nodiscard]] StreamName stream(Input& in) const {
    const std::array<StreamName, 8> all{sent_,
                                        received_,
                                        earlier_journal,
                                        earlier_feed,
                                        feed_for(Epoch{9}, branch_site),
                                        journal_of(SiteId{8}, Epoch{5}),
                                        feed_for(Epoch{3}, SiteId{8}),
                                        {branch_site, Epoch{5}, SiteId{8}}};
    return all[in.u8() % all.size()];
  }
  // Such a stream as the peer says that it holds it, with its parent or without, and a proof that may be one.
  [[nodiscard]] wire::Held held(Input& in) const {
    const StreamName name = stream(in);
    const journal::Mark mark = mark_of(name, in);
    wire::Held out{{name, mark, Seq{1}}, std::nullopt, proof(name, mark, in)};
    if (in.u8() % 2 == 1) {
      const StreamName& parent = name.reader == no_reader ? earlier_journal : earlier_feed;
      out.parent = journal::Parent{parent.epoch, mark_of(parent, in)};
    }
    return out;
  }
  [[nodiscard]] Bytes proof(const StreamName& name, const journal::Mark& mark, Input& in) const {
    const unsigned lie = in.u8();
    journal::Checkpoint made{{}, {}, lie % 8 == 1 ? earlier_journal : name, mark, {}, {}, {}};
    if (lie % 8 == 2) made.mark.seq = made.mark.seq.next();
    made = journal::sign(cheap_domain(), CheapSigner{}, made);
    if (lie % 8 == 3) made.signature.bytes[0] = std::byte{0};
    return lie % 8 == 4 ? Bytes{} : journal::encode(made);
  }
  // The place that the session last asked about.
  [[nodiscard]] const std::optional<wire::Probe>& asked() const { return asked_; }

 private:
  void check(const sync::Step& step) {
    for (const Bytes& frame : step.sends) {
      REDRESS_ASSERT(frame.size() <= limits::frame_bytes_max);
      const auto said = wire::decode(frame);
      REDRESS_ASSERT(said.has_value());
      if (const auto* probe = std::get_if<wire::Probe>(&*said)) asked_ = *probe;
      if (const auto* want = std::get_if<wire::Want>(&*said)) wanted_ = *want;
    }
  }
  // Of what the session asked for last, or of any place: what stands there, something else, or nothing.
  [[nodiscard]] wire::Give give(Input& in) const {
    const wire::Want of =
        wanted_ && in.u8() % 4 != 3 ? *wanted_ : wire::Want{{}, stream(in), Seq{std::uint64_t{in.u8()} % 8}};
    wire::Give out{session(in), of.stream, of.seq, std::nullopt, std::nullopt};
    const unsigned lie = in.u8();
    const auto told = entries_of(of.stream, entries_told);
    if (of.seq == Seq{} || of.seq.value() > told.size() || lie % 8 == 1) return out;
    out.item = told[of.seq.value() - 1]->item;
    if (lie % 8 == 2) out.item->body[0] ^= std::byte{1};
    if (lie % 8 == 3) out.item->header[in.u8() % limits::header_bytes_min] ^= std::byte{1};
    if (lie % 8 == 4) out.grant = wire::Grant{{}, {}, 1, Bytes(60, std::byte{4})};
    return out;
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
  // A store that was repaired now and then; or more often than a hello can say, which takes a hundred times as long and
  // is therefore for long inputs only.
  void repaired(Input& in) {
    const unsigned choice = in.u16();
    const unsigned count = choice >= 0xF000 && in.size() >= long_input ? choice % 600 : choice % 4;
    for (unsigned i = 0; i < count; ++i) {
      const StreamName old = journal_of(branch_site, Epoch{100 + i});
      shelf_.put(old, entries_of(old, i % 3 == 2 ? 1 : 0));
    }
  }
  void receipted(const StreamName& of, Input& in) {
    const SessionId named = session(in);
    const journal::Receipt given = receipt(of, in);
    hear(wire::Receipted{named, given, in.u16()});
  }
  [[nodiscard]] journal::Receipt receipt(const StreamName& of, Input& in) const {
    const journal::Receipt out{{}, {}, of, Seq{1}, mark_of(of, in), {}, {}, {}};
    journal::Receipt made = journal::sign(cheap_domain(), CheapSigner{}, out);
    made.signature.bytes[0] = static_cast<std::byte>(in.u8() == 0xFF ? 0 : 1);
    return made;
  }
  void batch(const StreamName& of, Input& in) {
    const auto told = entries_of(of, entries_told);
    const SessionId named = session(in);
    const std::size_t held = shelf_.mark_of(of).value_or(journal::Mark{}).seq.value();
    const std::size_t moved = held + in.u8() % 8;  // 3: the next one
    const std::size_t first = std::min(moved - std::min<std::size_t>(moved, 3), told.size() - 1);
    const std::size_t count = std::min<std::size_t>(in.u8() % 8 + 1, told.size() - first);
    wire::Batch out{named, of, Seq{first + 1}, {}, {}, {}};
    for (std::size_t i = first; i < first + count; ++i) out.items.push_back(told[i]->item);
    const unsigned lie = in.u8();
    if (lie % 8 == 1) out.items[lie / 8 % count].body[0] ^= std::byte{1};
    if (lie % 8 == 2) out.items[lie / 8 % count].header[in.u8() % limits::header_bytes_min] ^= std::byte{1};
    if (lie % 8 == 3) out.first = Seq{in.u64() | 1};
    if (lie % 8 == 4) out.stream.epoch = Epoch{lie};
    const journal::Checkpoint checkpoint{{}, {}, of, told[first + count - 1]->mark, {}, {}, {}};
    out.checkpoint = journal::sign(cheap_domain(), CheapSigner{}, checkpoint);
    if (lie % 8 == 5) out.checkpoint.mark.digest.bytes[0] ^= std::byte{1};
    if (lie % 8 == 6) out.checkpoint.signature.bytes[0] = std::byte{0};
    if (lie % 8 == 7) out.checkpoint.mark.seq = out.checkpoint.mark.seq.next();
    hear(out);
  }

  Session& session_;
  Shelf& shelf_;
  StreamName sent_;
  StreamName received_;
  std::optional<wire::Probe> asked_;
  std::optional<wire::Want> wanted_;
  bool begun_ = false;
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
