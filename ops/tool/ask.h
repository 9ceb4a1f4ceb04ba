// Asks for an event's fields one by one, and knows a kind by any of its names, in Chinese or English, from the table of
// kinds that the daemon serves.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "ops/tool/client.h"

namespace redress::tool {

struct Asking {
  bool zh = true;
  bool gb18030 = false;  // what is typed may be in GB18030
  bool confirms = true;  // shows at the end what will be saved, and asks whether it is to be
};

// The fields given, as a JSON object of texts; nothing if the input ends before the form does, or the person does not
// want it saved. `kind` empty: the one that opens a case.
//
// What must be given comes first, then the usual; the rest is asked for only if the person wants that. A bad answer is
// asked again, with the reason. An empty answer, of a text an empty first line, leaves a field out.
[[nodiscard]] std::optional<nlohmann::json> ask_fields(const nlohmann::json& kinds, const std::string& kind,
                                                       Asking asking, std::istream& in, std::ostream& out);
// `answers` with another answer for one field, after a refusal that names it; nothing if the input ends. Requires: the
// kind has it, as can_ask() says.
[[nodiscard]] std::optional<nlohmann::json> ask_again(const nlohmann::json& kinds, const std::string& kind,
                                                      const std::string& field, nlohmann::json answers, Asking asking,
                                                      std::istream& in, std::ostream& out);
// A person can mend what `error` says by another answer for the field that it names.
[[nodiscard]] bool can_ask(const nlohmann::json& kinds, const std::string& kind, const Error& error);

// A name as programs know it: small letters and "_".
[[nodiscard]] bool is_plain(const std::string& name);
// The kind that people call so in either language; else what was said.
[[nodiscard]] std::string kind_named(const nlohmann::json& kinds, const std::string& said);
// The same; asks the daemon for the table if `said` is not plain. Fails as Client::get does.
[[nodiscard]] Result<std::string> kind_asked_for(Client& client, const std::string& said);

}  // namespace redress::tool
