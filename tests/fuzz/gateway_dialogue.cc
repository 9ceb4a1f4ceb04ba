// Head office's session against a branch that may say anything. Input: acts, see dialogue.h; 8 and above are named
// here.
#include "tests/fuzz/dialogue.h"

namespace redress::fuzz {
namespace {

wire::Hello hello(const Dialogue<sync::GatewaySession>& dialogue, const Shelf& shelf, Input& in) {
  wire::Hello out;
  out.protocol_min = 1;
  out.protocol_max = in.u8() == 0xFF ? 0 : wire::protocol_max;
  out.suite = SuiteId{1};
  out.site = branch_site;
  out.journals.push_back({{branch_journal, dialogue.mark_of(branch_journal, in), Seq{1}}, std::nullopt, {}});
  if (in.u8() % 2 == 0) out.received.push_back({branch_feed, dialogue.mark_of(branch_feed, in), Seq{1}});
  const sync::Tokens tokens = shelf.tokens(branch_site, branch_journal.epoch);
  const unsigned shown = in.u8() % 4;
  if (shown < 2) out.token = shown == 0 || tokens.offered.empty() ? tokens.known : tokens.offered.back();
  if (shown == 3) out.token.bytes[0] = std::byte{0xEE};
  out.window = in.u8() % 4 == 3 ? in.u16() : 1'000'000;
  out.clock = WallTime{static_cast<std::int64_t>(in.u64())};
  return out;
}

void play(Input in) {
  Shelf shelf{head_office};
  shelf.put(branch_feed, entries_of(branch_feed, 6));
  shelf.put(branch_journal, entries_of(branch_journal, 2));
  const CheapSigner signer;
  CountingRandom random;
  sync::GatewaySession session{self_on(shelf, head_office, signer), {branch_site, PublicKey{}}, random};
  Dialogue dialogue{session, shelf, branch_feed, branch_journal};
  for (std::size_t acts = 0; acts < acts_max && !in.empty(); ++acts) {
    const unsigned choice = in.u8() % 10;
    if (dialogue.act(choice, in)) continue;
    if (choice == 8) dialogue.hear(hello(dialogue, shelf, in));
    if (choice == 9) session.refuse({Code::draining, "stopping", "session"}, in.u16());
  }
  dialogue.turn(false);
  REDRESS_ASSERT(!is_up(session) || session.journal().has_value());
}

}  // namespace
}  // namespace redress::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::play(redress::fuzz::Input{data, size});
  return 0;
}
