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

void play(Input in) {
  Shelf shelf{branch_site};
  shelf.put(branch_journal, entries_of(branch_journal, 6));
  shelf.put(branch_feed, entries_of(branch_feed, 2));
  const CheapSigner signer;
  CountingRandom random;
  sync::AgentSession session{self_on(shelf, branch_site, signer), {PublicKey{}}, random};
  Dialogue dialogue{session, shelf, branch_journal, branch_feed};
  for (std::size_t acts = 0; acts < acts_max && !in.empty(); ++acts) {
    const unsigned choice = in.u8() % 12;
    if (dialogue.act(choice, in)) continue;
    if (choice == 8) dialogue.hear(welcome(dialogue, in));
    if (choice == 9) session.on_line_up(dialogue.now());
    if (choice == 10) session.on_line_down(dialogue.now(), in.u8() % 2 == 0 ? Code::unreachable : Code::unknown_site);
    if (choice == 11) dialogue.hear(wire::Refusal{SessionId{}, static_cast<Code>(in.u16()), "no", in.u16()});
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
