// The simulated bank: machines with the shipped programs, lines between them, virtual time. What happens next is the
// earliest of timers, arrivals and turns; everything follows from one seed.
//
// A resource of one thread. It knows nothing of faults, people or promises: they stand on its public face.
#pragma once

#include <functional>
#include <string>

#include "tests/sim/machine.h"
#include "tests/sim/marks.h"
#include "tests/sim/network.h"
#include "tests/sim/setting.h"
#include "tests/sim/trace.h"

namespace redress::sim {

// Sees everything that happens, as it happens.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // The commit is on the machine's disk.
  virtual void on_durable(Machine& machine, const MemoryTruth::Commit& commit) = 0;
  // A frame leaves for the line; `line` is the connection.
  virtual void on_sent(Machine& from, Machine& branch, std::uint64_t line, ByteView frame) = 0;
  // A frame is about to be given to the program it was sent to.
  virtual void on_arrived(Machine& branch, std::uint64_t line, Way way, Instant sent, ByteView frame) = 0;
  virtual void on_event(Machine& at, const sync::Event& event) = 0;
  // The program says that it must stop.
  virtual void on_stop(Machine& machine, const Error& why) = 0;
  // Something that no fault may cause.
  virtual void on_broken(std::string what) = 0;
};

class World {
 public:
  // `folder` is for members.log; the world leaves nothing in it.
  World(const Setting& setting, const std::string& folder);
  ~World();

  void watch(Watcher& watcher) { watcher_ = &watcher; }
  // Every program starts. Call once, when the watcher is there.
  void begin();

  [[nodiscard]] Instant now() const noexcept { return now_; }
  [[nodiscard]] std::size_t size() const noexcept { return machines_.size(); }
  [[nodiscard]] Machine& machine(std::size_t i) { return *machines_.at(i); }
  [[nodiscard]] Machine& centre() { return *machines_.front(); }
  [[nodiscard]] gateway::Members& members() { return *members_; }
  [[nodiscard]] const Common& common() const noexcept { return common_; }
  [[nodiscard]] Network& network() noexcept { return network_; }
  [[nodiscard]] PublicKey signing_of(SiteId site) const;
  [[nodiscard]] std::optional<SiteId> parent_of(SiteId site) const;

  // Calls `what` at `when`, or now if that is past.
  void at(Instant when, std::function<void()> what);
  // The program carries the command out in its next turn. Requires: the machine is up.
  void submit(Machine& machine, shell::Command command);
  // The program dies; it starts again after `down_ms` (a negative time: when somebody calls start()).
  void crash(Machine& machine, std::int64_t down_ms);
  // Nothing if it is up already, or may not start yet.
  void start(Machine& machine);
  // The disk is now this one; the machine is off meanwhile.
  void put_disk(Machine& machine, MemoryTruth::Image image);
  // A second machine of a site, with a copy of its disk.
  Machine& clone(Machine& of);
  // A branch that was not there: invited and enrolled; its machine begins switched off, with an empty disk.
  Machine& join(SiteId parent);
  // A person takes the site's right to be here.
  [[nodiscard]] bool revoke(SiteId site);
  // A frame as if the branch's program had sent it.
  void send_as(Machine& branch, Bytes frame);

  void run_until(Instant end);

  Trace trace{0};
  Marks marks;
  std::uint64_t turns = 0;
  // Sees the frames of a hostile branch: what it sent, and what came for it.
  std::function<void(Machine& branch, Way way, ByteView frame)> overheard;
  // What head office recorded unasked, under which key.
  std::function<void(const std::string& key, const store::Appended& appended)> on_prompted;
  // Told of every event in words, if set.
  std::function<void(const std::string&)> tell;

 private:
  struct Timer {
    Instant at;
    std::uint64_t order;
    std::function<void()> what;
    friend bool operator>(const Timer& a, const Timer& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  void open_members(const std::string& folder);
  void add(std::unique_ptr<Machine> machine);
  [[nodiscard]] bool step(Instant end);
  void arrive(Arrival arrival);
  void arrive_up(Machine& branch, Arrival& arrival);
  void turn(Machine& machine);
  void turn_branch(Machine& machine);
  void turn_centre(Machine& machine);
  void prompt(Machine& machine);
  // False: the program died in this turn; nothing of it leaves.
  [[nodiscard]] bool survives(Machine& machine, std::size_t commits_before, const std::optional<Error>& stop);
  void wake(Machine& machine, Instant when);
  void note(std::uint64_t kind, const Machine& machine, ByteView bytes = {});

  const Setting& setting_;
  Watcher* watcher_ = nullptr;
  Dice dice_;
  casework::Kinds kinds_{casework::shipped_kinds()};
  std::string members_path_;
  Dice members_dice_;
  std::unique_ptr<gateway::Members> members_;
  Common common_;
  std::vector<std::unique_ptr<Machine>> machines_;
  Network network_;
  std::vector<std::uint64_t> line_lives_;  // a machine's line was opened in this life of head office's program
  std::uint64_t centre_life_ = 0;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::uint64_t orders_ = 0;
  Instant now_{1'000};
  std::uint64_t turns_here_ = 0;  // at this very instant
  Instant centre_turned_{0};      // head office's loop does not turn again before it has gathered
};

}  // namespace redress::sim
