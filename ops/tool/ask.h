// Asks for an event's fields one by one, in Chinese or English, from the table of kinds that the daemon serves.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace redress::tool {

// The fields given, as a JSON object of texts. `kind` empty: the one that opens a case. An empty answer leaves a field
// out; a field that must be given is asked again; text runs to a line with a single dot. The end of input ends the
// asking.
[[nodiscard]] nlohmann::json ask_fields(const nlohmann::json& kinds, const std::string& kind, bool zh, std::istream& in,
                                        std::ostream& out);

}  // namespace redress::tool
