// What each disk is known to hold, read from its commits alone: places, entries, receipts. The judge's own bookkeeping,
// which shares nothing with the store but the decoders of its rows.
//
// Values.
#pragma once

#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "store/rows.h"
#include "tests/sim/memory_truth.h"

namespace redress::sim {

struct DigestHash {
  std::size_t operator()(const Digest& digest) const {
    std::size_t out = 0;
    std::memcpy(&out, digest.bytes.data(), sizeof out);
    return out;
  }
};
using Identities = std::unordered_set<Digest, DigestHash>;

// An entry that a commit stored.
struct Stored {
  Position ledger;
  journal::Header header;
  Digest identity;
  Digest entry;
  std::array<std::byte, 12> nonce;  // that its body was sealed with; zero if it has none
};

// One machine's disk.
class Book {
 public:
  explicit Book(const journal::Domain& domain) : domain_{domain} {}

  // Takes a commit in. What it may not do is added to `broken`; `stored` gains its entries.
  void take(const MemoryTruth::Commit& commit, std::vector<Stored>& stored, std::vector<std::string>& broken);
  // Begins again from what is on the disk.
  void read(const MemoryTruth::Image& image);

  [[nodiscard]] bool holds(const Digest& identity) const { return held_.contains(identity); }
  [[nodiscard]] bool holds(const Cause& cause) const { return causes_.contains(cause); }
  [[nodiscard]] const std::unordered_map<Digest, Position, DigestHash>& held() const noexcept { return held_; }
  // Where a stream stands; seq 0: nothing of it is held.
  [[nodiscard]] journal::Mark head_of(const StreamName& stream) const;
  [[nodiscard]] Seq receipted(const StreamName& stream) const;
  // It cannot be read any more.
  void lose(const Digest& identity) { held_.erase(identity); }
  // The digest at a place; nothing: not held.
  [[nodiscard]] std::optional<Digest> digest_at(const StreamName& stream, Seq seq) const;
  // The identity that was stored at a ledger position; nothing: none.
  [[nodiscard]] std::optional<Digest> identity_at(Position position) const;

  // Where each stream that the last commit moved stood before it.
  [[nodiscard]] const std::map<StreamName, Seq>& moved() const noexcept { return moved_; }
  // The streams whose receipts the last commit moved.
  [[nodiscard]] const std::set<StreamName>& newly_receipted() const noexcept { return newly_receipted_; }

  // A repair may be at work: an identity may be stored at two places, and what stood above the last common place of a
  // stream gives way (D8, D9).
  bool may_repair = false;

 private:
  void take_entry(const MemoryTruth::Change& change, std::vector<Stored>& stored, std::vector<std::string>& broken);
  void take_healed(const MemoryTruth::Change& change, std::vector<std::string>& broken);
  void take_place(const MemoryTruth::Change& change, const std::vector<Stored>& stored,
                  std::vector<std::string>& broken);
  void take_arrival(const MemoryTruth::Change& change);
  void judge_arrivals(std::vector<std::string>& broken) const;
  void take_erased(const MemoryTruth::Change& change, std::vector<std::string>& broken);
  void take_stream(const MemoryTruth::Change& change, std::vector<std::string>& broken);

  journal::Domain domain_;
  Position ledger_;
  std::vector<Digest> identities_;  // by ledger position, from 1
  std::unordered_map<Digest, Position, DigestHash> held_;
  std::set<Cause> causes_;  // by which other entries name those held
  std::map<StreamName, journal::Mark> heads_;
  std::map<StreamName, std::vector<Digest>> places_;  // by seq, from 1
  std::map<StreamName, Seq> receipted_;
  std::unordered_map<Digest, std::int64_t, DigestHash> arrived_;  // here, by this disk's clock
  std::map<Digest, std::int64_t> placed_again_;                   // by the last commit, with the arrival before it
  std::map<StreamName, Seq> moved_;
  std::set<StreamName> newly_receipted_;
};

[[nodiscard]] std::string short_name(const Digest& digest);
[[nodiscard]] std::string name_of(const StreamName& stream, Seq seq);

}  // namespace redress::sim
