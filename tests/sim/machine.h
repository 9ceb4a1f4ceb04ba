// One machine of the simulated bank: what its disk keeps, and the shipped program that runs on it, or does not.
//
// A resource of the world's one thread. Two machines may be one site: a clone.
#pragma once

#include <memory>

#include "branch-agent/agent.h"
#include "gateway/gateway.h"
#include "gateway/prompter.h"
#include "gateway/router.h"
#include "protocol/rules/shipped.h"
#include "store/desk.h"
#include "store/head_office_secret.h"
#include "tests/sim/dice.h"
#include "tests/sim/listing.h"
#include "tests/sim/memory_truth.h"

namespace redress::sim {

inline constexpr std::int64_t heartbeat_ms = 10'000;
inline constexpr std::uint64_t disk_bytes = std::uint64_t{1} << 32;

// What every machine of a run is made with.
struct Common {
  journal::Domain domain;
  const casework::Kinds* kinds = nullptr;
  gateway::Members* members = nullptr;
  std::size_t window_bytes = 0;
  bool prompts = false;  // head office says unasked what is overdue
  bool heals = false;    // the programs speak of what is damaged; else an earlier version of the protocol
};

class Machine {
 public:
  // Begins switched off, with an empty disk. `keys` are the site's, `secret` what a branch shares with head
  // office (nothing at head office); a clone has the same.
  Machine(const Common& common, std::size_t number, SiteId site_id, SiteId parent_id, const crypto::SiteKeys& site_keys,
          const std::optional<crypto::Key32>& secret, std::uint64_t seed);
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Opens what the disk holds and starts the program. `head_office_signing` is pinned at a branch.
  [[nodiscard]] Status start(const PublicKey& head_office_signing);
  // The program is gone; what was not committed with it.
  void stop();
  [[nodiscard]] bool is_up() const noexcept { return store != nullptr; }
  [[nodiscard]] bool is_centre() const noexcept { return site == head_office; }

  [[nodiscard]] Now now(Instant at) const;
  [[nodiscard]] store::SiteOptions options() const;
  [[nodiscard]] std::optional<crypto::Key32> secret() const {
    return secret_ ? secret_->with(head_office) : std::nullopt;
  }
  // When the program wants to be turned without being asked.
  [[nodiscard]] Instant next_deadline() const;

  const std::size_t index;
  const SiteId site;
  const SiteId parent;
  const crypto::SiteKeys keys;
  const Common common;
  Dice random;
  MemoryTruth truth{disk_bytes};
  std::shared_ptr<store::Damage> damage;  // null: nobody asks for it

  // The program; nothing while it is off.
  std::unique_ptr<store::Site> store;
  std::unique_ptr<store::Serial> serial;
  std::unique_ptr<store::Desk> desk;
  std::unique_ptr<agent::Agent> agent;
  std::unique_ptr<gateway::Gateway> gateway;
  std::unique_ptr<Listing> listing;
  std::unique_ptr<gateway::Prompter> prompter;

  // The clock on the wall, against true time.
  std::int64_t ahead_ms = 0;
  std::int64_t drift_ppm = 0;

  bool hostile = false;
  bool revoked = false;
  bool is_copy = false;  // a clone, or its original: two stores of one site live
  Instant turn_at = never;
  bool dies_after_commit = false;  // before anything of that turn is sent

 private:
  std::unique_ptr<journal::Signer> signer_;
  std::unique_ptr<store::Pairwise> secret_;
  std::unique_ptr<gateway::DirectoryRouter> router_;
};

}  // namespace redress::sim
