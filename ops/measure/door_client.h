// A client of the door of a home whose program runs, as its desk.
//
// Functions; any thread.
#pragma once

#include "ops/tool/client.h"

namespace redress::measure {

// Fails with io if the home does not say where its door is, or as Client::open does.
[[nodiscard]] Result<tool::Client> client_of(const std::string& home);
// Until its lists show every entry that it holds. Fails with unreachable after ten minutes, or as client_of() does.
[[nodiscard]] Status await_level(const std::string& home);

}  // namespace redress::measure
