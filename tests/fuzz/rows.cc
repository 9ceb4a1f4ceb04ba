// Any bytes as each row of the journal store: what is taken is taken again after it was written anew. And as a row
// whose keyed check is asked: none holds but one that was made.
#include "store/rows.h"

#include "crypto/suite_intl.h"
#include "tests/fuzz/target.h"

namespace redress::store {
namespace {

// Values have no comparison; their bytes have.
template <typename Decode>
void twice(Decode decode, ByteView bytes) {
  const auto row = decode(bytes);
  if (!row) return;
  const Bytes written = encode(*row);
  REDRESS_ASSERT(written.size() == bytes.size());
  const auto again = decode(written);
  REDRESS_ASSERT(again && encode(*again) == written);
}

void read(ByteView bytes) {
  twice(decode_place, bytes);
  twice(decode_stream, bytes);
  twice(decode_by_case, bytes);
  twice(decode_mark, bytes);
  twice(decode_census, bytes);
  static const RowCheck check{crypto::Key32{}};
  REDRESS_ASSERT(!check.opened(Table::places, bytes, copy_of(bytes)));
  const auto opened = check.opened(Table::places, bytes, check.sealed(Table::places, bytes, copy_of(bytes)));
  REDRESS_ASSERT(opened && same_bytes(*opened, bytes));
  const auto entry = decode_entry({&crypto::intl(), NetworkId{}}, bytes);
  if (entry) REDRESS_ASSERT(same_bytes(encode_entry(entry->item), bytes));
}

}  // namespace
}  // namespace redress::store

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::store::read(redress::fuzz::Input{data, size}.rest());
  return 0;
}
