// Any bytes as a checkpoint and as a receipt: what is taken is written back as the same bytes, and is one of the two.
#include "protocol/journal/chain.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const redress::ByteView bytes = redress::fuzz::Input{data, size}.rest();
  const auto checkpoint = redress::journal::decode_checkpoint(bytes);
  const auto receipt = redress::journal::decode_receipt(bytes);
  REDRESS_ASSERT(!checkpoint || !receipt);
  if (checkpoint) REDRESS_ASSERT(redress::same_bytes(redress::journal::encode(*checkpoint), bytes));
  if (receipt) REDRESS_ASSERT(redress::same_bytes(redress::journal::encode(*receipt), bytes));
  return 0;
}
