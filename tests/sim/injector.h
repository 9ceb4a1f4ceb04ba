// Makes the faults of a setting happen, each at its hour, and undoes them all when it is time to heal.
//
// A resource of the world's thread.
#pragma once

#include "tests/sim/hostile.h"
#include "tests/sim/judge.h"

namespace redress::sim {

class Injector {
 public:
  Injector(World& world, Judge& judge, People& people, const Setting& setting);

  void begin();
  // Every line carries, every disk has room, every program runs; nothing more is injected.
  void heal();
  // Two stores of one site see what the other has written when they greet: now they do so again.
  void greet_again();
  // All is level: bits fall over in entries that the other end holds too. A minute later they must have come back.
  void decay();
  void judge_decay();
  std::uint64_t injected = 0;

 private:
  void strike(const Fault& fault);
  void set_air(const Fault& fault);
  void strike_line(const Fault& fault, Dice& dice);
  void strike_lines(const Fault& fault, Dice& dice);
  void strike_program(const Fault& fault, Dice& dice);
  void strike_disk(const Fault& fault, Dice& dice);
  void strike_clock(const Fault& fault, Dice& dice);
  void strike_store(const Fault& fault, Dice& dice);
  void turn_hostile(Machine& machine, Dice& dice);
  void rot(Machine& machine, Dice& dice);
  void flip_bit(Machine& machine, Dice& dice);
  void decay(Machine& machine, Dice& dice);
  [[nodiscard]] bool is_held_beside(const Machine& machine, const Bytes& place, const Bytes& row) const;
  void roll_back(Machine& machine, std::int64_t down_ms, bool level, Dice& dice);
  void cut_for(std::size_t machine, Way way, std::int64_t ms);
  void flap(std::size_t machine, Instant until, Dice dice);
  void fill_for(Machine& machine, std::int64_t ms, bool brim);
  // Later, unless all has healed by then.
  void later(std::int64_t ms, std::function<void()> what);

  World& world_;
  Judge& judge_;
  People& people_;
  const Setting& setting_;
  std::vector<std::unique_ptr<Hostile>> hostile_;
  bool healed_ = false;
  struct Decayed {
    Machine* machine;
    Position ledger;
    Bytes whole;
  };
  std::vector<Decayed> decayed_;
};

}  // namespace redress::sim
