// The judge: a separate, simple reading of everything that reached a disk, a line or a person, held against P1–P14.
//
// A resource of the world's thread. Safety is judged at every commit, frame and answer; `settle()` judges what must
// hold once everything has healed. The first broken promise ends a run; all that were found are kept.
#pragma once

#include <deque>

#include "store/verify.h"
#include "tests/sim/books.h"
#include "tests/sim/people.h"
#include "tests/sim/world.h"

namespace redress::sim {

class Judge final : public Watcher {
 public:
  Judge(World& world, const Setting& setting);

  void on_durable(Machine& machine, const MemoryTruth::Commit& commit) override;
  void on_sent(Machine& from, Machine& branch, std::uint64_t line, ByteView frame) override;
  void on_arrived(Machine& branch, std::uint64_t line, Way way, Instant sent, ByteView frame) override;
  void on_event(Machine& at, const sync::Event& event) override;
  void on_stop(Machine& machine, const Error& why) override;
  void on_broken(std::string what) override { broken_.push_back(std::move(what)); }
  void on_told(const ToldSaved& told);

  // The injector says what it does. A commit of this machine will end in an unknown outcome.
  void expect_stop(const Machine& machine) { stops_expected_.insert(machine.index); }
  // The machine's disk is about to be this one; what only it held is gone.
  // The machine's site was revoked, or turned hostile: nobody asks it for what it alone holds.
  void on_left(const Machine& machine);
  void on_disk_change(Machine& machine, const MemoryTruth::Image& becomes);
  // An entry on a branch's disk cannot be read any more, and nobody puts it right. `shown`: its case as it was until
  // now.
  void on_rotten(Machine& machine, Position ledger, const std::optional<store::CaseFile>& shown);
  // Bits have fallen over that come back.
  void on_decayed();
  // The case of the entry there, as the machine shows it now; nothing: no entry, or nothing is shown.
  [[nodiscard]] std::optional<store::CaseFile> file_at(Machine& machine, Position ledger);
  // A machine that was not there before, with a disk of its own.
  void on_new_machine(Machine& machine);
  // A site whose store has been rolled back, copied or lost: forks and repairs at it are to be expected.
  void on_shaken(SiteId site);

  // Compares what is shown of the lag with what is (P13).
  void look_at_lag();
  // Nothing if every branch that belongs is level with head office; else what the first one lacks.
  [[nodiscard]] std::optional<std::string> not_level();
  // Everything has healed and had its time.
  void settle();

  [[nodiscard]] const std::vector<std::string>& broken() const noexcept { return broken_; }
  [[nodiscard]] std::uint64_t told_count() const noexcept { return told_.size(); }
  [[nodiscard]] std::uint64_t fed_count() const noexcept { return fed_; }

 private:
  struct Fact {
    CaseId case_id;
    SiteId author;
    bool opens;
    std::vector<SiteId> to;
  };
  struct Flight {
    Seq to;
    std::size_t bytes;
  };
  // What one end of a connection has sent of a stream and holds no receipt for.
  struct Sending {
    SessionId session;
    std::deque<Flight> flights;
    std::size_t bytes = 0;
    Seq receipted;  // what a receipt that arrived is for
  };

  void broke(const Machine& at, const std::string& what);
  [[nodiscard]] Book& book_of(const Machine& machine) { return books_.at(machine.index); }
  void judge_room(Machine& machine, const MemoryTruth::Commit& commit);
  void judge_evidence(Machine& machine, const MemoryTruth::Commit& commit);
  void note_entry(Machine& machine, const Stored& stored);
  // For --trace: which place of which stream each commit filled or cleared.
  void tell_commit(const Machine& machine, const MemoryTruth::Commit& commit, const std::vector<Stored>& stored);
  void note_seen(const Machine& centre, const journal::Header& header);
  void judge_recovery(Machine& machine, const Stored& stored, bool fresh);
  using Standings = std::map<CaseId, std::set<SiteId>>;
  void note_standing(const Fact& fact, Standings& standings) const;
  // Who has standing by what head office holds now, in whatever order it came back.
  [[nodiscard]] Standings standings_now() const;
  void gain(std::set<SiteId>& standing, SiteId site) const;
  void judge_places(Machine& machine);
  void judge_receipts(Machine& machine);
  void judge_batch(Machine& from, std::uint64_t line, ByteView frame);
  // Follows what a liar says about places that head office holds, within its session.
  void note_talk(const Machine& branch, ByteView frame);
  void note_contradiction(const Machine& branch, ByteView frame);
  [[nodiscard]] bool is_explained(const Machine& at, const sync::Event& event) const;
  [[nodiscard]] Seq head_at(const Machine& branch, const StreamName& stream, Instant when) const;
  void look_at_branch_lag(Machine& branch);
  void look_at_centre_lag(Machine& branch, const gateway::SiteStatus& status);
  [[nodiscard]] std::optional<std::string> not_level(const Machine& branch);
  [[nodiscard]] bool is_good_token(const Bytes& key, const Bytes& value);
  [[nodiscard]] bool is_held_beside(const Machine& machine, const Digest& identity) const;
  [[nodiscard]] bool is_sound(const Machine& machine) const { return !machine.hostile && !machine.revoked; }

  void settle_case(const CaseId& id, const std::vector<const ToldSaved*>& told, const std::set<SiteId>& standing);
  void settle_copy(Machine& machine, const CaseId& id, const std::vector<const ToldSaved*>& told,
                   const store::CaseFile& at_centre);
  void settle_told();
  void settle_epochs();
  void settle_contradictions();
  void settle_disks();
  [[nodiscard]] bool names_liar(const store::Finding& finding) const;
  [[nodiscard]] bool names_rotten(const Machine& machine, const store::Finding& finding) const;

  World& world_;
  const Setting& setting_;
  const Kind opening_;
  std::vector<Book> books_;
  std::unordered_map<Digest, Fact, DigestHash> facts_;
  std::set<CaseId> locked_;  // at the end: cases whose key no disk holds any more
  std::map<std::pair<SiteId, CommandId>, Digest> commands_;
  std::set<std::pair<KeyId, std::array<std::byte, 12>>> nonces_;  // of all bodies
  Standings standing_;                                            // by everything that head office ever held
  std::map<StreamName, std::vector<Digest>> agreed_;  // what stands at a place, by seq: everybody must agree
  std::vector<ToldSaved> told_;
  std::map<std::string, Digest> answers_;  // what a key was answered with
  // What a hostile site sent of other entries at places that head office holds.
  struct Contradiction {
    SessionId session;  // as of head office's welcome; none after a refusal
    unsigned times = 0;
    bool told = false;  // head office said so
  };
  std::map<SiteId, Contradiction> contradictions_;
  Identities destroyed_;
  Identities rotten_;  // on some branch's disk
  std::set<SiteId> rotten_at_;
  bool decayed_ = false;
  bool decayed_unlevel_ = false;  // … while a liar lacked some of its feed
  std::set<Position> rotten_ledger_;
  std::map<std::size_t, Epoch> old_epochs_;  // a machine's disk is an old image: it must not go on in this epoch
  std::set<SiteId> feigning_;  // sites that claimed to have seen what was not written yet, or less than before
  std::map<StreamName, journal::Seen> seen_;  // of a journal's last entry at head office
  std::set<SiteId> shaken_;
  std::set<std::size_t> stops_expected_;
  std::map<std::tuple<std::uint64_t, bool, StreamName>, Sending> sendings_;  // line, by head office, stream
  std::vector<std::deque<std::pair<Instant, Seq>>> journal_heads_;           // by machine
  std::vector<std::deque<std::pair<Instant, Seq>>> feed_heads_;  // by site's first machine: of its feed at the centre
  // The newest heartbeat of a session that has arrived, and the one before it.
  struct Beat {
    Instant arrived{0};
    Instant sent{0};
    Instant before{0};  // when the one before was sent
    // When the newest that the program has had time to take in was sent.
    [[nodiscard]] Instant taken(Instant now) const { return now > after_ms(arrived, 4'000) ? sent : before; }
  };
  // What each end has heard of the other in this session, by the branch's machine.
  struct Heard {
    Instant any{0};  // when head office heard it last
    Beat up;
    Beat down;
  };
  std::vector<Heard> heard_;
  std::uint64_t fed_ = 0;
  std::vector<std::string> broken_;
};

}  // namespace redress::sim
