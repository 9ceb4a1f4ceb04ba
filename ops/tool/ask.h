// Asks for an event's fields one by one, and knows a kind by any of its names, in Chinese or English, from the table of
// kinds that the daemon serves.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "ops/tool/client.h"

namespace redress::tool {

// The fields given, as a JSON object of texts. `kind` empty: the one that opens a case. An empty answer leaves a field
// out; a field that must be given is asked again; text runs to a line with a single dot. The end of input ends the
// asking.
[[nodiscard]] nlohmann::json ask_fields(const nlohmann::json& kinds, const std::string& kind, bool zh, std::istream& in,
                                        std::ostream& out);

// A name as programs know it: small letters and "_".
[[nodiscard]] bool is_plain(const std::string& name);
// The kind that people call so in either language; else what was said.
[[nodiscard]] std::string kind_named(const nlohmann::json& kinds, const std::string& said);
// The same; asks the daemon for the table if `said` is not plain. Fails as Client::get does.
[[nodiscard]] Result<std::string> kind_asked_for(Client& client, const std::string& said);

}  // namespace redress::tool
