// A keystore: what is sealed in it, and its file. Input: a byte that chooses, then the content as it is before sealing;
// or the file without its digest, which is made right; or the file as it is. scrypt is left alone: a file that asks for
// a bearable cost is not opened.
#include "crypto/keystore.h"

#include "crypto/derive.h"
#include "crypto/digest.h"
#include "crypto/keystore_content.h"
#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/target.h"

namespace redress::crypto {
namespace {

void read_content(ByteView plain) {
  const auto content = decode_content(plain);
  if (!content) return;
  const SecretBytes again = encode_content(*content);
  REDRESS_ASSERT(same_bytes(again, plain));
}

enum class Ending { digest, none };

void read_file_of(ByteView body, Ending ending) {
  static fuzz::MemoryFile scratch;
  constexpr std::size_t cost_at = 9;
  if (body.size() >= cost_at + 3) {
    const auto number = [&](std::size_t i) { return std::to_integer<std::uint8_t>(body[cost_at + i]); };
    if (is_bearable({number(0), number(1), number(2)})) return;
  }
  Bytes file = copy_of(body);
  const Digest digest = sha256(body);
  if (ending == Ending::digest) file.insert(file.end(), digest.bytes.begin(), digest.bytes.end());
  const auto content = load_keystore(scratch.holding(file), "fuzz");
  REDRESS_ASSERT(!content.has_value());
  const Code code = content.error().code;
  REDRESS_ASSERT(code == Code::damaged || code == Code::newer_format);
}

}  // namespace
}  // namespace redress::crypto

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const unsigned choice = in.u8() % 3;
  if (choice == 0) {
    redress::crypto::read_content(in.rest());
  } else {
    redress::crypto::read_file_of(in.rest(),
                                  choice == 1 ? redress::crypto::Ending::digest : redress::crypto::Ending::none);
  }
  return 0;
}
