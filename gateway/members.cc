#include "gateway/members.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <nlohmann/json.hpp>

#include "crypto/seal.h"
#include "crypto/wipe_later.h"
#include "ops/shell/members_log.h"
#include "protocol/base/limits.h"

namespace redress::gateway {
namespace {

using nlohmann::json;

constexpr std::string_view site_word = "site ";
constexpr std::string_view invited_word = "invited ";

std::string user_id_text(std::string_view word, SiteId site, const PublicKey& key) {
  return std::string{word} + std::to_string(site.value()) + " " + to_hex(key.bytes);
}

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

// Cuts off a last line without its end, and nothing else: whatever has its end was answered, read here or not.
Status cut_half_line(int fd, std::size_t whole_bytes) {
  const off_t size = ::lseek(fd, 0, SEEK_END);
  const auto whole = static_cast<off_t>(whole_bytes);
  if (size < whole) return fail(Code::io, "members.log: it was cut while it was read", "members.log");
  std::string tail(static_cast<std::size_t>(size - whole), '\0');
  const bool is_read = ::pread(fd, tail.data(), tail.size(), whole) == static_cast<ssize_t>(tail.size());
  if (!is_read || tail.find('\n') != std::string::npos)
    return fail(Code::io, "members.log: it has lines that were not read", "members.log");
  if (!tail.empty() && ::ftruncate(fd, whole) != 0)
    return fail(Code::io, "cut members.log: reason=" + std::string{std::strerror(errno)}, "members.log");
  return Done{};
}

}  // namespace

std::optional<Caller> caller_of(std::string_view user_id) {
  const bool is_enrolled = user_id.starts_with(site_word);
  if (!is_enrolled && !user_id.starts_with(invited_word)) return std::nullopt;
  user_id.remove_prefix(is_enrolled ? site_word.size() : invited_word.size());
  std::uint32_t site = 0;
  const char* end = user_id.data() + user_id.size();
  const auto [rest, error] = std::from_chars(user_id.data(), end, site);
  if (error != std::errc{} || rest == end || *rest != ' ') return std::nullopt;
  const auto key = fixed_from_hex<PublicKey>({rest + 1, static_cast<std::size_t>(end - rest - 1)});
  if (!key) return std::nullopt;
  return Caller{is_enrolled ? Standing::enrolled : Standing::invited, SiteId{site}, *key};
}

Members::Members(const MembersOptions& options, Random& random) : options_{options}, random_{random} {}
Members::~Members() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<Members>> Members::open(const MembersOptions& options, Random& random) {
  std::unique_ptr<Members> members{new Members{options, random}};
  // First: a file that cannot be opened is not one without lines.
  members->fd_ = ::open(options.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (members->fd_ < 0)
    return fail(Code::io, "open members.log: reason=" + std::string{std::strerror(errno)}, "members.log");
  const auto log = shell::read_members_log(options.path, options.network);
  if (!log) return fail(log.error());
  for (const std::string& line : log->lines) {
    const Status replayed = members->replay(line);
    if (!replayed) return fail(replayed.error());
  }
  members->head_ = log->head;
  const Status cut = cut_half_line(members->fd_, log->bytes);
  if (!cut) return fail(cut.error());
  return members;
}

Status Members::replay(const std::string& line_body) {
  const json row = json::parse(line_body, nullptr, /*allow_exceptions=*/false);
  if (!row.is_object()) return fail(Code::damaged, "members.log: a line is not an object", "members.log");
  const SiteId site{row.value("site", std::uint32_t{0})};
  const std::string kind = row.value("kind", std::string{});
  Member& member = members_[site];
  forget_keys(member);
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
  know_keys(member);
  return Done{};
}

void Members::forget_keys(const Member& member) {
  for (const auto& key : {member.one_time, member.transport}) {
    if (key && !is_anothers(*key, member.site)) site_of_.erase(*key);
  }
}

void Members::know_keys(const Member& member) {
  for (const auto& key : {member.one_time, member.transport}) {
    if (key) site_of_.insert_or_assign(*key, member.site);
  }
}

bool Members::is_anothers(const PublicKey& key, SiteId site) const {
  const auto found = site_of_.find(key);
  return found != site_of_.end() && found->second != site;
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
  if (members_.size() >= limits::sites_max && !members_.contains(member.site))
    return fail(Code::too_large, "sites_max", "site");
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
  if (is_anothers(*member.one_time, member.site)) return fail(Code::in_use, "another site has this key", "one_time");
  return append(json{{"kind", "invited"},
                     {"site", member.site.value()},
                     {"parent", member.parent.value()},
                     {"name", member.name},
                     {"zone", member.zone},
                     {"one_time", to_hex(member.one_time->bytes)},
                     {"expires", member.invite_expires.value()}}
                    .dump());
}

Status Members::check_locked(const Invitation& by, WallTime now) const {
  const auto found = members_.find(by.site);
  if (found == members_.end() || found->second.standing == Standing::revoked)
    return fail(Code::unknown_site, "no open invitation", "site");
  const Member& member = found->second;
  const std::string named = "site=" + std::to_string(by.site.value());
  if (member.one_time != by.one_time)
    return fail(Code::invite_expired, "another invitation took its place: " + named, "site");
  const bool is_open = member.standing == Standing::invited;
  if (is_open && now > member.invite_expires) return fail(Code::invite_expired, named, "site");
  return Done{};
}

Status Members::check(const Invitation& by, WallTime now) const {
  const std::lock_guard lock{mutex_};
  return check_locked(by, now);
}

Status Members::enrol(const Invitation& by, const PublicKey& transport, const PublicKey& signing, WallTime now) {
  const std::lock_guard lock{mutex_};
  // Here too: it may have been revoked and invited anew since the frame was let through.
  if (Status good = check_locked(by, now); !good) return good;
  const SiteId site = by.site;
  const Member& member = members_.at(site);
  if (member.standing == Standing::enrolled) {
    if (member.transport == transport && member.signing == signing) return Done{};
    return fail(Code::invite_used, "site=" + std::to_string(site.value()), "site");
  }
  if (is_anothers(transport, site)) return fail(Code::invite_used, "another site has this key", "transport");
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
  const auto found = site_of_.find(key);
  if (found == site_of_.end()) return std::nullopt;
  const SiteId site = found->second;
  const Member& member = members_.at(site);
  if (member.standing == Standing::revoked) return std::nullopt;
  if (member.transport == key) return user_id_text(site_word, site, key);
  // A lost answer is asked for again with the one-time key, until the site's own key has been used.
  const bool is_good = member.one_time == key && !member.seen && now <= member.invite_expires;
  return is_good ? std::optional{user_id_text(invited_word, site, key)} : std::nullopt;
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
