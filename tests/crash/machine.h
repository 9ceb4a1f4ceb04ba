// One site on real LMDB that lives, loses its power, and lives again from what the cut left; and the judgement of every
// other state that the cut could have left.
//
// A resource of one thread. Everything that is random comes from the seed.
#pragma once

#include <optional>

#include "store/lmdb_truth.h"
#include "tests/crash/crash_states.h"
#include "tests/sim/pair.h"

namespace redress::crash {

// Deliberate faults: that the judgement notices them is what makes it worth something.
enum class Plant {
  none,
  told_early,  // people are told before the commit
  no_sync,     // the disk says that it has synced and has not
  late_redo,   // … of what is kept ahead of a commit
};

// What a store holds, as far as anybody was told of it.
struct Holding {
  std::vector<Digest> identities;  // in the ledger's order
  Seq receipted;                   // how far the peer's receipts reach
  Seq accepted;                    // how far the branch's journal was accepted, and receipts given
  Digest rows;                     // of every row of every table
};

// A life under the recorder: what it began with and did, and what it held after each commit; holdings[0] is what it
// found when it had started.
struct Life {
  Files before;
  std::vector<DiskEvent> events;
  std::vector<Holding> holdings;
  std::string finding;    // what verify found before any power was cut; empty: nothing
  std::size_t ahead = 0;  // commits that people were told of before they were done
  // A registration that it did not come to write: each of its states is written to with this one, at this time.
  std::optional<store::Append> next;
  WallTime next_at;
};

// What is wrong with a state; all false: nothing.
struct Fault {
  bool broken = false;    // it does not open, or holds what was never written
  bool lost = false;      // something that was told is not there
  bool doubled = false;   // something is there twice
  bool unwhole = false;   // verify finds something
  bool unusable = false;  // it cannot be written to, or what is written then is not kept
  std::string what;
  [[nodiscard]] bool any() const { return broken || lost || doubled || unwhole || unusable; }
};

enum class Role { branch, office };

class Machine {
 public:
  // Its folders are made below `folder`, which exists.
  Machine(std::uint64_t seed, Role role, std::string folder, Plant plant);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // Begins with the files `before`, does so many commits, and tells people of each as soon as the store says that it is
  // saved. Requires: these files are a state that judge() finds nothing in.
  [[nodiscard]] Life live(const Files& before, int commits);
  // Lays out a state of that life, opens it, compares it with what had been told by then, and writes to it; opens it
  // again and looks for what was written. Requires: the last life.
  [[nodiscard]] Fault judge(const Life& life, const Files& files, int told);

 private:
  struct Running;
  [[nodiscard]] Result<std::unique_ptr<Running>> start(const std::string& folder);
  void sit_down(Running& site);
  [[nodiscard]] StreamName receipted_stream(const Running& site);
  [[nodiscard]] Holding holding_of(const Running& site);
  // One commit's worth of work: what people ask, or what the line brings.
  [[nodiscard]] std::vector<store::Work> work_for(Running& site);
  [[nodiscard]] store::Work registration(Running& site);
  [[nodiscard]] store::Work receipt(Running& site);
  [[nodiscard]] std::optional<store::Work> acceptance(Running& site);
  [[nodiscard]] std::optional<store::Work> disposition(Running& site);
  [[nodiscard]] bool commit(Running& site, const std::vector<store::Work>& work, WallTime at,
                            const store::Site::Saved& saved = {});
  [[nodiscard]] Fault compare(const Life& life, const Holding& found, int told) const;
  [[nodiscard]] std::optional<std::string> finding_in(const Running& site, const Digest& rows);
  [[nodiscard]] Fault use(std::unique_ptr<Running> site, const Life& life, const Holding& before);
  [[nodiscard]] store::SiteOptions options();
  [[nodiscard]] sim::Node& node() { return role_ == Role::office ? pair_.gateway() : pair_.branch(); }
  [[nodiscard]] StreamName branch_journal() { return pair_.branch().site->journal(); }
  [[nodiscard]] std::string living() const { return folder_ + "/living"; }
  [[nodiscard]] std::string judged() const { return folder_ + "/judged"; }
  // The rest of what a state goes through: what is on its disk is known, whatever becomes of it.
  [[nodiscard]] Fault judge_laid_out(const Life& life, int told);
  [[nodiscard]] WallTime now() { return WallTime{wall_ms_ += 1'000}; }

  const Role role_;
  const std::string folder_;
  const Plant plant_;
  sim::SeededRandom random_;
  sim::Pair pair_;
  LaidOut disk_;
  std::set<Digest> whole_;                            // rows that verify found nothing in: it reads nothing else
  std::map<Digest, std::vector<Digest>> identities_;  // of the entries in these rows
  std::map<Digest, Digest> grown_;  // rows of a state → what the life's next registration makes of them
  int commands_ = 0;
  std::int64_t wall_ms_ = 1'795'305'600'000;
};

}  // namespace redress::crash
