// Head office's own voice in a case: follows the ledger, knows when the clocks of each case come to a reminder or an
// overdue step, and makes the event that records it (LIFE-34 … LIFE-42). Nobody asks for it.
//
// Nothing here is durable: what was recorded is read from the cases themselves, and the key of each event makes it one
// (D5) whoever makes it twice. A resource of one thread (its own, or the simulator's); the truth, desk, rules and kinds
// outlive it. Only head office has one.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocol/casework/prompts.h"
#include "protocol/casework/rules_of_days.h"
#include "store/desk.h"

namespace redress::gateway {

struct PrompterParts {
  const store::Truth* journal = nullptr;
  journal::Domain domain;
  const casework::Kinds* kinds = nullptr;
  const rules::Profiles* profiles = nullptr;
  const rules::Calendars* calendars = nullptr;
  std::vector<std::string> shown;  // the profiles whose rows are gone by
};

class Prompter {
 public:
  static constexpr std::size_t a_turn_max = 8;          // events handed out at once
  static constexpr std::size_t look_entries_max = 512;  // of the ledger, looked at at once

  // `desk` is used by this thread alone.
  Prompter(PrompterParts parts, store::Desk& desk);

  struct Made {
    store::Append append;
    std::string key;  // that it would be asked again by
  };
  // What is to be committed now: at most a_turn_max and one a case; what was handed out and has not
  // come back by the ledger is made again a minute later. Reads at most look_entries_max entries on.
  [[nodiscard]] std::vector<Made> take_due(WallTime now);
  // True once the ledger's head has been seen.
  [[nodiscard]] bool is_level() const noexcept { return level_; }
  // How many cases wait for a time of theirs.
  [[nodiscard]] std::size_t waiting() const noexcept { return when_.size(); }

 private:
  struct Look {
    std::optional<WallTime> next;
    std::optional<std::pair<casework::Event, std::string>> due;  // with its key
  };
  void follow(WallTime now);
  [[nodiscard]] Look look_at(const CaseId& id, WallTime now);
  void wait(const CaseId& id, std::optional<WallTime> at);

  PrompterParts parts_;
  store::Desk& desk_;
  casework::RulesOfDays rules_;
  Position read_;
  bool level_ = false;
  std::map<CaseId, WallTime> when_;
  std::set<std::pair<WallTime, CaseId>> order_;
};

}  // namespace redress::gateway
