// Case ids and the numbers that people use (D4): <site>-<yyyymmdd>-<serial>-<xx>.
//
// Pure. The number is a label; the id is the identity.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/ids.h"
#include "protocol/base/random.h"

namespace redress::casework {

// 48 bits of the author's milliseconds, then 10 random bytes: near-ascending everywhere, unique whatever the clock
// says.
[[nodiscard]] CaseId mint_case_id(WallTime at, Random& random);

// The number of the `serial`-th case registered at `site`, on the site's calendar day; the last two characters come
// from the id.
[[nodiscard]] std::string case_no(SiteId site, WallTime at, std::int16_t offset_minutes, std::uint64_t serial,
                                  const CaseId& id);

struct CaseNo {
  SiteId site;
  std::uint64_t serial;
};
// The site and serial of a number typed by a person, upper or lower case; nothing if it has another form.
[[nodiscard]] std::optional<CaseNo> parse_case_no(std::string_view text);

}  // namespace redress::casework
