// Any text as an instant or a date, and any instant as text: an entry's time is its author's word. Input: an offset and
// an instant, 10 bytes, then the text.
#include "protocol/base/time.h"

#include "tests/fuzz/target.h"

namespace redress {
namespace {

// The years that have four digits in every zone.
constexpr std::int64_t first_ms = -62'135'596'800'000;
constexpr std::int64_t last_ms = 253'402'214'400'000;

void write(WallTime at, std::int16_t offset_minutes) {
  const std::string text = to_rfc3339(at, offset_minutes);
  const std::string day = to_compact_date(at, offset_minutes);
  REDRESS_ASSERT(!text.empty() && !day.empty());
  if (at.value() < first_ms || at.value() >= last_ms || offset_minutes < -840 || offset_minutes > 840) return;
  REDRESS_ASSERT(from_rfc3339(text) == at);
  REDRESS_ASSERT(is_iso_date(std::string_view{text}.substr(0, 10)));
}

}  // namespace
}  // namespace redress

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  redress::fuzz::Input in{data, size};
  const auto offset = static_cast<std::int16_t>(in.u16());
  redress::write(redress::WallTime{static_cast<std::int64_t>(in.u64())}, offset);
  const std::string_view text = redress::text_of(in.rest());
  if (redress::is_iso_date(text)) {
    REDRESS_ASSERT(redress::from_rfc3339(std::string{text} + "T00:00:00Z").has_value());
  }
  if (const auto at = redress::from_rfc3339(text)) redress::write(*at, 0);
  return 0;
}
