#include "gateway/members.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "crypto/seal.h"
#include "crypto/wipe_later.h"
#include "ops/shell/members_log.h"
#include "protocol/base/limits.h"

namespace redress::gateway {
namespace {

using nlohmann::json;

Bytes pairwise_data(const NetworkId& network, SiteId site) {
  Writer out;
  out.raw(view_of("redress/pairwise/1"));
  out.fixed(network);
  out.u32(site.value());
  return out.take();
}

template <typename Fixed>
Fixed fixed_in(const json& row, const char* name) {
  const auto value =
      row.contains(name) && row[name].is_string() ? fixed_from_hex<Fixed>(row[name].get<std::string>()) : std::nullopt;
  return value.value_or(Fixed{});
}

}  // namespace

Members::Members(const MembersOptions& options, Random& random) : options_{options}, random_{random} {}
Members::~Members() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<Members>> Members::open(const MembersOptions& options, Random& random) {
  std::unique_ptr<Members> members{new Members{options, random}};
  const auto log = shell::read_members_log(options.path, options.network);
  if (!log) return fail(log.error());
  for (const std::string& line : log->lines) {
    const Status replayed = members->replay(line);
    if (!replayed) return fail(replayed.error());
  }
  members->head_ = log->head;
  members->fd_ = ::open(options.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const bool ok = members->fd_ >= 0 && ::ftruncate(members->fd_, static_cast<off_t>(log->bytes)) == 0 &&
                  ::lseek(members->fd_, 0, SEEK_END) >= 0;
  if (!ok) return fail(Code::io, "open members.log: reason=" + std::string{std::strerror(errno)}, "members.log");
  return members;
}

Status Members::replay(const std::string& line_body) {
  const json row = json::parse(line_body, nullptr, /*allow_exceptions=*/false);
  if (!row.is_object()) return fail(Code::damaged, "members.log: a line is not an object", "members.log");
  const SiteId site{row.value("site", std::uint32_t{0})};
  const std::string kind = row.value("kind", std::string{});
  Member& member = members_[site];
  member.site = site;
  if (kind == "invited") {
    member = Member{site,
                    SiteId{row.value("parent", std::uint32_t{1})},
                    row.value("name", std::string{}),
                    row.value("zone", std::string{}),
                    Standing::invited,
                    fixed_in<PublicKey>(row, "one_time"),
                    WallTime{row.value("expires", std::int64_t{0})},
                    {},
                    {},
                    false};
  } else if (kind == "enrolled") {
    member.standing = Standing::enrolled;
    member.transport = fixed_in<PublicKey>(row, "transport");
    member.signing = fixed_in<PublicKey>(row, "signing");
    signing_[site].push_back(*member.signing);
    const auto sealed = from_hex(row.value("pairwise", std::string{}));
    auto secret = sealed ? crypto::open_bytes(options_.kek, pairwise_data(options_.network, site), *sealed)
                         : Result<Bytes>{fail(Code::damaged, "")};
    if (!secret || secret->size() != crypto::Key32::size) {
      return fail(Code::wrong_key,
                  "members.log: the pairwise secret of site=" + std::to_string(site.value()) + " does not open",
                  "members.log");
    }
    const crypto::WipeLater passing{*secret};
    pairwise_[site] = crypto::Key32{std::span<const std::byte, 32>{secret->data(), 32}};
  } else if (kind == "revoked") {
    member.standing = Standing::revoked;
    member.one_time.reset();
    pairwise_.erase(site);
  } else {
    return fail(Code::newer_format, "members.log: kind=" + kind, "members.log");
  }
  return Done{};
}

// Synced first: an answer that rests on the line is given only after this returned.
Status Members::append(const std::string& line_body) {
  const Digest digest = shell::members_line_digest(options_.network, head_, line_body);
  const std::string line = line_body + "\t" + to_hex(digest.bytes) + "\n";
  const off_t start = ::lseek(fd_, 0, SEEK_END);
  const bool ok = ::write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fdatasync(fd_) == 0;
  if (!ok) {
    const std::string reason = std::strerror(errno);
    if (::ftruncate(fd_, start) != 0)
      return fail(Code::unknown_outcome, "members.log: half a line: reason=" + reason, "members.log");
    return fail(Code::io, "write members.log: reason=" + reason, "members.log");
  }
  head_ = digest;
  ++revision_;
  return replay(line_body);
}

Status Members::invite(const Member& member) {
  const std::lock_guard lock{mutex_};
  if (member.site == SiteId{} || member.site == head_office) return fail(Code::bad_value, "0 and 1 are taken", "site");
  if (members_.size() >= limits::sites_max) return fail(Code::too_large, "sites_max", "site");
  const auto known = members_.find(member.site);
  if (known != members_.end() && known->second.standing == Standing::enrolled) {
    return fail(Code::in_use, "the site is enrolled; revoke it first", "site");
  }
  const auto parent = members_.find(member.parent);
  const bool good_parent =
      member.parent == head_office || (parent != members_.end() && parent->second.parent == head_office &&
                                       parent->second.standing != Standing::revoked);
  if (!good_parent || member.parent == member.site)
    return fail(Code::bad_value, "the parent is neither head office nor a primary branch", "parent");
  return append(json{{"kind", "invited"},
                     {"site", member.site.value()},
                     {"parent", member.parent.value()},
                     {"name", member.name},
                     {"zone", member.zone},
                     {"one_time", to_hex(member.one_time->bytes)},
                     {"expires", member.invite_expires.value()}}
                    .dump());
}

Status Members::enrol(SiteId site, const PublicKey& transport, const PublicKey& signing, WallTime now) {
  const std::lock_guard lock{mutex_};
  const auto found = members_.find(site);
  if (found == members_.end() || found->second.standing == Standing::revoked)
    return fail(Code::unknown_site, "no open invitation", "site");
  const Member& member = found->second;
  if (member.standing == Standing::enrolled) {
    if (member.transport == transport && member.signing == signing) return Done{};
    return fail(Code::invite_used, "site=" + std::to_string(site.value()), "site");
  }
  if (now > member.invite_expires) return fail(Code::invite_expired, "site=" + std::to_string(site.value()), "site");
  for (const auto& [other, one] : members_) {
    if (one.transport == transport) return fail(Code::invite_used, "another site has this key", "transport");
  }
  crypto::Key32 secret;
  random_.fill(secret.bytes());
  const Bytes sealed = crypto::seal_bytes(options_.kek, pairwise_data(options_.network, site), secret.view(), random_);
  return append(json{
      {"kind", "enrolled"},
      {"site", site.value()},
      {"transport", to_hex(transport.bytes)},
      {"signing", to_hex(signing.bytes)},
      {"pairwise", to_hex(sealed)},
      {"generation", 1},
      {"at",
       now.value()}}.dump());
}

Status Members::revoke(SiteId site) {
  const std::lock_guard lock{mutex_};
  if (!members_.contains(site)) return fail(Code::not_found, "no such site", "site");
  return append(json{{"kind", "revoked"}, {"site", site.value()}}.dump());
}

void Members::on_seen(SiteId site) {
  const std::lock_guard lock{mutex_};
  const auto found = members_.find(site);
  if (found != members_.end()) found->second.seen = true;
}

std::optional<std::string> Members::user_id_of(const PublicKey& key, WallTime now) const {
  const std::lock_guard lock{mutex_};
  for (const auto& [site, member] : members_) {
    if (member.standing == Standing::revoked) continue;
    if (member.transport == key) return "site " + std::to_string(site.value()) + " " + to_hex(key.bytes);
    // A lost answer is asked for again with the one-time key, until the site's own key has been used.
    if (member.one_time == key && !member.seen && now <= member.invite_expires)
      return "invited " + std::to_string(site.value());
  }
  return std::nullopt;
}

std::optional<Member> Members::find(SiteId site) const {
  const std::lock_guard lock{mutex_};
  const auto found = members_.find(site);
  if (found == members_.end()) return std::nullopt;
  return found->second;
}

std::vector<PublicKey> Members::signing_keys_of(SiteId site) const {
  const std::lock_guard lock{mutex_};
  const auto found = signing_.find(site);
  return found == signing_.end() ? std::vector<PublicKey>{} : found->second;
}

std::vector<Member> Members::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<Member> out;
  for (const auto& [site, member] : members_) out.push_back(member);
  return out;
}

std::uint64_t Members::revision() const {
  const std::lock_guard lock{mutex_};
  return revision_;
}

std::size_t Members::count() const {
  const std::lock_guard lock{mutex_};
  return members_.size();
}

std::vector<SiteId> Members::sites() const {
  const std::lock_guard lock{mutex_};
  std::vector<SiteId> out;
  out.reserve(members_.size());
  for (const auto& [site, member] : members_) out.push_back(site);
  return out;
}

std::optional<crypto::Key32> Members::with(SiteId peer) const {
  const std::lock_guard lock{mutex_};
  const auto found = pairwise_.find(peer);
  if (found == pairwise_.end()) return std::nullopt;
  return found->second;
}

}  // namespace redress::gateway
