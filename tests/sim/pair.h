// Head office and its branches on a virtual clock and a virtual line: real sites, real sessions, real seals, no I/O.
//
// A resource of one thread; everything that is random comes from one seed, so that a run can be run again. A turn is
// the shells' turn: feed, take the step, one commit, answer what was committed, fill the window, then send.
#pragma once

#include <deque>
#include <memory>
#include <queue>

#include "protocol/casework/case.h"
#include "protocol/sync/agent_session.h"
#include "protocol/sync/gateway_session.h"
#include "store/desk.h"
#include "store/verify.h"
#include "tests/sim/memory_truth.h"

namespace redress::sim {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_{seed} {}
  void fill(std::span<std::byte> out) override;
  // True so many times in a thousand.
  [[nodiscard]] bool chance(unsigned permille) { return permille > 0 && below(1000) < permille; }

 private:
  std::uint64_t state_;
};

// Everybody shares a secret with everybody, made from the two numbers.
class Secrets final : public store::Pairwise {
 public:
  explicit Secrets(SiteId own) : own_{own} {}
  [[nodiscard]] std::optional<crypto::Key32> with(SiteId peer) const override;

 private:
  SiteId own_;
};

// The author and whom the header names.
class OpenRouter final : public store::Router {
 public:
  [[nodiscard]] std::vector<SiteId> gains(const journal::What& what,
                                          const std::vector<SiteId>& standing) const override;
  [[nodiscard]] bool may_read(const journal::What& what, SiteId) const override {
    return (what.flags & journal::flag_audience_mask) == 0;
  }
  [[nodiscard]] bool opens(const journal::What& what) const override;
};

[[nodiscard]] journal::Domain sim_domain();

// One site's machine: what survives its crashes, and what does not.
class Node {
 public:
  Node(SiteId id, SiteId parent, std::uint64_t seed, const casework::Kinds& kinds);
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Opens what the truth holds now; the old site is gone.
  void start();
  [[nodiscard]] store::SiteOptions options() const;
  [[nodiscard]] std::optional<store::CaseFile> file_of(const CaseId& case_id) { return desk->file_of(case_id); }

  const SiteId id;
  const SiteId parent;
  const casework::Kinds& kinds;
  SeededRandom random;
  const crypto::SiteKeys keys;
  const crypto::Ed25519Signer signer;
  const Secrets secrets;
  const OpenRouter router;
  MemoryTruth truth;
  std::shared_ptr<store::Damage> damage;
  std::unique_ptr<store::Site> site;
  std::unique_ptr<store::Serial> serial;
  std::unique_ptr<store::Desk> desk;
  std::int64_t clock_ahead_ms = 0;  // of the true time
  bool crash_after_commit = false;  // dies between its next commit and the sends of that turn
  std::uint32_t crashes = 0;
  std::vector<sync::Event> events;  // what its sessions told, newest last
};

enum class Cut { none, up, down, both };  // up: nothing from the branch arrives

struct Weather {
  std::int64_t delay_ms = 20;       // one way
  unsigned loss = 0;                // frames of a thousand
  unsigned duplicates = 0;          // frames of a thousand
  unsigned crashes = 0;             // commits of a thousand after which the machine dies before it sends
  std::int64_t bytes_a_second = 0;  // each way; 0: as many as there are
};

struct PairOptions {
  std::uint64_t seed = 1;
  std::size_t branches = 1;
  bool chained = false;  // each branch's parent is the one before it
  std::uint16_t branch_protocol = wire::protocol_max;
  std::size_t window_bytes = 4 * 1024 * 1024;
  std::vector<casework::KindRow> kinds = casework::shipped_kinds();
};

// What somebody was told is saved.
struct Told {
  SiteId by;
  store::Appended appended;
};

class Pair {
 public:
  explicit Pair(const PairOptions& options);
  explicit Pair(std::uint64_t seed) : Pair{PairOptions{seed}} {}

  [[nodiscard]] Node& gateway() { return *gateway_; }
  [[nodiscard]] Node& branch(std::size_t i = 0) { return *branches_.at(i)->node; }
  [[nodiscard]] Node& node(SiteId id) { return id == head_office ? gateway() : branch(id.value() - 2); }
  [[nodiscard]] std::size_t branch_count() const { return branches_.size(); }
  [[nodiscard]] sync::AgentSession& agent(std::size_t i = 0) { return *branches_.at(i)->session; }
  // Nothing: no frame of this branch has arrived since the gateway started.
  [[nodiscard]] sync::GatewaySession* served(std::size_t i = 0);
  [[nodiscard]] Now now(const Node& node) const;
  [[nodiscard]] const casework::Kinds& kinds() const { return kinds_; }
  [[nodiscard]] const std::vector<Told>& told() const { return told_; }

  Weather weather;
  void cut(Cut how, std::size_t i = 0) { branches_.at(i)->cut = how; }
  void cut_all(Cut how);
  // Dies at once and starts again from its truth.
  void crash(Node& node);
  // The machine dies and comes back with this image of its store.
  void restore(Node& node, MemoryTruth::Image image);
  // A frame as if the line had brought it.
  void inject_to_gateway(ByteView frame, std::size_t i = 0);
  void inject_to_branch(ByteView frame, std::size_t i = 0);
  // Looks at, and may change, each frame before it travels. False: it is lost.
  std::function<bool(SiteId from, Bytes& frame)> tap;
  std::uint64_t frames_sent = 0;

  // People's acts, carried out in a turn of their own. Crashes count as unknown_outcome.
  [[nodiscard]] Result<store::Appended> register_case(Node& node, std::string_view key,
                                                      const std::vector<casework::FieldText>& fields = {});
  [[nodiscard]] Result<store::Appended> act(Node& node, const CaseId& id, std::string_view kind, std::string_view key,
                                            const std::vector<casework::FieldText>& fields);
  [[nodiscard]] Result<store::Appended> dispose(const CaseId& id, std::string_view key);
  [[nodiscard]] Result<store::Appended> carry_out(Node& node,
                                                  Result<std::variant<store::Append, store::Appended>> made);

  // The next thing that is due: a frame, a line, a deadline.
  void step();
  // Throws if something is due for ever.
  void drive(std::int64_t ms);
  // Until level. False if that takes more than `ms`, or more steps than any talk that ends.
  [[nodiscard]] bool drive_bounded(std::int64_t ms = 120'000);
  // Both ends of every stream agree that all of it has arrived, and the receipts are home.
  [[nodiscard]] bool is_level() const;

  // Every promise broken so far, in words; empty if none. With `settled`, that everything arrived is judged too.
  [[nodiscard]] std::vector<std::string> judge(bool settled = true);

 private:
  struct Branch {
    std::unique_ptr<Node> node;
    std::unique_ptr<sync::AgentSession> session;
    std::unique_ptr<sync::GatewaySession> served;
    std::uint64_t line = 0;  // this life of the line; 0: none
    std::uint64_t served_line = 0;
    Cut cut = Cut::none;
    Instant up_free_at, down_free_at;    // when the line has carried what was given to it
    Seq receipted;                       // the most ever shown as received by head office
    std::map<Digest, CaseId> disposals;  // ever shown at this branch
  };
  struct Due {
    Instant at;
    std::uint64_t order;
    std::size_t branch;
    enum class What { up, down, to_gateway, to_branch } what;
    std::uint64_t line;
    Bytes frame;
    friend bool operator>(const Due& a, const Due& b) { return std::pair{a.at, a.order} > std::pair{b.at, b.order}; }
  };

  [[nodiscard]] sync::Self self_of(const Node& node) const;
  void start_session(Branch& branch);
  void arrive(const Due& due);
  void tick();
  [[nodiscard]] Instant next_deadline() const;
  // The turn of a node: what its sessions ask and `append`, whose outcome it returns.
  std::optional<Result<store::Outcome>> turn(Node& node, const std::optional<store::Append>& append = std::nullopt);
  void turn_branch(Branch& branch, std::vector<store::Work> work, std::optional<Result<store::Outcome>>& answer);
  void turn_gateway(std::vector<store::Work> work, std::optional<Result<store::Outcome>>& answer);
  [[nodiscard]] bool survives(Node& node, const std::vector<Result<store::Outcome>>& outcomes);
  void await_all(sync::Write& write) const;
  void send(std::size_t i, SiteId from, Bytes frame);
  [[nodiscard]] Instant carry(Branch& branch, bool up, std::size_t bytes);
  void obey(Branch& branch, sync::Line line);
  void note_shown(Branch& branch);
  [[nodiscard]] std::size_t index_of(const Node& node) const { return node.id.value() - 2; }

  void judge_told(bool settled, std::vector<std::string>& broken);
  void judge_ledgers(std::vector<std::string>& broken);
  void judge_streams(std::vector<std::string>& broken);
  void judge_cases(std::vector<std::string>& broken);

  casework::Kinds kinds_;
  PairOptions options_;
  SeededRandom random_;
  std::unique_ptr<Node> gateway_;
  std::vector<std::unique_ptr<Branch>> branches_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  Instant clock_{1'000};
  std::uint64_t orders_ = 0;
  std::uint64_t lines_ = 0;
  std::vector<Told> told_;
};

// What a case looks like to people, without what differs by place: equal at two sites or not.
[[nodiscard]] std::string portrait(const store::CaseFile& file);

// The entries that a truth holds, in its ledger's order.
[[nodiscard]] std::vector<store::StoredEntry> entries_in(const store::Truth& truth);

}  // namespace redress::sim
