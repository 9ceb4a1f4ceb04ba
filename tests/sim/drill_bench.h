// What a drill is played on: the simulated bank, the judge, a clerk at every machine, and what was noticed.
//
// A resource of the world's thread.
#pragma once

#include <optional>

#include "tests/sim/drill.h"
#include "tests/sim/judge.h"

namespace redress::sim {

class Bench final : public Watcher {
 public:
  static constexpr std::size_t branches = 3;

  // The bank is up, and every branch has registered a case.
  Bench(std::uint64_t seed, const std::string& folder);

  void on_durable(Machine& machine, const MemoryTruth::Commit& commit) override { judge.on_durable(machine, commit); }
  void on_sent(Machine& from, Machine& branch, std::uint64_t line, ByteView frame) override {
    judge.on_sent(from, branch, line, frame);
  }
  void on_arrived(Machine& branch, std::uint64_t line, Way way, Instant sent, ByteView frame) override {
    judge.on_arrived(branch, line, way, sent, frame);
  }
  void on_event(Machine& at, const sync::Event& event) override;
  void on_stop(Machine& machine, const Error& why) override { judge.on_stop(machine, why); }
  void on_broken(std::string what) override { judge.on_broken(std::move(what)); }

  // What a person does; the world runs until it is answered. Nothing: it was refused.
  std::optional<store::Appended> register_case(std::size_t machine);
  std::optional<store::Appended> act(std::size_t machine, const CaseId& id, const std::string& kind);
  std::optional<store::Appended> hand_over(const CaseId& id, std::size_t to);
  // `count` acts of those machines, on cases that were told and are known there; time passes between them.
  void history(std::size_t count, const std::vector<std::size_t>& machines);
  // Head office hands every case to the branch, so that a third site holds what was written of it.
  void share_all(std::size_t with);

  void cut(std::size_t machine, bool begins);
  void cut_all(bool begins);
  void pass(std::int64_t ms) { world.run_until(after_ms(world.now(), ms)); }
  void pass(std::int64_t low_ms, std::int64_t high_ms) { pass(dice.between(low_ms, high_ms)); }
  // Until everybody is level; an objection if that does not come.
  void level();
  [[nodiscard]] MemoryTruth::Image image_of(std::size_t machine) { return world.machine(machine).truth.snapshot(); }
  // The machine dies and comes back with another disk; it starts after `down_ms`, or by start().
  void put_back(std::size_t machine, MemoryTruth::Image image, std::int64_t down_ms);
  void start(std::size_t machine) { world.start(world.machine(machine)); }

  [[nodiscard]] bool saw(std::size_t machine, sync::Happening what) const { return seen_.contains({machine, what}); }
  [[nodiscard]] bool has_alarm(std::size_t machine, Code code, SiteId about);
  void want(bool detected, const std::string& what) {
    if (!detected) result.unseen.push_back(what);
  }
  // The highest place of the branch's feeds that the image holds.
  [[nodiscard]] Seq feed_at(std::size_t machine, const MemoryTruth::Image& image);
  void finish();

  Setting setting;
  World world;
  Judge judge;
  Dice dice;
  Drilled result;
  std::vector<CaseId> cases;
  std::set<std::size_t> left;  // machines whose site belongs no more

 private:
  std::optional<store::Appended> carry_out(std::size_t machine,
                                           Result<std::variant<store::Append, store::Appended>> made);
  [[nodiscard]] store::Desk::Asked asked(std::size_t machine, std::vector<casework::FieldText> fields);
  void count_told();

  std::set<std::pair<std::size_t, sync::Happening>> seen_;
  std::vector<ToldSaved> told_;
  std::uint64_t keys_ = 0;
  std::string key_;
};

}  // namespace redress::sim
