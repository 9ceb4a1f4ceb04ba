// One site on real LMDB: what a branch PC has on its disk.
#pragma once

#include "store/lmdb_truth.h"
#include "tests/sim/pair.h"
#include "tests/store/folder.h"

namespace redress::pitfalls {

class DiskSite {
 public:
  explicit DiskSite(const std::string& folder, std::size_t map_bytes = std::size_t{64} << 20, std::uint64_t seed = 1)
      : random{seed}, keys{crypto::make_site_keys(random)}, signer{keys.signing} {
    auto opened = store::LmdbTruth::open({folder, store::journal_tables(), map_bytes});
    if (!opened) {
      refused = opened.error();
      return;
    }
    truth = std::move(*opened);
    auto made = store::Site::open(*truth, options(), random);
    if (!made) {
      refused = made.error();
      return;
    }
    site = std::move(*made);
    serial = std::make_unique<store::Serial>(site->last_serial());
    desk = std::make_unique<store::Desk>(*truth, store::DeskOptions{options(), head_office, 480, {}}, kinds, *serial,
                                         random);
  }

  [[nodiscard]] store::SiteOptions options() const {
    store::SiteOptions out;
    out.site = id;
    out.domain = sim::sim_domain();
    out.kek = keys.kek;
    out.signer = &signer;
    out.pairwise = &secrets;
    return out;
  }
  [[nodiscard]] Result<store::Appended> register_case(const std::vector<casework::FieldText>& fields) {
    auto composed = desk->register_case({StaffId{7}, "k/" + std::to_string(++commands), fields, at});
    if (!composed) return fail(composed.error());
    const auto outcomes = site->commit({std::get<store::Append>(*composed)}, at);
    if (!outcomes[0]) return fail(outcomes[0].error());
    return std::get<store::Appended>(*outcomes[0]);
  }
  [[nodiscard]] Result<store::Verified> verify() {
    const auto keys_of = [this](SiteId of) {
      return of == id ? std::vector<PublicKey>{keys.signing.public_key} : std::vector<PublicKey>{};
    };
    return store::verify(*truth, options(), keys_of, random);
  }

  static constexpr SiteId id{11};
  static constexpr WallTime at{1'795'305'600'000};
  sim::SeededRandom random;
  const casework::Kinds kinds{casework::shipped_kinds()};
  const crypto::SiteKeys keys;
  const crypto::Ed25519Signer signer;
  const sim::Secrets secrets{id};
  std::unique_ptr<store::LmdbTruth> truth;
  std::unique_ptr<store::Site> site;
  std::unique_ptr<store::Serial> serial;
  std::unique_ptr<store::Desk> desk;
  std::optional<Error> refused;  // why it did not open
  int commands = 0;
};

}  // namespace redress::pitfalls
