// Many branches on one thread, and one that stays connected on a thread of its own and says how long its entries take.
//
// Resources of the thread that makes them; office and context outlive them.
#pragma once

#include <atomic>
#include <thread>

#include "tests/swarm/branch.h"

namespace redress::swarm {

class Swarm {
 public:
  // Fails as Branch::open does.
  [[nodiscard]] static Result<std::unique_ptr<Swarm>> open(const std::vector<Enrolled>& enrolled, const Office& office,
                                                           shell::LinkContext& context);
  // Every branch writes `entries` complaints, with a line or without.
  [[nodiscard]] Status register_all(std::size_t entries);
  void cut_all();
  void mend_all();
  // Lets time pass.
  [[nodiscard]] Status run_for(std::int64_t ms);
  // Until all are up; until all that was written is receipted and all feeds are held. Say after how many ms. Fail with
  // unreachable, and how many are not, after `ms_max`.
  [[nodiscard]] Result<std::int64_t> await_up(std::int64_t ms_max);
  [[nodiscard]] Result<std::int64_t> await_level(std::int64_t ms_max);
  // From the first branch's asking for its line to the last one's, since `since`.
  [[nodiscard]] std::int64_t asked_within_ms(Instant since) const;

 private:
  explicit Swarm(shell::LinkContext& context) : context_{context} {}
  [[nodiscard]] Status step(Instant until);
  [[nodiscard]] Result<std::int64_t> await(std::int64_t ms_max, const char* what,
                                           const std::function<bool(const Branch&, Now)>& is_so);
  [[nodiscard]] std::uint64_t fed(const Branch& branch) const;

  shell::LinkContext& context_;
  shell::Poller poller_;
  std::vector<std::unique_ptr<Branch>> branches_;
  std::map<SiteId, std::uint64_t> outlets_wrote_;  // by their primary branch, whose feed has it
};

// Registers every 50 ms from start() to stop().
class Steady {
 public:
  Steady(const Enrolled& enrolled, const Office& office) : enrolled_{enrolled}, office_{office} {}
  ~Steady() { stop(); }
  Steady(const Steady&) = delete;
  Steady& operator=(const Steady&) = delete;

  void start();
  // Until an entry of it has its receipt. Fails with unreachable.
  [[nodiscard]] Status await_flowing(std::int64_t ms_max) const;
  void stop();
  // From registering to the receipt's being durable here, of what was registered since; ms. After stop().
  [[nodiscard]] std::vector<double> lags_since(Instant since) const;
  // What went wrong; empty: nothing. After stop().
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  [[nodiscard]] Status run();

  const Enrolled enrolled_;
  const Office office_;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> receipted_ = 0;
  std::vector<std::pair<Instant, std::int64_t>> lags_;  // when registered, and what it took
  std::string problem_;
};

}  // namespace redress::swarm
