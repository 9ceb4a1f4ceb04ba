// Who may do what, and what an act does to the state: one row of the table of kinds, applied.
//
// Pure. Private to this folder. Indices are whatever the caller counts entries by.
#pragma once

#include "protocol/casework/case.h"
#include "protocol/casework/order.h"

namespace redress::casework {

struct Denial {
  Code code;
  std::string_view rule;
  std::string_view field;
};

// Nothing if the row allows it. `newer`: the case holds a kind that this program does not know.
[[nodiscard]] std::optional<Denial> denial(const State& state, bool newer, const KindRow& row, const Actor& actor,
                                           const Event* event);

// The number in a field of a site or a person; 0: not given.
[[nodiscard]] std::uint32_t number_in(const Event& event, std::string_view field);

// The rule that one guard is.
[[nodiscard]] std::string_view rule_of(Guards guard);
[[nodiscard]] std::string_view rule_for_the_accused();

// One entry takes the place of another.
struct Loss {
  std::size_t loser;
  std::size_t winner;
};

// What the contest between two entries is decided by.
class Contest {
 public:
  virtual ~Contest() = default;
  // `later` rests on `earlier`.
  [[nodiscard]] virtual bool knows(std::size_t later, std::size_t earlier) const = 0;
  [[nodiscard]] virtual Rank rank(std::size_t entry) const = 0;
};

// Applies entry `i`, which stands, at its turn. Who lost by it is added to `losses`; `i` itself may be among them, and
// then has changed nothing.
void apply(State& state, std::size_t i, const KindRow& row, const Told& told, const Contest& contest,
           std::vector<Loss>& losses);

}  // namespace redress::casework
