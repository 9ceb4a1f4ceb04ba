// Any bytes as a checkpoint and as a receipt: what is taken is written back as the same bytes, is one of the two, and
// holds only in its own suite and under a signature.
#include "protocol/journal/chain.h"
#include "tests/fuzz/shelf.h"

namespace redress::journal {
namespace {

template <typename Proof>
void check(const Proof& proof, ByteView bytes) {
  REDRESS_ASSERT(same_bytes(encode(proof), bytes));
  const Domain domain = fuzz::cheap_domain();
  const bool signed_here = proof.suite == domain.suite->id && proof.signature.bytes[0] != std::byte{0};
  REDRESS_ASSERT(holds(domain, PublicKey{}, proof) == signed_here);
}

}  // namespace
}  // namespace redress::journal

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const redress::ByteView bytes = redress::fuzz::Input{data, size}.rest();
  const auto checkpoint = redress::journal::decode_checkpoint(bytes);
  const auto receipt = redress::journal::decode_receipt(bytes);
  REDRESS_ASSERT(!checkpoint || !receipt);
  if (checkpoint) redress::journal::check(*checkpoint, bytes);
  if (receipt) redress::journal::check(*receipt, bytes);
  return 0;
}
