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

// One set bit, 47 bits of the opener's milliseconds, 4 bytes of its site, 6 random bytes: near-ascending everywhere,
// unique whatever the clock says, and nobody else's to open.
[[nodiscard]] CaseId mint_case_id(SiteId opener, WallTime at, Random& random);

// The one site that may open this case; nothing: an id of the older form (48 bits of milliseconds, random bytes), which
// names nobody.
[[nodiscard]] std::optional<SiteId> opener_of(const CaseId& id);

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
