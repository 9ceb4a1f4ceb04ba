// A batch on its way: number of the first record u64, count u32, SHA-256 of what follows, then each record with its
// size before it, u32.
//
// Values.
#pragma once

#include <algorithm>

#include "ops/measure/reference_seal.h"
#include "protocol/base/bytes.h"

namespace redress::reference {

inline constexpr std::size_t batch_records = 256;
inline constexpr std::size_t frame_head_bytes = 8 + 4 + Digest::size;

class Frame {
 public:
  explicit Frame(std::uint64_t first) {
    out_.u64(first);
    out_.u32(0);
    out_.fixed(Digest{});
  }
  void add(ByteView record) {
    out_.u32(static_cast<std::uint32_t>(record.size()));
    out_.raw(record);
    ++count_;
  }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] Bytes take(Hash& hash) {
    Bytes bytes = out_.take();
    for (std::size_t i = 0; i < 4; ++i) bytes[8 + i] = static_cast<std::byte>((count_ >> (24 - 8 * i)) & 0xFF);
    const Digest digest = hash.of(ByteView{bytes}.subspan(frame_head_bytes));
    std::copy(digest.bytes.begin(), digest.bytes.end(), bytes.begin() + 12);
    return bytes;
  }

 private:
  Writer out_;
  std::uint32_t count_ = 0;
};

}  // namespace redress::reference
