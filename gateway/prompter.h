// Head office's own voice in a case: is told by the catalogue when the clocks of a case come to a reminder or an
// overdue step, and makes the event that records it (LIFE-34 … LIFE-42). Nobody asks for it.
//
// Nothing here is durable: what was recorded is read from the cases themselves, and the key of each event makes it one
// (D5) whoever makes it twice. What the catalogue does not show yet, as while the views are made again, is said later.
// A resource of one thread (its own, or the simulator's); catalogue, desk, rules and kinds outlive it. Only head office
// has one.
#pragma once

#include <optional>
#include <vector>

#include "protocol/casework/prompts.h"
#include "protocol/casework/rules_of_days.h"
#include "store/catalogue.h"
#include "store/desk.h"

namespace redress::gateway {

struct PrompterParts {
  store::Catalogue* catalogue = nullptr;  // what was looked at in vain is put off there
  const casework::Kinds* kinds = nullptr;
  const rules::Profiles* profiles = nullptr;
  const rules::Calendars* calendars = nullptr;
  std::vector<std::string> shown;  // the profiles whose rows are gone by
};

class Prompter {
 public:
  static constexpr std::size_t a_turn_max = 8;        // events handed out at once
  static constexpr std::size_t look_cases_max = 512;  // looked at at once

  // `desk` is used by this thread alone.
  Prompter(PrompterParts parts, store::Desk& desk);

  struct Made {
    store::Append append;
    std::string key;  // that it would be asked again by
  };
  // What is to be committed now: at most a_turn_max and one a case; what was handed out and does not show in the
  // catalogue is made again a minute later. Looks at no more than look_cases_max cases.
  [[nodiscard]] std::vector<Made> take_due(WallTime now);
  // True if the last call came to all whose time it was.
  [[nodiscard]] bool is_level() const noexcept { return level_; }

 private:
  struct Look {
    std::optional<WallTime> next;
    std::optional<std::pair<casework::Event, std::string>> due;  // with its key
  };
  [[nodiscard]] Look look_at(const CaseId& id, WallTime now);

  PrompterParts parts_;
  store::Desk& desk_;
  casework::RulesOfDays rules_;
  bool level_ = false;
};

}  // namespace redress::gateway
