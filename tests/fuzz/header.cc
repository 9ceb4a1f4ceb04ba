// Any bytes as an entry's header: what is taken of the known format is written back as the same bytes.
#include "protocol/base/limits.h"
#include "protocol/journal/entry.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using redress::journal::decode_header;
  const redress::ByteView bytes = redress::fuzz::Input{data, size}.rest();
  const auto header = decode_header(bytes);
  if (!header) return 0;
  REDRESS_ASSERT(bytes.size() > redress::journal::place_bytes);
  REDRESS_ASSERT(header->body_bytes <= redress::limits::entry_bytes_max);
  const redress::Bytes written = redress::journal::encode(*header);
  REDRESS_ASSERT(written.size() <= bytes.size());
  if (header->what.format == redress::journal::header_format) REDRESS_ASSERT(redress::same_bytes(written, bytes));
  return 0;
}
