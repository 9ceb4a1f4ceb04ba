// The fields of an event as a command line gives them: `name=value`, or `@FILE`, or `-` for standard input. What stands
// on a command line can be read by everybody on the machine while the program runs; what a customer said need not.
//
// A file has one name=value a line; a line that begins with a space or a tab goes on with the value above, on a line of
// its own. With a mark or without, either line end; empty lines count for nothing.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "protocol/base/limits.h"
#include "protocol/base/result.h"

namespace redress::tool {

inline constexpr std::size_t field_file_bytes_max = limits::http_body_bytes_max;

// A JSON object of texts; of what is given twice, the later argument counts. Arguments are UTF-8, lines what utf8_of()
// takes. Fails with malformed, for a line with "FILE:LINE" as the field and nothing of what stands there; io,
// too_large.
[[nodiscard]] Result<nlohmann::json> fields_from(const std::vector<std::string>& arguments,
                                                 std::istream& standard_input, bool gb18030);

}  // namespace redress::tool
