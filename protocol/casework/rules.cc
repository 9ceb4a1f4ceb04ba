#include "protocol/casework/rules.h"

#include <algorithm>
#include <charconv>

#include "protocol/base/mutant.h"

namespace redress::casework {
namespace {

constexpr std::string_view rule_accused =
    "INT-03: who is complained of takes no part in the case (被投诉人不得参与处理)";
constexpr std::string_view rule_newer = "D27: the case holds a kind that this program does not know (请先升级程序)";
constexpr std::string_view rule_other_person =
    "LIFE-14: who asked or handles does not decide it (本人申请或承办的事项，须由他人审批)";
constexpr std::string_view rule_accused_unit =
    "CB-15: the unit complained of does not do this alone (被投诉机构不得单独办理)";
constexpr std::string_view rule_two_investigators =
    "INT-07: where somebody has an interest, two persons investigate (涉及利害关系须两人以上调查)";

constexpr std::string_view rule_no_person =
    "LIFE-42: recorded by head office's program, by no person (由总行程序记录，不由人员填写)";

template <typename T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}
template <typename T>
void add(std::vector<T>& all, const T& one) {
  if (!contains(all, one)) all.push_back(one);
}

Who relation_of(const State& state, SiteId site) {
  Who who = who_anyone;
  if (site == state.registrar) who |= who_registrar;
  if (site == state.handler) who |= who_handler;
  if (site == head_office) who |= who_head_office;
  if (contains(state.supervisors, site)) who |= who_supervisor;
  if (contains(state.assistants, site)) who |= who_assistant;
  return who;
}

// Whether a unit of the case that is not complained of may do it in head office's stead.
bool can_another_unit(const State& state, const KindRow& row) {
  std::vector<SiteId> units{state.registrar, state.handler};
  units.insert(units.end(), state.supervisors.begin(), state.supervisors.end());
  units.insert(units.end(), state.assistants.begin(), state.assistants.end());
  return std::any_of(units.begin(), units.end(), [&](SiteId unit) {
    return unit != head_office && !contains(state.accused_sites, unit) && (row.who & relation_of(state, unit)) != 0;
  });
}

// CB-15. Nobody stands over head office: where no other unit may, it does it, without the persons complained of.
bool is_accused_unit_alone(const State& state, const KindRow& row, SiteId site) {
  return contains(state.accused_sites, site) && (site != head_office || can_another_unit(state, row));
}

std::optional<Denial> denied_by_guards(const State& state, const KindRow& row, const Actor& actor, const Event* event) {
  if ((row.guards & guard_no_person) != 0 && actor.staff != StaffId{})
    return Denial{Code::forbidden, rule_no_person, "kind"};
  const MatterState& matter = state.matter(row.matter);
  const bool own = matter.raised_by == actor || state.starter == actor;
  if ((row.guards & guard_other_person) != 0 && own && !REDRESS_MUTANT(68))  // who asks answers
    return Denial{Code::forbidden, rule_other_person, "kind"};
  if ((row.guards & guard_not_accused_unit) != 0 && is_accused_unit_alone(state, row, actor.site))
    return Denial{Code::forbidden, rule_accused_unit, "kind"};
  const bool interest = state.matter(Matter::conflict).standing == stands_granted;
  if ((row.guards & guard_two_investigators) != 0 && interest && event != nullptr &&
      event->value(second_investigator_field) == nullptr)
    return Denial{Code::missing_field, rule_two_investigators, second_investigator_field};
  return std::nullopt;
}

// One entry at its turn, with what it contends for.
class Applying {
 public:
  Applying(State& state, std::size_t i, const Told& told, const Contest& contest, std::vector<Loss>& losses)
      : state_{state}, i_{i}, told_{told}, what_{told.header.what}, contest_{contest}, losses_{losses} {}

  // False if it lost.
  bool effect(Effect effect) {
    switch (effect) {
      case Effect::none:
        break;
      case Effect::open:
        if (!takes(state_.opened)) return false;
        open();
        break;
      case Effect::move:
        if (!takes(state_.moved)) return false;
        move();
        break;
      case Effect::start:
        state_.started = i_;
        state_.starter = Actor{what_.author, what_.staff};
        break;
      case Effect::dispose:
        if (!takes(state_.disposed)) return false;
        state_.disposed = i_;
        break;
      case Effect::reply:
        state_.replied = i_;
        break;
      case Effect::call_back:
        state_.called_back = i_;
        break;
      case Effect::end:
        if (!takes(latest_turn())) return false;
        state_.ended = i_;
        state_.status = Status::ended;
        break;
      case Effect::resume:
        if (!takes(latest_turn())) return false;
        resume();
        break;
      case Effect::assist:
        if (!what_.to.empty()) add(state_.assistants, what_.to.front());
        break;
      case Effect::amend:
        accuse();
        break;
      case Effect::clear:
        std::erase(state_.accused, named());
        break;
      case Effect::reject:
        forget(state_.replied);
        forget(state_.called_back);
        break;
    }
    return true;
  }

  // `settled`: its effect has won the case's main contest, so it does not lose this one.
  void turn(Matter which, Turn turn, bool settled) {
    if (which == Matter::assistance) return assistance(turn);
    MatterState& matter = state_.matters[static_cast<std::size_t>(which)];
    const bool knows = !matter.latest || contest_.knows(i_, *matter.latest);
    const bool ranks =
        knows || REDRESS_MUTANT(56) || contest_.rank(i_) <= contest_.rank(*matter.latest);  // 56: the last
    const bool answered = (matter.standing & (stands_granted | stands_refused)) != 0;
    const bool answers = turn == Turn::grant || turn == Turn::refuse;
    // Facts, and questions beside questions, all stand: the one of higher rank, else the later, is shown.
    const bool contends = turn != Turn::note && !knows && (answered || answers);
    if (!ranks && !settled) {
      if (contends) losses_.push_back({i_, *matter.latest});
      return;
    }
    if (contends) losses_.push_back({*matter.latest, i_});
    matter.latest = i_;
    if (turn == Turn::raise || turn == Turn::note) matter.raised_by = Actor{what_.author, what_.staff};
    matter.standing = turn == Turn::raise ? stands_open : turn == Turn::refuse ? stands_refused : stands_granted;
  }

 private:
  // True if it takes the slot from its holder.
  bool takes(const std::optional<std::size_t>& holder) {
    if (!holder || contest_.knows(i_, *holder)) return true;
    const bool wins = contest_.rank(i_) <= contest_.rank(*holder);
    losses_.push_back(wins ? Loss{*holder, i_} : Loss{i_, *holder});
    return wins;
  }

  // Ending and resuming contend for one slot: whether the case is going on.
  [[nodiscard]] std::optional<std::size_t> latest_turn() const {
    return state_.status == Status::ended ? state_.ended : state_.resumed;
  }

  void open() {
    state_.opened = i_;
    state_.status = Status::open;
    state_.registrar = state_.handler = what_.author;
    state_.supervisors = what_.to;
    accuse();
  }

  void move() {
    state_.moved = i_;
    if (what_.to.empty()) return;
    state_.handler = what_.to.front();
    for (std::size_t k = 1; k < what_.to.size(); ++k) add(state_.supervisors, what_.to[k]);
  }

  // Who is named without a site belongs to the site that names them.
  [[nodiscard]] Actor named() const {
    const std::uint32_t site = number_in(*told_.event, accused_site_field);
    return {site == 0 ? what_.author : SiteId{site}, StaffId{number_in(*told_.event, accused_staff_field)}};
  }

  void accuse() {
    if (!told_.event) return;
    if (number_in(*told_.event, accused_site_field) != 0) add(state_.accused_sites, named().site);
    if (named().staff != StaffId{}) add(state_.accused, named());
  }

  // Each unit that is asked answers for itself, whatever the others do meanwhile: nobody's answer takes another's
  // place.
  void assistance(Turn turn) {
    MatterState& matter = state_.matters[static_cast<std::size_t>(Matter::assistance)];
    if (turn == Turn::raise && !what_.to.empty()) {
      state_.awaited.push_back({what_.to.front(), i_});
      matter.raised_by = Actor{what_.author, what_.staff};
    } else {
      std::erase_if(state_.awaited,
                    [&](const Awaited& one) { return one.unit == what_.author && contest_.knows(i_, one.asked); });
    }
    matter.latest = i_;
    matter.standing = state_.awaited.empty() ? stands_granted : stands_open;
  }

  void forget(std::optional<std::size_t>& slot) {
    if (slot && contest_.knows(i_, *slot)) slot.reset();
  }

  void resume() {
    state_.resumed = i_;
    state_.status = Status::open;
    for (std::optional<std::size_t>* done : {&state_.started, &state_.disposed, &state_.replied, &state_.called_back}) {
      forget(*done);
    }
    if (!state_.started) state_.starter.reset();
    // What belongs to one round of work begins again.
    for (const Matter round : {Matter::investigation, Matter::proposal, Matter::promise, Matter::extension,
                               Matter::extension_told, Matter::gate, Matter::withdrawal, Matter::abnormal_end}) {
      again(round);
    }
    if (state_.matter(Matter::acceptance).standing == stands_refused) again(Matter::acceptance);
  }

  void again(Matter which) {
    MatterState& matter = state_.matters[static_cast<std::size_t>(which)];
    if (matter.latest && contest_.knows(i_, *matter.latest)) matter = MatterState{};
  }

  State& state_;
  const std::size_t i_;
  const Told& told_;
  const journal::What& what_;
  const Contest& contest_;
  std::vector<Loss>& losses_;
};

}  // namespace

std::uint32_t number_in(const Event& event, std::string_view field) {
  const std::string* text = event.value(field);
  std::uint32_t number = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

std::optional<Denial> denial(const State& state, bool newer, const KindRow& row, const Actor& actor,
                             const Event* event) {
  const bool accused = contains(state.accused, actor) && !REDRESS_MUTANT(60);  // who is complained of goes on
  if (accused) return Denial{Code::forbidden, rule_accused, "kind"};
  const When now = state.status == Status::none ? when_new : state.status == Status::open ? when_open : when_ended;
  if ((row.when & now) == 0 || (row.needs_reply && !state.replied)) return Denial{Code::wrong_state, row.rule, "kind"};
  if (newer && row.effect == Effect::end) return Denial{Code::wrong_state, rule_newer, "kind"};
  if ((row.who & relation_of(state, actor.site)) == 0) return Denial{Code::forbidden, row.rule, "kind"};
  for (const Need& need : row.needs) {
    const bool asked = need.if_granted == Matter::none || state.matter(need.if_granted).standing == stands_granted;
    if (REDRESS_MUTANT(69)) break;  // what must come before is not asked
    if (asked && (state.matter(need.matter).standing & need.any_of) == 0)
      return Denial{Code::wrong_state, need.rule, "kind"};
  }
  return denied_by_guards(state, row, actor, event);
}

std::string_view rule_of(Guards guard) {
  if (guard == guard_other_person) return rule_other_person;
  if (guard == guard_not_accused_unit) return rule_accused_unit;
  if (guard == guard_no_person) return rule_no_person;
  return rule_two_investigators;
}

std::string_view rule_for_the_accused() { return rule_accused; }

void apply(State& state, std::size_t i, const KindRow& row, const Told& told, const Contest& contest,
           std::vector<Loss>& losses) {
  Applying applying{state, i, told, contest, losses};
  if (!applying.effect(row.effect)) return;
  if (row.turn != Turn::none) applying.turn(row.matter, row.turn, row.effect != Effect::none);
}

std::optional<Error> objection(const CaseView& view, const KindRow& row, const Actor& actor, const Event* event) {
  const auto no = denial(view.state, view.newer, row, actor, event);
  if (!no) return std::nullopt;
  return Error{no->code, std::string{no->rule}, std::string{no->field}};
}

std::optional<Error> objection(const CaseView& view, const KindRow& row, SiteId site) {
  return objection(view, row, Actor{site, StaffId{}});
}

std::optional<std::string_view> shut_out(const State& state, const Actor& person) {
  if (contains(state.accused, person)) return rule_accused;
  return std::nullopt;
}

}  // namespace redress::casework
