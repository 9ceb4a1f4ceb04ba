// A branch's session against a gateway that may say anything. Input: acts, see dialogue.h; 8 and above are named here.
#include "tests/fuzz/dialogue.h"

namespace redress::fuzz {
namespace {

wire::Welcome welcome(const Dialogue<sync::AgentSession>& dialogue, Input& in) {
  wire::Welcome out;
  out.protocol = in.u8() == 0xFF ? 9 : 1;
  out.session = SessionId{in.u8() + std::uint64_t{1}};
  out.cursors.push_back({branch_journal, dialogue.mark_of(branch_journal, in), Seq{1}});
  out.cursors.push_back({branch_feed, dialogue.mark_of(branch_feed, in), Seq{1}});
  out.window = in.u8() % 4 == 3 ? in.u16() : 1'000'000;
  return out;
}

// As the versions since repair say it: streams in the place of cursors.
wire::Welcome listing(const Dialogue<sync::AgentSession>& dialogue, Input& in) {
  wire::Welcome out = welcome(dialogue, in);
  out.protocol = wire::protocol_max;
  const std::size_t count = in.u8() % 5;
  for (std::size_t i = 0; i < count; ++i) out.streams.push_back(dialogue.held(in));
  out.streams.push_back({{branch_journal, dialogue.mark_of(branch_journal, in), Seq{1}}, std::nullopt, {}});
  return out;
}

wire::Fork fork(const Dialogue<sync::AgentSession>& dialogue, Input& in) {
  const StreamName stream = dialogue.stream(in);
  const journal::Mark mark = dialogue.mark_of(stream, in);
  return {stream, mark, in.u8() % 2 == 0 ? Code::fork : Code::old_image, "parted", dialogue.proof(stream, mark, in)};
}

// Of what was asked: the digest held here, another one, or none; or of a place that was not asked for.
wire::Probe answer(const Dialogue<sync::AgentSession>& dialogue, const Shelf& shelf, Input& in) {
  wire::Probe out = dialogue.asked().value_or(wire::Probe{branch_journal, Seq{1}, std::nullopt});
  const unsigned lie = in.u8();
  if (lie % 4 != 3) out.digest = shelf.digest_at(out.stream, out.seq).value_or(Digest{});
  if (lie % 4 == 2) out.digest->bytes[0] ^= std::byte{1};
  if (lie / 4 % 8 == 1) out.seq = out.seq.next();
  if (lie / 4 % 8 == 2) out.stream = dialogue.stream(in);
  return out;
}

void play(Input in) {
  Shelf shelf{branch_site};
  shelf.put(branch_journal, entries_of(branch_journal, 6));
  shelf.put(branch_feed, entries_of(branch_feed, 2));
  const CheapSigner signer;
  CountingRandom random;
  sync::AgentSession session{self_on(shelf, branch_site, signer), {PublicKey{}}, random};
  Dialogue dialogue{session, shelf, branch_journal, branch_feed};
  for (std::size_t acts = 0; acts < acts_max && !in.empty(); ++acts) {
    const unsigned choice = in.u8() % acts_known;
    if (dialogue.act(choice, in)) continue;
    if (choice == 8) dialogue.hear(welcome(dialogue, in));
    if (choice == 9) {
      dialogue.begin();
      session.on_line_up(dialogue.now());
    }
    if (choice == 10) session.on_line_down(dialogue.now(), in.u8() % 2 == 0 ? Code::unreachable : Code::unknown_site);
    if (choice == 11) dialogue.hear(wire::Refusal{SessionId{}, static_cast<Code>(in.u16()), "no", in.u16()});
    if (choice == 12) dialogue.hear(listing(dialogue, in));
    if (choice == 13) dialogue.hear(fork(dialogue, in));
    if (choice == 14) dialogue.hear(answer(dialogue, shelf, in));
  }
  dialogue.turn(false);
  REDRESS_ASSERT(session.state() != sync::AgentSession::State::waiting || session.next_deadline() != never);
}

}  // namespace
}  // namespace redress::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::play(redress::fuzz::Input{data, size});
  return 0;
}
