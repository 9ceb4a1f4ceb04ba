#include "ops/tool/local_moment.h"

#include "ops/shell/process.h"
#include "protocol/base/time.h"

namespace redress::tool {
namespace {

constexpr std::size_t date_bytes = 10;
constexpr std::size_t with_minutes_bytes = 16;
constexpr std::size_t with_seconds_bytes = 19;
constexpr std::size_t with_milliseconds_bytes = 23;
constexpr std::int64_t ms_per_minute = 60'000;

// Minutes east of UTC where a clock on the wall shows what a clock in UTC shows at `shown`. Twice, as the first look is
// at an instant some hours away, perhaps beyond a change of the clocks.
std::int16_t offset_at_wall(WallTime shown) {
  std::int16_t offset = shell::zone_offset_minutes(shown);
  for (int look = 0; look < 2; ++look) {
    offset = shell::zone_offset_minutes(WallTime{shown.value() - offset * ms_per_minute});
  }
  return offset;
}

}  // namespace

std::optional<std::string> with_zone(std::string_view local) {
  if (local.size() != with_minutes_bytes && local.size() != with_seconds_bytes) return std::nullopt;
  if (local[date_bytes] != ' ' && local[date_bytes] != 'T') return std::nullopt;
  std::string text{local};
  text[date_bytes] = 'T';
  if (text.size() == with_minutes_bytes) text += ":00";
  const auto shown = from_rfc3339(text + "Z");
  if (!shown) return std::nullopt;
  return text + to_rfc3339(*shown, offset_at_wall(*shown)).substr(with_milliseconds_bytes);
}

}  // namespace redress::tool
