// Entries that somebody came to and could not read, or whose case key does not open: remembered until they are whole
// again, so that whoever holds them is asked for them (D11).
//
// Thread-safe. In memory only: what is damaged is come to again. At most limits::damage_noted_max; the oldest give way.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <set>

#include "protocol/sync/step.h"

namespace redress::store {

// What whoever came to it knows of it beside the position; zeros and nothing: not known.
struct Damaged {
  Position ledger;
  CaseId case_id{};
  SiteId author{};
  std::optional<sync::Spot> spot{};
};

class Damage {
 public:
  void note(const Damaged& found);
  void forget(Position ledger);
  // Moves with each change.
  [[nodiscard]] std::uint64_t version() const noexcept { return version_; }
  // The oldest first; what several knew of one entry is together.
  struct Noted {
    Position ledger;
    CaseId case_id;
    SiteId author;
    std::set<sync::Spot> spots;
  };
  [[nodiscard]] std::vector<Noted> all() const;

 private:
  static constexpr std::size_t spots_max = 8;

  mutable std::mutex mutex_;
  std::deque<Noted> noted_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace redress::store
