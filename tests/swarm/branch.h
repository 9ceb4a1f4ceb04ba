// One branch of a swarm: the shipped agent's turns, sessions and seals over a real CURVE line; its store in memory.
//
// A resource of one thread; the context outlives it.
#pragma once

#include "branch-agent/agent.h"
#include "crypto/random.h"
#include "ops/shell/zmq_socket.h"
#include "store/desk.h"
#include "store/head_office_secret.h"
#include "tests/sim/memory_truth.h"
#include "tests/swarm/enrolled.h"

namespace redress::swarm {

class Branch {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Branch>> open(const Enrolled& enrolled, const Office& office,
                                                            shell::LinkContext& context);
  ~Branch();
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  // A complaint, committed by the next turn. Fails as Desk::register_case does.
  [[nodiscard]] Status register_case(Now now);
  // What came over the line, one turn if anything stirs, and what leaves.
  void turn(Now now);
  // The line is lost and cannot be had, until mend().
  void cut(Now now);
  void mend() { is_cut_ = false; }

  [[nodiscard]] const Enrolled& who() const noexcept { return enrolled_; }
  // What to wait for; nothing while there is no line.
  [[nodiscard]] const shell::Dealer* line() const noexcept { return dealer_.get(); }
  [[nodiscard]] Instant next_deadline() const { return agent_->next_deadline(); }
  [[nodiscard]] bool is_up(Now now) const { return agent_->view(now.mono).state == "up"; }
  // Over its journals: what it wrote, and how much of that is receipted.
  [[nodiscard]] store::Site::Written written() const { return store_->written(); }
  // Everything it wrote is receipted, and it holds so many places of its feed.
  [[nodiscard]] bool is_level(std::uint64_t fed, Now now) const;
  // When it last asked for a line that was not cut.
  [[nodiscard]] Instant asked_at() const noexcept { return asked_at_; }

 private:
  Branch(const Enrolled& enrolled, const Office& office, shell::LinkContext& context);
  [[nodiscard]] Status start();
  void take_line(Now now);
  void open_line(Now now);

  const Enrolled enrolled_;
  const Office office_;
  shell::LinkContext& context_;
  crypto::SystemRandom random_;
  sim::MemoryTruth truth_;
  crypto::Ed25519Signer signer_;
  std::unique_ptr<store::HeadOfficeSecret> secret_;
  std::unique_ptr<store::Site> store_;
  store::Serial serial_{0};
  std::unique_ptr<store::Desk> desk_;
  std::unique_ptr<agent::Agent> agent_;
  std::unique_ptr<shell::Dealer> dealer_;
  std::uint64_t asked_ = 0;
  bool is_cut_ = false;
  bool stirred_ = true;
  Instant asked_at_;
};

}  // namespace redress::swarm
