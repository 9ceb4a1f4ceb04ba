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

// As the versions since repair say it: earlier journals, feeds with their proofs, the last receipt.
wire::Hello listing(const Dialogue<sync::GatewaySession>& dialogue, const Shelf& shelf, Input& in) {
  wire::Hello out = hello(dialogue, shelf, in);
  const wire::Held own = out.journals.back();
  out.journals.clear();
  const unsigned journals = in.u8();
  for (unsigned i = 0; i < journals % 3; ++i) out.journals.push_back(dialogue.held(in));
  const bool repaired = journals / 3 % 2 == 1;
  if (journals / 6 % 8 != 7) out.journals.push_back(repaired ? dialogue.held(in) : own);
  const std::size_t feeds = in.u8() % 4;
  for (std::size_t i = 0; i < feeds; ++i) out.feeds.push_back(dialogue.held(in));
  const unsigned receipted = in.u8();
  if (receipted % 2 == 1) {
    const StreamName stream = dialogue.stream(in);
    journal::Mark mark = dialogue.mark_of(stream, in);
    const journal::Receipt receipt{{}, {}, stream, Seq{1}, mark, {}, {}, {}};
    out.last_receipt = journal::encode(journal::sign(cheap_domain(), CheapSigner{}, receipt));
  }
  const unsigned lie = in.u8();
  if (lie % 8 == 1) out.protocol_min = out.protocol_max = 1;
  if (lie % 8 == 2) out.protocol_min = out.protocol_max = 99;
  if (lie % 8 == 3) out.suite = SuiteId{2};
  if (lie % 8 == 4) out.network.bytes[0] = std::byte{1};
  if (lie % 8 == 5) out.site = SiteId{8};
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
    const unsigned choice = in.u8() % acts_known;
    if (dialogue.act(choice, in)) continue;
    if (choice == 8) dialogue.hear(hello(dialogue, shelf, in));
    if (choice == 9) session.refuse({Code::draining, "stopping", "session"}, in.u16());
    if (choice == 10) shelf.await(branch_site);
    if (choice == 11) dialogue.hear(listing(dialogue, shelf, in));
    if (choice == 12) {
      const StreamName stream = dialogue.stream(in);
      const journal::Mark common = dialogue.mark_of(stream, in);
      dialogue.hear(wire::Common{stream, common, dialogue.proof(stream, dialogue.mark_of(stream, in), in)});
    }
    if (choice == 13) dialogue.hear(wire::Probe{dialogue.stream(in), Seq{in.u8()}, std::nullopt});
    if (choice == 14) dialogue.hear(wire::Refusal{SessionId{}, static_cast<Code>(in.u16()), "no", in.u16()});
  }
  dialogue.turn(false);
  REDRESS_ASSERT(!is_up(session) || session.journal().has_value());
  REDRESS_ASSERT(is_up(session) || session.next_deadline() == never);
}

}  // namespace
}  // namespace redress::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::play(redress::fuzz::Input{data, size});
  return 0;
}
