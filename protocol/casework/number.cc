#include "protocol/casework/number.h"

#include <algorithm>
#include <charconv>

#include "protocol/base/bytes.h"
#include "protocol/base/time.h"

namespace redress::casework {

namespace {

// No clock shows it in 48 bits of milliseconds before the year 6429.
constexpr std::uint64_t names_opener = 1ULL << 47U;

}  // namespace

CaseId mint_case_id(SiteId opener, WallTime at, Random& random) {
  Writer out;
  const std::uint64_t head = names_opener | (static_cast<std::uint64_t>(at.value()) & (names_opener - 1));
  for (unsigned i = 0; i < 6; ++i) out.u8(static_cast<std::uint8_t>(head >> (40 - 8 * i)));
  out.u32(opener.value());
  auto id = random.fixed<CaseId>();
  std::copy(out.bytes().begin(), out.bytes().end(), id.bytes.begin());
  return id;
}

std::optional<SiteId> opener_of(const CaseId& id) {
  if ((id.bytes[0] & std::byte{0x80}) == std::byte{}) return std::nullopt;
  return SiteId{Reader{ByteView{id.bytes}.subspan(6, 4)}.u32()};
}

std::string case_no(SiteId site, WallTime at, std::int16_t offset_minutes, std::uint64_t serial, const CaseId& id) {
  const std::string tail = to_base32(std::span{id.bytes}.last(2)).substr(0, 2);
  return std::to_string(site.value()) + "-" + to_compact_date(at, offset_minutes) + "-" + std::to_string(serial) + "-" +
         tail;
}

std::optional<CaseNo> parse_case_no(std::string_view text) {
  CaseNo out{};
  std::uint32_t site = 0;
  const char* end = text.data() + text.size();
  const auto [after_site, site_error] = std::from_chars(text.data(), end, site);
  if (site_error != std::errc{} || end - after_site < 14 || *after_site != '-' || after_site[9] != '-')
    return std::nullopt;
  const auto [after_serial, serial_error] = std::from_chars(after_site + 10, end, out.serial);
  if (serial_error != std::errc{} || end - after_serial != 3 || *after_serial != '-') return std::nullopt;
  out.site = SiteId{site};
  return out;
}

}  // namespace redress::casework
