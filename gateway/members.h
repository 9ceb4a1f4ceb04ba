// Who belongs: invitations, enrolments and revocations, in members.log: chained lines outside LMDB, synced before they
// count (D23), so that a restored store does not let a revoked PC back in.
//
// A resource; every function may be called from any thread. Line format in gateway/README.md.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/identity.h"
#include "crypto/secret.h"
#include "protocol/base/random.h"
#include "protocol/base/result.h"
#include "store/site.h"

namespace redress::gateway {

enum class Standing { invited, enrolled, revoked };

struct Member {
  SiteId site;
  SiteId parent;  // head office or a primary branch
  std::string name;
  std::string zone;
  Standing standing = Standing::invited;
  std::optional<PublicKey> one_time;  // of the last invitation, until it is revoked
  WallTime invite_expires;
  std::optional<PublicKey> transport;  // once enrolled
  std::optional<PublicKey> signing;
  bool seen = false;  // its own key has been used: the one-time key is dead
};

// What a connection of an invited site shows of itself.
struct Invitation {
  SiteId site;
  PublicKey one_time;
};

// Who a connection was let in as. It outlives what let it in: whether the key is still the site's is asked per frame.
struct Caller {
  Standing standing;  // invited or enrolled
  SiteId site;
  PublicKey key;
};
// Reads what Members::user_id_of() says; nothing for every other text.
[[nodiscard]] std::optional<Caller> caller_of(std::string_view user_id);

struct MembersOptions {
  std::string path;
  NetworkId network;
  crypto::Key32 kek;  // wraps the pairwise secrets in the file
};

class Members final : public store::Pairwise {
 public:
  // Reads the file, or begins one. Fails with damaged, naming the line, if the chain does not hold; with io if it
  // cannot be read; a last line that was cut short by a power cut was never answered and is dropped. Requires: no other
  // process has it open to write.
  [[nodiscard]] static Result<std::unique_ptr<Members>> open(const MembersOptions& options, Random& random);
  ~Members() override;

  // Invites a site: its one-time transport key may come in until `expires`. A site that is enrolled may not be invited
  // again before it is revoked (in_use); the parent must be head office or known (bad_value). Requires: a one-time key,
  // which ends the one before; it may not be another site's key (in_use).
  [[nodiscard]] Status invite(const Member& member);
  // Done while a frame that the one-time key brought may be answered: the key is of the open invitation, or of the one
  // by which the site enrolled, since the answer to that may have been lost. Fails with unknown_site, if there is none,
  // or invite_expired: its time is over, or another took its place.
  [[nodiscard]] Status check(const Invitation& by, WallTime now) const;
  // Binds the site's own keys to it, once: the same keys again are the same enrolment. Fails as check() does, or with
  // invite_used: it was by other keys, or another site has this one.
  [[nodiscard]] Status enrol(const Invitation& by, const PublicKey& transport, const PublicKey& signing, WallTime now);
  [[nodiscard]] Status revoke(SiteId site);
  // The site's own key was used: from now on the one-time key is nobody's.
  void on_seen(SiteId site);

  // "site 11 <the key in hex>" or "invited 11 <the key in hex>"; nothing for every other key. Memory only, and as quick
  // for many members as for few: all handshakes wait for it.
  [[nodiscard]] std::optional<std::string> user_id_of(const PublicKey& key, WallTime now) const;
  [[nodiscard]] std::optional<Member> find(SiteId site) const;
  // Every key it signs or ever signed with, revoked or not.
  [[nodiscard]] std::vector<PublicKey> signing_keys_of(SiteId site) const;
  [[nodiscard]] std::vector<Member> all() const;
  [[nodiscard]] std::vector<SiteId> sites() const;
  [[nodiscard]] std::size_t count() const;  // of those
  // Moves with every invitation, enrolment and revocation.
  [[nodiscard]] std::uint64_t revision() const;
  [[nodiscard]] std::optional<crypto::Key32> with(SiteId peer) const override;

 private:
  Members(const MembersOptions& options, Random& random);
  [[nodiscard]] Status append(const std::string& line_body);
  [[nodiscard]] Status replay(const std::string& line_body);
  [[nodiscard]] Status check_locked(const Invitation& by, WallTime now) const;
  [[nodiscard]] bool is_anothers(const PublicKey& key, SiteId site) const;
  void forget_keys(const Member& member);
  void know_keys(const Member& member);

  MembersOptions options_;
  Random& random_;
  mutable std::mutex mutex_;
  int fd_ = -1;
  Digest head_;  // of the last line
  std::uint64_t revision_ = 0;
  std::map<SiteId, Member> members_;
  std::map<PublicKey, SiteId> site_of_;  // each member's one-time and transport key, and no other
  std::map<SiteId, crypto::Key32> pairwise_;
  std::map<SiteId, std::vector<PublicKey>> signing_;
};

}  // namespace redress::gateway
