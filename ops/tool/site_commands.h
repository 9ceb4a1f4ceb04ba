// enrol, sites, verify, rebuild, backup, explain: what operations and head office do, from a terminal.
#pragma once

#include "ops/tool/session.h"

namespace redress::tool {

struct EnrolOptions {
  std::uint32_t site = 0;
  std::uint32_t parent = 1;
  std::string name;
  std::string zone = "Asia/Shanghai";
  std::string endpoint;  // where the branch reaches the gateway, if that is not where it listens
};

[[nodiscard]] int enrol(const Options& options, const EnrolOptions& what);
[[nodiscard]] int sites(const Options& options);
// Through the daemon; or, if none runs here, on the store itself.
[[nodiscard]] int verify(const Options& options);
// The lists and what searches go by, made again from the ledger beside those in use, and put in their place: through
// the daemon, which goes on meanwhile; or, if none runs here, on the store itself.
[[nodiscard]] int rebuild(const Options& options);
[[nodiscard]] int backup(const Options& options, const std::string& folder);
// A code of the catalogue, by name or number, or a rule by the tag that refusals name it by.
[[nodiscard]] int explain(const Options& options, const std::string& code);

}  // namespace redress::tool
