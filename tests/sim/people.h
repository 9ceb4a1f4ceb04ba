// The people of the bank: they register, act, hand over, decide, ask again when nobody answered, and err.
//
// A resource of the world's thread. What they remember of a case is what a screen would have shown them some time ago.
#pragma once

#include <map>

#include "tests/sim/beside.h"
#include "tests/sim/world.h"

namespace redress::sim {

// Somebody was told "saved".
struct ToldSaved {
  std::size_t machine = 0;
  std::string key;
  store::Appended appended;
};

class People {
 public:
  People(World& world, const Setting& setting);

  // From now until `end` they work.
  void begin(Instant end);
  void on_cloned(std::size_t original, std::size_t copy);

  std::function<void(const ToldSaved&)> on_told;
  std::uint64_t registrations = 0;  // told
  std::uint64_t acts = 0;           // told

 private:
  struct Memo {
    CaseId id;
    SiteId registrar;
    SiteId handler;
    bool started = false, disposed = false, replied = false, ended = false;
  };
  struct Errand {
    std::size_t machine = 0;
    std::string key;
    std::string kind;  // empty: a registration
    std::size_t memo = 0;
    std::vector<casework::FieldText> fields;
    unsigned tries = 0;
  };

  void work(std::size_t machine, Instant end);
  // Switches a branch off in the evening and on in the morning.
  void keep_hours(std::size_t machine, Instant end);
  void do_something(std::size_t machine);
  void register_case(std::size_t machine);
  void act(std::size_t machine);
  void act_on(std::size_t machine, std::size_t memo);
  [[nodiscard]] std::string kind_for(const Machine& at, const Memo& memo);
  [[nodiscard]] std::vector<casework::FieldText> fields_for(const Machine& at, const Memo& memo,
                                                            const std::string& kind);
  void ask(std::uint64_t number);
  // A branch would hand the case down to an outlet of its own that never had it. Nobody does before
  // `whole_casework_from`, so that those seeds stay the runs they were.
  [[nodiscard]] bool is_handed_down(const Machine& at, const Errand& errand) const;
  void answer(std::uint64_t number, const Result<store::Appended>& result);
  void remember(const Errand& errand, const store::Appended& appended);
  void again_later(std::uint64_t number);

  World& world_;
  const Setting& setting_;
  Dice dice_;
  std::optional<Beside> beside_;  // nothing: they do only what is on the road
  std::vector<Memo> memos_;
  std::vector<std::vector<std::size_t>> known_;  // by machine: the cases seen there, oldest first
  std::map<std::uint64_t, Errand> errands_;      // not yet answered
  std::uint64_t errand_numbers_ = 0;
  std::uint64_t keys_ = 0;
};

}  // namespace redress::sim
