// members.log as it lies on the disk: who was invited, enrolled and revoked, a chained line each (D23).
//
// Values; pure but for reading the file. What a line says is gateway/README.md's; who belongs is gateway/members.h's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/base/ids.h"
#include "protocol/base/result.h"

namespace redress::shell {

struct MembersLog {
  std::vector<std::string> lines;  // without their digests
  Digest head;                     // of the last one
  std::size_t bytes = 0;           // as far as whole lines go
};

// A line that was cut short by a power cut was never answered and is left out; no file: no lines. Fails with damaged,
// naming the line, if the chain does not hold; with io if there is a file that cannot be read.
[[nodiscard]] Result<MembersLog> read_members_log(const std::string& path, const NetworkId& network);

// The digest behind a line.
[[nodiscard]] Digest members_line_digest(const NetworkId& network, const Digest& before, std::string_view body);

// Every key that each site signs or ever signed with: what an earlier enrolment signed must still be checked.
[[nodiscard]] std::map<SiteId, std::vector<PublicKey>> signing_keys_in(const MembersLog& log);

}  // namespace redress::shell
