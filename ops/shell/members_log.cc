#include "ops/shell/members_log.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "crypto/digest.h"

namespace redress::shell {

Result<MembersLog> read_members_log(const std::string& path, const NetworkId& network) {
  errno = 0;
  std::ifstream file{path, std::ios::binary};
  if (!file && errno != ENOENT)
    return fail(Code::io, "read members.log: reason=" + std::string{std::strerror(errno)}, "members.log");
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  if (file.bad()) return fail(Code::io, "read members.log: path=" + path, "members.log");
  MembersLog log;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', log.bytes)) {
    const std::string_view line{text.data() + log.bytes, end - log.bytes};
    const auto tab = line.rfind('\t');
    const std::string_view body = line.substr(0, tab);
    const Digest digest = members_line_digest(network, log.head, body);
    if (tab == std::string_view::npos || to_hex(digest.bytes) != line.substr(tab + 1)) {
      return fail(Code::damaged, "members.log: the chain does not hold: line=" + std::to_string(log.lines.size() + 1),
                  "members.log");
    }
    log.lines.emplace_back(body);
    log.head = digest;
    log.bytes = end + 1;
  }
  return log;
}

Digest members_line_digest(const NetworkId& network, const Digest& before, std::string_view body) {
  return crypto::sha256_of({view_of("redress/members/1"), view_of(network), view_of(before), view_of(body)});
}

std::map<SiteId, std::vector<PublicKey>> signing_keys_in(const MembersLog& log) {
  std::map<SiteId, std::vector<PublicKey>> keys;
  for (const std::string& line : log.lines) {
    const auto row = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!row.is_object() || !row.contains("signing") || !row["signing"].is_string()) continue;
    const auto key = fixed_from_hex<PublicKey>(row["signing"].get<std::string>());
    if (key) keys[SiteId{row.value("site", std::uint32_t{0})}].push_back(*key);
  }
  return keys;
}

}  // namespace redress::shell
